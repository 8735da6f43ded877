//! embeprom, as its documentation says to use it.
#![no_std]

embeprom::metrics! {
    namespace = "app";
    /// Requests handled.
    requests_total: Counter,
    /// Requests failed.
    errors_total: Counter,
    /// Bytes sent.
    bytes_total: Counter,
    /// Board temperature.
    temperature_millicelsius: Gauge,
    /// HTTP requests by method and status.
    #[labels("method", "status")]
    http_requests_total: CounterVec<8>,
    /// Request latency in milliseconds.
    #[buckets(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000)]
    latency_ms: IntHistogram,
}

static mut BOUND: Option<embeprom::CounterSeries<'static>> = None;

struct Text<'a, F: FnMut(&[u8])>(&'a mut F);

impl<F: FnMut(&[u8])> core::fmt::Write for Text<'_, F> {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        (self.0)(s.as_bytes());
        Ok(())
    }
}

pub struct Embeprom;

impl harness::Subject for Embeprom {
    fn init() {
        for status in harness::STATUSES {
            for method in harness::METHODS {
                let _ = get().http_requests_total.with(&[method, status]);
            }
        }
        // SAFETY: nothing else runs yet.
        unsafe { BOUND = Some(get().http_requests_total.with(&["GET", "200"])) }
    }
    #[inline(always)]
    fn counter_inc() {
        get().requests_total.inc()
    }
    #[inline(always)]
    fn counter_inc2() {
        get().errors_total.inc()
    }
    #[inline(always)]
    fn counter_add(n: u32) {
        get().bytes_total.inc_by(n as u64)
    }
    #[inline(always)]
    fn gauge_set(v: i32) {
        get().temperature_millicelsius.set(v as i64)
    }
    #[inline(always)]
    fn labelled_inc(method: &str, status: &str) {
        get().http_requests_total.inc(&[method, status])
    }
    #[inline(always)]
    fn labelled_inc_bound() {
        #[allow(clippy::deref_addrof, reason = "the suggestion is a reference to a `static mut`")]
        // SAFETY: written once, in `init`.
        if let Some(bound) = unsafe { (*(&raw const BOUND)).as_ref() } {
            bound.inc()
        }
    }
    #[inline(always)]
    fn observe(v: u32) {
        get().latency_ms.observe(v as u64)
    }
    #[inline(always)]
    fn render(sink: &mut impl FnMut(&[u8])) {
        let _ = embeprom::write_all(&mut Text(sink));
    }
}
