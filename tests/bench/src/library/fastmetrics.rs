use super::{Encode, Library, Work};
use crate::input::{
    COUNTER, ELEVEN, HISTOGRAM, METHODS, Page, STATUSES, UNIQUE_METHOD, closed, counted, observed, series, unique_path,
    values,
};
use fastmetrics::derive::LabelSet;
use fastmetrics::format::prost::{self, ProtobufProfile};
use fastmetrics::format::text::{self, TextProfile};
use fastmetrics::metrics::counter::Counter;
use fastmetrics::metrics::family::Family;
use fastmetrics::metrics::histogram::Histogram;
use fastmetrics::registry::Registry;
use std::any::Any;
use std::hint::black_box;

pub struct Fastmetrics;

#[derive(Clone, PartialEq, Eq, Hash, LabelSet)]
struct Request {
    method: String,
    path: String,
}

impl Request {
    fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned() }
    }
}

#[derive(Clone, PartialEq, Eq, Hash, LabelSet)]
struct Response {
    method: &'static str,
    status: &'static str,
}

impl Library for Fastmetrics {
    fn name(&self) -> &'static str {
        "fastmetrics"
    }

    fn increment(&self) -> Option<Work> {
        let counter: Counter = Counter::default();
        Some(Box::new(move |_, times| (0..times).for_each(|_| black_box(&counter).inc())))
    }

    fn look_up(&self, n: usize) -> Option<Work> {
        let counter = Family::<Request, Counter>::default();
        let series = series(n);
        let increment = move |method: &str, path: &str| counter.with_or_new(&Request::new(method, path), |it| it.inc());
        series.each(&increment);
        Some(Box::new(move |thread, times| series.cycle(thread, times, &increment)))
    }

    fn closed(&self) -> Option<Work> {
        let counter = Family::<Response, Counter>::default();
        let stream = closed();
        Some(Box::new(move |thread, times| {
            stream.cycle(thread, times, |method, status| {
                let response = Response { method: METHODS[method], status: STATUSES[status] };
                counter.with_or_new(&response, |it| it.inc());
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
        (0..n).for_each(|n| counter.with_or_new(&Request::new(UNIQUE_METHOD, &unique_path(n)), |it| it.inc()));
        Some(Box::new(counter))
    }

    fn histograms(&self, n: usize) -> Option<Box<dyn Any>> {
        let latency = Family::<Request, Histogram>::new(|| Histogram::new(ELEVEN));
        (0..n).for_each(|n| latency.with_or_new(&Request::new(UNIQUE_METHOD, &unique_path(n)), |it| it.observe(0.5)));
        Some(Box::new(latency))
    }

    fn text(&self, page: Page) -> Option<Encode> {
        let registry = registry(page)?;
        Some(Box::new(move |to| {
            let mut text = String::from_utf8(std::mem::take(to)).unwrap_or_default();
            let _ = text::encode(&mut text, &registry, TextProfile::PrometheusV0_0_4);
            *to = text.into_bytes();
        }))
    }

    fn protobuf(&self, page: Page) -> Option<Encode> {
        let registry = registry(page)?;
        Some(Box::new(move |to| {
            let _ = prost::encode(to, &registry, ProtobufProfile::Prometheus);
        }))
    }
}

fn registry(page: Page) -> Option<Registry> {
    let mut registry = Registry::default();
    match page {
        Page::Counters(n) => {
            let family = Family::<Request, Counter>::default();
            let [name, help] = COUNTER;
            registry.register(name, help, family.clone()).ok()?;
            for (method, path, value) in counted(n) {
                family.with_or_new(&Request::new(method, &path), |it| it.inc_by(value));
            }
        }
        Page::Histograms(n) => {
            let family = Family::<Request, Histogram>::new(|| Histogram::new(ELEVEN));
            let [name, help] = HISTOGRAM;
            registry.register(name, help, family.clone()).ok()?;
            for (method, path, values) in observed(n) {
                let request = Request::new(method, &path);
                family.with_or_new(&request, |it| values.into_iter().for_each(|value| it.observe(value)));
            }
        }
    }
    Some(registry)
}
