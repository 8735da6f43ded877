//! The floor: what a firmware author writes by hand for exactly this workload, with 64-bit values behind critical
//! sections, without `core::fmt`, a registry or any generality.
#![no_std]

use core::cell::Cell;
use critical_section::{Mutex, with};
use harness::{BUCKETS, METHODS, STATUSES};

type Count = Mutex<Cell<u64>>;

static REQUESTS: Count = Mutex::new(Cell::new(0));
static ERRORS: Count = Mutex::new(Cell::new(0));
static BYTES: Count = Mutex::new(Cell::new(0));
static TEMPERATURE: Mutex<Cell<i32>> = Mutex::new(Cell::new(0));
static HTTP: [Count; 8] = [const { Mutex::new(Cell::new(0)) }; 8];
static LATENCY: [Mutex<Cell<u32>>; 12] = [const { Mutex::new(Cell::new(0)) }; 12];
static LATENCY_SUM: Count = Mutex::new(Cell::new(0));
static LE: [&str; 12] = ["5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000", "10000", "+Inf"];

pub struct Handwritten;

impl harness::Subject for Handwritten {
    fn init() {}
    fn counter_inc() {
        add(&REQUESTS, 1)
    }
    fn counter_inc2() {
        add(&ERRORS, 1)
    }
    fn counter_add(n: u32) {
        add(&BYTES, n as u64)
    }
    fn gauge_set(v: i32) {
        with(|cs| TEMPERATURE.borrow(cs).set(v))
    }
    fn labelled_inc(method: &str, status: &str) {
        let m = METHODS.iter().position(|m| *m == method);
        let s = STATUSES.iter().position(|s| *s == status);
        if let (Some(m), Some(s)) = (m, s) {
            add(&HTTP[s * 4 + m], 1)
        }
    }
    fn labelled_inc_bound() {
        add(&HTTP[0], 1)
    }
    fn observe(v: u32) {
        let i = BUCKETS.iter().position(|b| v <= *b).unwrap_or(11);
        with(|cs| {
            let count = LATENCY[i].borrow(cs);
            count.set(count.get() + 1);
            let sum = LATENCY_SUM.borrow(cs);
            sum.set(sum.get() + v as u64);
        })
    }
    fn render(sink: &mut impl FnMut(&[u8])) {
        let mut digits = [0u8; 20];
        let mut one = |name: &str, help: &str, count: &Count| {
            for s in ["# HELP ", name, " ", help, "\n# TYPE ", name, " counter\n", name, " "] {
                sink(s.as_bytes())
            }
            sink(decimal(get(count), &mut digits));
            sink(b"\n");
        };
        one("app_requests_total", "Requests handled.", &REQUESTS);
        one("app_errors_total", "Requests failed.", &ERRORS);
        one("app_bytes_total", "Bytes sent.", &BYTES);

        sink(
            b"# HELP app_temperature_millicelsius Board temperature.\n\
            # TYPE app_temperature_millicelsius gauge\napp_temperature_millicelsius ",
        );
        let temperature = with(|cs| TEMPERATURE.borrow(cs).get());
        if temperature < 0 {
            sink(b"-")
        }
        sink(decimal(temperature.unsigned_abs() as u64, &mut digits));

        sink(
            b"\n# HELP app_http_requests_total HTTP requests by method and status.\n\
            # TYPE app_http_requests_total counter\n",
        );
        for s in 0..2 {
            for m in 0..4 {
                sink(b"app_http_requests_total{method=\"");
                sink(METHODS[m].as_bytes());
                sink(b"\",status=\"");
                sink(STATUSES[s].as_bytes());
                sink(b"\"} ");
                sink(decimal(get(&HTTP[s * 4 + m]), &mut digits));
                sink(b"\n");
            }
        }

        sink(b"# HELP app_latency_ms Request latency in milliseconds.\n# TYPE app_latency_ms histogram\n");
        let (counts, sum) = with(|cs| {
            let mut counts = [0u32; 12];
            for i in 0..12 {
                counts[i] = LATENCY[i].borrow(cs).get()
            }
            (counts, LATENCY_SUM.borrow(cs).get())
        });
        let mut cumulative = 0u32;
        for i in 0..12 {
            cumulative += counts[i];
            sink(b"app_latency_ms_bucket{le=\"");
            sink(LE[i].as_bytes());
            sink(b"\"} ");
            sink(decimal(cumulative as u64, &mut digits));
            sink(b"\n");
        }
        sink(b"app_latency_ms_sum ");
        sink(decimal(sum, &mut digits));
        sink(b"\napp_latency_ms_count ");
        sink(decimal(cumulative as u64, &mut digits));
        sink(b"\n");
    }
}

fn add(count: &Count, n: u64) {
    with(|cs| {
        let count = count.borrow(cs);
        count.set(count.get() + n)
    })
}

fn get(count: &Count) -> u64 {
    with(|cs| count.borrow(cs).get())
}

fn decimal(mut n: u64, digits: &mut [u8; 20]) -> &[u8] {
    let mut at = 20;
    while n > u32::MAX as u64 {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
    }
    let mut n = n as u32; // a 32-bit division is several times cheaper
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    &digits[at..]
}
