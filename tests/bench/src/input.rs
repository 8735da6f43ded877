//! The same labels and values for everybody.

use fastrand::Rng;
use std::hint::black_box;

pub const METHODS: [&str; 10] =
    ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND"];
pub const STATUSES: [&str; 10] = ["200", "201", "204", "301", "304", "400", "401", "403", "404", "500"];

pub static ELEVEN: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
pub static THIRTY: [f64; 30] = {
    let mut bounds = [0.0005; 30];
    let mut at = 1;
    while at < bounds.len() {
        bounds[at] = bounds[at - 1] * 1.5;
        at += 1;
    }
    bounds
};

/// How many values there are before they come again.
const CYCLE: usize = 4096;

/// Method and path of each series, in an order that no cache foresees.
pub struct Series(Vec<(String, String)>);

pub fn series(n: usize) -> Series {
    let mut all: Vec<_> = (0..n).map(|n| (METHODS[n % METHODS.len()].to_owned(), path(n))).collect();
    Rng::with_seed(1).shuffle(&mut all);
    Series(all)
}

/// A path of its own for each series: with [`UNIQUE_METHOD`], 22 bytes of text.
pub fn unique_path(n: usize) -> String {
    format!("/path/to/x/{n:08}")
}

pub const UNIQUE_METHOD: &str = "GET";

impl Series {
    pub fn each(&self, mut f: impl FnMut(&str, &str)) {
        self.0.iter().for_each(|(method, path)| f(method, path));
    }

    /// One after the other, `times` in all; the second thread begins in the middle.
    #[inline(always)]
    pub fn cycle(&self, thread: usize, times: u64, mut f: impl FnMut(&str, &str)) {
        let mut at = thread * self.0.len() / 2;
        for _ in 0..times {
            let (method, path) = &self.0[at];
            f(black_box(method), black_box(path));
            at += 1;
            if at == self.0.len() {
                at = 0;
            }
        }
    }
}

/// What is exposed: so many series of one family, with the labels `method` and `path`.
#[derive(Clone, Copy)]
pub enum Page {
    /// Of [`COUNTER`].
    Counters(usize),
    /// Of [`HISTOGRAM`], with [`ELEVEN`] bounds.
    Histograms(usize),
}

/// Name and help.
pub const COUNTER: [&str; 2] = ["http_requests_total", "Requests."];
pub const HISTOGRAM: [&str; 2] = ["http_request_duration_seconds", "Latency."];

impl Page {
    pub fn series(self) -> usize {
        match self {
            Page::Counters(n) | Page::Histograms(n) => n,
        }
    }
}

/// Method, path and what was counted.
pub fn counted(n: usize) -> impl Iterator<Item = (&'static str, String, u64)> {
    (0..n).map(|n| (METHODS[n % METHODS.len()], path(n), n as u64 * 7919 % 1_000_003 + 1))
}

/// Method, path and what was observed.
pub fn observed(n: usize) -> impl Iterator<Item = (&'static str, String, Vec<f64>)> {
    let Values(values) = values();
    (0..n).map(move |n| {
        let observed = (0..100).map(|k| values[(n * 31 + k) % CYCLE]).collect();
        (METHODS[n % METHODS.len()], path(n), observed)
    })
}

/// Ten series share one.
fn path(n: usize) -> String {
    format!("/api/v1/items/{:05}", n / 10)
}

/// Which of [`METHODS`] and [`STATUSES`].
pub struct Closed([(u8, u8); CYCLE]);

pub fn closed() -> Closed {
    let mut rng = Rng::with_seed(2);
    Closed(std::array::from_fn(|_| (rng.u8(..10), rng.u8(..10))))
}

impl Closed {
    #[inline(always)]
    pub fn cycle(&self, thread: usize, times: u64, mut f: impl FnMut(usize, usize)) {
        for at in cycle(thread, times) {
            let (method, status) = self.0[at];
            f(method.into(), status.into());
        }
    }
}

/// From a millisecond to twenty seconds, as many in each decade.
pub struct Values([f64; CYCLE]);

pub fn values() -> Values {
    let mut rng = Rng::with_seed(3);
    Values(std::array::from_fn(|_| 0.001 * 20_000f64.powf(rng.f64())))
}

impl Values {
    #[inline(always)]
    pub fn cycle(&self, thread: usize, times: u64, mut f: impl FnMut(f64)) {
        for at in cycle(thread, times) {
            f(self.0[at]);
        }
    }
}

#[inline(always)]
fn cycle(thread: usize, times: u64) -> impl Iterator<Item = usize> {
    (0..times).map(move |time| (thread * CYCLE / 2 + time as usize) % CYCLE)
}
