//! narthex, as its documentation says to use it: labels in strings, or closed with the feature `table`.
#![no_std]

#[cfg_attr(feature = "table", path = "closed.rs")]
#[cfg_attr(not(feature = "table"), path = "open.rs")]
mod requests;

use narthex_core::{Counter, Gauge, Histogram, MetricGroup, encode};

#[derive(MetricGroup)]
#[metrics(namespace = "app")]
struct App {
    /// Requests handled.
    requests: Counter,
    /// Requests failed.
    errors: Counter,
    /// Bytes sent.
    bytes: Counter,
    /// Board temperature.
    temperature_millicelsius: Gauge<i32>,
    #[metrics(flatten)]
    http: requests::Http,
    /// Request latency in milliseconds.
    #[metrics(buckets(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000))]
    latency_ms: Histogram<Latency>,
}

static APP: App = App::new();

struct Sink<'a, F>(&'a mut F);

impl<F> embedded_io::ErrorType for Sink<'_, F> {
    type Error = core::convert::Infallible;
}

impl<F: FnMut(&[u8])> embedded_io::Write for Sink<'_, F> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        (self.0)(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

pub struct Narthex;

impl harness::Subject for Narthex {
    fn init() {
        requests::init()
    }
    #[inline(always)]
    fn counter_inc() {
        APP.requests.inc()
    }
    #[inline(always)]
    fn counter_inc2() {
        APP.errors.inc()
    }
    #[inline(always)]
    fn counter_add(n: u32) {
        APP.bytes.inc_by(n.into())
    }
    #[inline(always)]
    fn gauge_set(v: i32) {
        APP.temperature_millicelsius.set(v)
    }
    #[inline(always)]
    fn labelled_inc(method: &str, status: &str) {
        requests::inc(method, status)
    }
    #[inline(always)]
    fn labelled_inc_bound() {
        requests::inc_bound()
    }
    #[inline(always)]
    fn observe(v: u32) {
        APP.latency_ms.observe(v)
    }
    #[inline(always)]
    fn render(sink: &mut impl FnMut(&[u8])) {
        let _ = encode::text(&APP, &mut Sink(sink));
    }
}
