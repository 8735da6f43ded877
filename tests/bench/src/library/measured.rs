use super::{Encode, Library, Work};
use crate::input::{ELEVEN, Page, UNIQUE_METHOD, closed, counted, observed, series, unique_path, values};
use measured::label::StaticLabelSet;
use measured::metric::histogram::Thresholds;
use measured::text::TextEncoder;
use measured::{Counter, CounterVec, FixedCardinalityLabel, Histogram, HistogramVec, LabelGroup, MetricGroup};
use paracord::ParaCord;
use std::any::Any;
use std::hint::black_box;

pub struct Measured;

#[derive(Clone, Copy, LabelGroup)]
#[label(set = Requests)]
struct Request<'a> {
    #[label(dynamic_with = ParaCord, default)]
    method: &'a str,
    #[label(dynamic_with = ParaCord, default)]
    path: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, FixedCardinalityLabel)]
enum Method {
    Get,
    Post,
    Put,
    Delete,
    Head,
    Options,
    Patch,
    Trace,
    Connect,
    Propfind,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, FixedCardinalityLabel)]
enum Status {
    S200,
    S201,
    S204,
    S301,
    S304,
    S400,
    S401,
    S403,
    S404,
    S500,
}

#[derive(Clone, Copy, LabelGroup)]
#[label(set = Responses)]
struct Response {
    method: Method,
    status: Status,
}

static METHODS: [Method; 10] = {
    use Method::*;
    [Get, Post, Put, Delete, Head, Options, Patch, Trace, Connect, Propfind]
};
static STATUSES: [Status; 10] = {
    use Status::*;
    [S200, S201, S204, S301, S304, S400, S401, S403, S404, S500]
};

fn requests() -> Requests {
    Requests { method: ParaCord::default(), path: ParaCord::default() }
}

fn histogram<const N: usize>(bounds: &[f64]) -> Option<Work> {
    let latency = Histogram::<N>::with_metadata(Thresholds::with_buckets(bounds.try_into().ok()?));
    let values = values();
    Some(Box::new(move |thread, times| values.cycle(thread, times, |value| black_box(&latency).observe(value))))
}

impl Library for Measured {
    fn name(&self) -> &'static str {
        "measured"
    }

    fn increment(&self) -> Option<Work> {
        let counter = Counter::new();
        Some(Box::new(move |_, times| (0..times).for_each(|_| black_box(&counter).inc())))
    }

    fn look_up(&self, n: usize) -> Option<Work> {
        let counter = CounterVec::with_label_set(requests());
        let series = series(n);
        series.each(|method, path| counter.inc(Request { method, path }));
        Some(Box::new(move |thread, times| {
            series.cycle(thread, times, |method, path| counter.inc(Request { method, path }))
        }))
    }

    fn closed(&self) -> Option<Work> {
        let counter =
            CounterVec::with_label_set(Responses { method: StaticLabelSet::new(), status: StaticLabelSet::new() });
        let stream = closed();
        Some(Box::new(move |thread, times| {
            stream.cycle(thread, times, |method, status| {
                counter.inc(Response { method: METHODS[method], status: STATUSES[status] });
            })
        }))
    }

    fn observe(&self, bounds: &'static [f64]) -> Option<Work> {
        histogram::<11>(bounds).or_else(|| histogram::<30>(bounds))
    }

    fn counters(&self, n: usize) -> Option<Box<dyn Any>> {
        let counter = CounterVec::with_label_set(requests());
        (0..n).for_each(|n| counter.inc(Request { method: UNIQUE_METHOD, path: &unique_path(n) }));
        Some(Box::new(counter))
    }

    fn histograms(&self, n: usize) -> Option<Box<dyn Any>> {
        let latency = HistogramVec::with_label_set_and_metadata(requests(), Thresholds::with_buckets(ELEVEN));
        (0..n).for_each(|n| latency.observe(Request { method: UNIQUE_METHOD, path: &unique_path(n) }, 0.5));
        Some(Box::new(latency))
    }

    fn text(&self, page: Page) -> Option<Encode> {
        Some(match page {
            Page::Counters(n) => {
                let family = CounterVec::with_label_set(requests());
                counted(n).for_each(|(method, path, value)| family.inc_by(Request { method, path: &path }, value));
                encode(Counters { http_requests_total: family })
            }
            Page::Histograms(n) => {
                let family = HistogramVec::with_label_set_and_metadata(requests(), Thresholds::with_buckets(ELEVEN));
                for (method, path, values) in observed(n) {
                    let request = Request { method, path: &path };
                    values.into_iter().for_each(|value| family.observe(request, value));
                }
                encode(Histograms { http_request_duration_seconds: family })
            }
        })
    }
}

#[derive(MetricGroup)]
struct Counters {
    /// Requests.
    http_requests_total: CounterVec<Requests>,
}

#[derive(MetricGroup)]
struct Histograms {
    /// Latency.
    http_request_duration_seconds: HistogramVec<Requests, 11>,
}

fn encode(group: impl MetricGroup<TextEncoder<Vec<u8>>> + Send + Sync + 'static) -> Encode {
    Box::new(move |to| {
        let mut encoder = TextEncoder::new(std::mem::take(to));
        let _ = group.collect_group_into(&mut encoder);
        *to = encoder.writer;
    })
}
