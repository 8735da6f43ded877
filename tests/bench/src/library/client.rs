use super::{Encode, Library, Work};
use crate::input::{
    COUNTER, ELEVEN, HISTOGRAM, METHODS, Page, STATUSES, UNIQUE_METHOD, closed, counted, observed, series, unique_path,
    values,
};
use prometheus_client::encoding::{EncodeLabelSet, prometheus_protobuf, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::any::Any;
use std::hint::black_box;

pub struct Client;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    path: String,
}

impl Request {
    fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Response {
    method: &'static str,
    status: &'static str,
}

impl Library for Client {
    fn name(&self) -> &'static str {
        "prometheus-client"
    }

    fn increment(&self) -> Option<Work> {
        let counter: Counter = Counter::default();
        Some(Box::new(move |_, times| {
            for _ in 0..times {
                black_box(&counter).inc();
            }
        }))
    }

    fn look_up(&self, n: usize) -> Option<Work> {
        let counter = Family::<Request, Counter>::default();
        let series = series(n);
        let increment = move |method: &str, path: &str| {
            counter.get_or_create(&Request::new(method, path)).inc();
        };
        series.each(&increment);
        Some(Box::new(move |thread, times| series.cycle(thread, times, &increment)))
    }

    fn closed(&self) -> Option<Work> {
        let counter = Family::<Response, Counter>::default();
        let stream = closed();
        Some(Box::new(move |thread, times| {
            stream.cycle(thread, times, |method, status| {
                counter.get_or_create(&Response { method: METHODS[method], status: STATUSES[status] }).inc();
            })
        }))
    }

    fn observe(&self, bounds: &'static [f64]) -> Option<Work> {
        let latency = Histogram::new(bounds.iter().copied());
        let values = values();
        Some(Box::new(move |thread, times| values.cycle(thread, times, |value| black_box(&latency).observe(value))))
    }

    fn counters(&self, n: usize) -> Option<Box<dyn Any>> {
        let counter = Family::<Request, Counter>::default();
        for n in 0..n {
            counter.get_or_create(&Request::new(UNIQUE_METHOD, &unique_path(n))).inc();
        }
        Some(Box::new(counter))
    }

    fn histograms(&self, n: usize) -> Option<Box<dyn Any>> {
        let make: fn() -> Histogram = || Histogram::new(ELEVEN);
        let latency = Family::<Request, Histogram, fn() -> Histogram>::new_with_constructor(make);
        (0..n).for_each(|n| latency.get_or_create(&Request::new(UNIQUE_METHOD, &unique_path(n))).observe(0.5));
        Some(Box::new(latency))
    }

    /// OpenMetrics, the only text that it writes.
    fn text(&self, page: Page) -> Option<Encode> {
        let registry = registry(page);
        Some(Box::new(move |to| {
            let mut text = String::from_utf8(std::mem::take(to)).unwrap_or_default();
            let _ = text::encode(&mut text, &registry);
            *to = text.into_bytes();
        }))
    }

    fn protobuf(&self, page: Page) -> Option<Encode> {
        let registry = registry(page);
        Some(Box::new(move |to| *to = prometheus_protobuf::encode_to_vec(&registry).unwrap_or_default()))
    }
}

fn registry(page: Page) -> Registry {
    let mut registry = Registry::default();
    match page {
        Page::Counters(n) => {
            let family = Family::<Request, Counter>::default();
            let [name, help] = COUNTER;
            registry.register(name.trim_end_matches("_total"), help.trim_end_matches('.'), family.clone());
            for (method, path, value) in counted(n) {
                family.get_or_create(&Request::new(method, &path)).inc_by(value);
            }
        }
        Page::Histograms(n) => {
            let make: fn() -> Histogram = || Histogram::new(ELEVEN);
            let family = Family::<Request, Histogram, fn() -> Histogram>::new_with_constructor(make);
            let [name, help] = HISTOGRAM;
            registry.register(name, help.trim_end_matches('.'), family.clone());
            for (method, path, values) in observed(n) {
                let latency = family.get_or_create(&Request::new(method, &path));
                values.into_iter().for_each(|value| latency.observe(value));
            }
        }
    }
    registry
}
