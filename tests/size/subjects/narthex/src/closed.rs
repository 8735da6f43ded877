use crate::APP;
use harness::{METHODS, STATUSES};
use narthex_core::{ClosedLabels, Counter, MetricGroup, Table, Zero};

#[derive(MetricGroup)]
#[metrics(namespace = "app")]
pub struct Http {
    /// HTTP requests by method and status.
    http_requests: Table<Request, Counter>,
}

/// The derive would let the status change fastest; the workload prints the method so.
#[derive(Clone, Copy)]
pub struct Request {
    method: usize,
    status: usize,
}

impl ClosedLabels for Request {
    const NAMES: &'static [&'static str] = &["method", "status"];
    type Cells<C: Zero> = [C; 8];
    type Values = [&'static str; 2];

    #[inline]
    fn cell<C: Zero>(self, cells: &[C; 8]) -> &C {
        &cells[(self.status * METHODS.len() + self.method).min(7)]
    }

    fn values(index: usize) -> [&'static str; 2] {
        [METHODS[index % METHODS.len()], STATUSES.get(index / METHODS.len()).copied().unwrap_or_default()]
    }
}

pub fn init() {}

#[inline(always)]
pub fn inc(method: &str, status: &str) {
    let method = METHODS.iter().position(|m| *m == method);
    let status = STATUSES.iter().position(|s| *s == status);
    if let (Some(method), Some(status)) = (method, status) {
        APP.http.http_requests.get(Request { method, status }).inc()
    }
}

#[inline(always)]
pub fn inc_bound() {
    APP.http.http_requests.get(Request { method: 0, status: 0 }).inc()
}
