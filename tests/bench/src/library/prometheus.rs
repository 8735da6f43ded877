use super::{Encode, Library, Work};
use crate::input::{
    COUNTER, ELEVEN, HISTOGRAM, METHODS, Page, STATUSES, UNIQUE_METHOD, closed, counted, observed, series, unique_path,
    values,
};
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, ProtobufEncoder, Registry,
    TextEncoder,
};
use std::any::Any;
use std::hint::black_box;

pub struct Prometheus;

fn family(names: [&str; 2]) -> Option<IntCounterVec> {
    IntCounterVec::new(Opts::new("requests_total", "Requests."), &names).ok()
}

impl Library for Prometheus {
    fn name(&self) -> &'static str {
        "prometheus"
    }

    fn increment(&self) -> Option<Work> {
        let counter = IntCounter::new("requests_total", "Requests.").ok()?;
        Some(Box::new(move |_, times| (0..times).for_each(|_| black_box(&counter).inc())))
    }

    fn look_up(&self, n: usize) -> Option<Work> {
        let counter = family(["method", "path"])?;
        let series = series(n);
        series.each(|method, path| counter.with_label_values(&[method, path]).inc());
        Some(Box::new(move |thread, times| {
            series.cycle(thread, times, |method, path| counter.with_label_values(&[method, path]).inc())
        }))
    }

    fn closed(&self) -> Option<Work> {
        let counter = family(["method", "status"])?;
        let stream = closed();
        Some(Box::new(move |thread, times| {
            stream.cycle(thread, times, |method, status| {
                counter.with_label_values(&[METHODS[method], STATUSES[status]]).inc();
            })
        }))
    }

    fn observe(&self, bounds: &'static [f64]) -> Option<Work> {
        let latency = Histogram::with_opts(HistogramOpts::new("latency", "Latency.").buckets(bounds.to_vec())).ok()?;
        let values = values();
        Some(Box::new(move |thread, times| values.cycle(thread, times, |value| black_box(&latency).observe(value))))
    }

    fn counters(&self, n: usize) -> Option<Box<dyn Any>> {
        let counter = family(["method", "path"])?;
        (0..n).for_each(|n| counter.with_label_values(&[UNIQUE_METHOD, &unique_path(n)]).inc());
        Some(Box::new(counter))
    }

    fn histograms(&self, n: usize) -> Option<Box<dyn Any>> {
        let options = HistogramOpts::new("latency", "Latency.").buckets(ELEVEN.to_vec());
        let latency = HistogramVec::new(options, &["method", "path"]).ok()?;
        (0..n).for_each(|n| latency.with_label_values(&[UNIQUE_METHOD, &unique_path(n)]).observe(0.5));
        Some(Box::new(latency))
    }

    fn text(&self, page: Page) -> Option<Encode> {
        encode(TextEncoder::new(), page)
    }

    fn protobuf(&self, page: Page) -> Option<Encode> {
        encode(ProtobufEncoder::new(), page)
    }
}

fn encode(encoder: impl Encoder + Send + Sync + 'static, page: Page) -> Option<Encode> {
    let registry = registry(page)?;
    Some(Box::new(move |to| {
        let _ = encoder.encode(&registry.gather(), to);
    }))
}

fn registry(page: Page) -> Option<Registry> {
    let registry = Registry::new();
    match page {
        Page::Counters(n) => {
            let [name, help] = COUNTER;
            let family = IntCounterVec::new(Opts::new(name, help), &["method", "path"]).ok()?;
            counted(n).for_each(|(method, path, value)| family.with_label_values(&[method, &path]).inc_by(value));
            registry.register(Box::new(family)).ok()?;
        }
        Page::Histograms(n) => {
            let [name, help] = HISTOGRAM;
            let options = HistogramOpts::new(name, help).buckets(ELEVEN.to_vec());
            let family = HistogramVec::new(options, &["method", "path"]).ok()?;
            for (method, path, values) in observed(n) {
                let latency = family.with_label_values(&[method, &path]);
                values.into_iter().for_each(|value| latency.observe(value));
            }
            registry.register(Box::new(family)).ok()?;
        }
    }
    Some(registry)
}
