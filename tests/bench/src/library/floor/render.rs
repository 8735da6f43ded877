//! Text as a program would write it for these families alone.

use super::Histogram;
use crate::input::{COUNTER, HISTOGRAM};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub fn counters(series: &Vec<(&str, String, AtomicU64)>, to: &mut Vec<u8>) {
    head(COUNTER, "counter", to);
    let mut digits = itoa::Buffer::new();
    for (method, path, value) in series {
        labels(b"http_requests_total", method, path, to);
        write(to, [b"} ", digits.format(value.load(Relaxed)).as_bytes(), b"\n"]);
    }
}

pub fn histograms(series: &Vec<(&str, String, Histogram)>, to: &mut Vec<u8>) {
    const BOUNDS: [&[u8]; 12] =
        [b"0.005", b"0.01", b"0.025", b"0.05", b"0.1", b"0.25", b"0.5", b"1", b"2.5", b"5", b"10", b"+Inf"];
    head(HISTOGRAM, "histogram", to);
    let mut digits = itoa::Buffer::new();
    for (method, path, histogram) in series {
        let mut count = 0;
        for (bucket, bound) in histogram.counts.iter().zip(BOUNDS) {
            count += bucket.load(Relaxed);
            labels(b"http_request_duration_seconds_bucket", method, path, to);
            write(to, [b",le=\"", bound, b"\"} ", digits.format(count).as_bytes(), b"\n"]);
        }
        labels(b"http_request_duration_seconds_sum", method, path, to);
        let sum = f64::from_bits(histogram.sum.load(Relaxed));
        write(to, [b"} ", zmij::Buffer::new().format(sum).as_bytes(), b"\n"]);
        labels(b"http_request_duration_seconds_count", method, path, to);
        write(to, [b"} ", digits.format(count).as_bytes(), b"\n"]);
    }
}

fn head([name, help]: [&str; 2], kind: &str, to: &mut Vec<u8>) {
    to.extend_from_slice(format!("# HELP {name} {help}\n# TYPE {name} {kind}\n").as_bytes());
}

/// Without the brace that ends them.
fn labels(name: &[u8], method: &str, path: &str, to: &mut Vec<u8>) {
    write(to, [name, b"{method=\"", method.as_bytes(), b"\",path=\"", path.as_bytes(), b"\""]);
}

#[inline(always)]
fn write<const N: usize>(to: &mut Vec<u8>, parts: [&[u8]; N]) {
    parts.iter().for_each(|part| to.extend_from_slice(part));
}
