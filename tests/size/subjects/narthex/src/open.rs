use crate::APP;
use narthex_core::{Counter, Family, MetricGroup, Series};

#[derive(MetricGroup)]
#[metrics(namespace = "app")]
pub struct Http {
    /// HTTP requests by method and status.
    #[metrics(labels("method", "status"))]
    http_requests: Family<[&'static str; 2], Counter, 8, 16>,
}

static mut BOUND: Option<Series<'static, Counter>> = None;

pub fn init() {
    for status in harness::STATUSES {
        for method in harness::METHODS {
            APP.http.http_requests.get([method, status]);
        }
    }
    // SAFETY: nothing else runs yet.
    unsafe { BOUND = Some(APP.http.http_requests.get(["GET", "200"])) }
}

#[inline(always)]
pub fn inc(method: &str, status: &str) {
    APP.http.http_requests.get([method, status]).inc()
}

#[inline(always)]
pub fn inc_bound() {
    #[allow(clippy::deref_addrof, reason = "the suggestion is a reference to a `static mut`")]
    // SAFETY: written once, in `init`.
    if let Some(bound) = unsafe { (*(&raw const BOUND)).as_ref() } {
        bound.inc()
    }
}
