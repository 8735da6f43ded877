mod render;

use super::{Encode, Library, Work};
use crate::input::{ELEVEN, Page, closed, counted, observed, series, values};
use crate::scrape::Server;
use anyhow::Result;
use hashbrown::{Equivalent, HashMap};
use hyper::body::Bytes;
use rustc_hash::FxBuildHasher;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub struct Floor;

#[derive(Hash, PartialEq, Eq)]
struct Key(Box<str>, Box<str>);

/// The same key, borrowed.
#[derive(Hash)]
struct Query<'a>(&'a str, &'a str);

impl Equivalent<Key> for Query<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.0 == *key.0 && *self.1 == *key.1
    }
}

impl Library for Floor {
    fn name(&self) -> &'static str {
        "floor"
    }

    /// A bare `fetch_add`.
    fn increment(&self) -> Option<Work> {
        let counter = Box::new(AtomicU64::new(0));
        Some(Box::new(move |_, times| {
            for _ in 0..times {
                black_box(&*counter).fetch_add(1, Relaxed);
            }
        }))
    }

    /// A hash map that nobody can add to any more.
    fn look_up(&self, n: usize) -> Option<Work> {
        let series = series(n);
        let mut map: HashMap<Key, AtomicU64, FxBuildHasher> = HashMap::default();
        series.each(|method, path| {
            map.insert(Key(method.into(), path.into()), AtomicU64::new(1));
        });
        Some(Box::new(move |thread, times| {
            series.cycle(thread, times, |method, path| {
                if let Some(counter) = map.get(&Query(method, path)) {
                    counter.fetch_add(1, Relaxed);
                }
            })
        }))
    }

    /// An array.
    fn closed(&self) -> Option<Work> {
        let counters: Box<[AtomicU64; 100]> = Box::new([const { AtomicU64::new(0) }; 100]);
        let stream = closed();
        Some(Box::new(move |thread, times| {
            stream.cycle(thread, times, |method, status| {
                counters[10 * method + status].fetch_add(1, Relaxed);
            })
        }))
    }

    fn observe(&self, bounds: &'static [f64]) -> Option<Work> {
        let histogram = Histogram::new(bounds);
        let values = values();
        Some(Box::new(move |thread, times| values.cycle(thread, times, |value| black_box(&histogram).observe(value))))
    }

    /// No registry, and nothing that could need an escape.
    fn text(&self, page: Page) -> Option<Encode> {
        Some(match page {
            Page::Counters(n) => {
                let counters = counted(n).map(|(method, path, value)| (method, path, AtomicU64::new(value))).collect();
                Box::new(move |to| render::counters(&counters, to))
            }
            Page::Histograms(n) => {
                let histograms = observed(n).map(|(method, path, values)| {
                    let histogram = Histogram::new(&ELEVEN);
                    values.into_iter().for_each(|value| histogram.observe(value));
                    (method, path, histogram)
                });
                let histograms = histograms.collect();
                Box::new(move |to| render::histograms(&histograms, to))
            }
        })
    }

    /// A page that is there already.
    fn serve(&self, page: Page) -> Result<Option<Server>> {
        let Some(encode) = self.text(page) else { return Ok(None) };
        let mut page = Vec::new();
        encode(&mut page);
        let page = Bytes::from(page);
        Server::hyper(move || page.clone()).map(Some)
    }
}

/// A count for each bucket, found by halves, and a sum.
struct Histogram {
    bounds: &'static [f64],
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    fn new(bounds: &'static [f64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, sum: AtomicU64::new(0f64.to_bits()) }
    }

    #[inline(always)]
    fn observe(&self, value: f64) {
        self.counts[self.bounds.partition_point(|bound| value > *bound)].fetch_add(1, Relaxed);
        let mut now = self.sum.load(Relaxed);
        while let Err(other) =
            self.sum.compare_exchange_weak(now, (f64::from_bits(now) + value).to_bits(), Relaxed, Relaxed)
        {
            now = other;
        }
    }
}
