//! Workload W1: 3 counters, 1 integer gauge, 1 counter family with two labels and 8 series, 1 histogram.

use crate::exit;
use core::hint::black_box;

/// What a metrics library has to do to be measured.
pub trait Subject {
    /// Whatever is done once at boot: registering, making the 8 series, keeping the handle of `labelled_inc_bound`.
    fn init();
    /// `app_requests_total` += 1
    fn counter_inc();
    /// `app_errors_total` += 1
    fn counter_inc2();
    /// `app_bytes_total` += n
    fn counter_add(n: u32);
    /// `app_temperature_millicelsius` = v
    fn gauge_set(v: i32);
    /// `app_http_requests_total{method=..,status=..}` += 1, looked up by label values
    fn labelled_inc(method: &str, status: &str);
    /// The same for GET, 200, through whatever the library offers to avoid the look-up
    fn labelled_inc_bound();
    /// `app_latency_ms` observes v
    fn observe(v: u32);
    /// Writes everything to `sink`
    fn render(sink: &mut impl FnMut(&[u8]));
}

pub const BUCKETS: [u32; 11] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000];
pub const METHODS: [&str; 4] = ["GET", "POST", "PUT", "DELETE"];
pub const STATUSES: [&str; 2] = ["200", "500"];

/// The sink: volatile, so that no byte can be optimised away.
pub struct Sum {
    pub sum: u32,
    pub len: u32,
}

#[inline(never)]
pub fn absorb(s: &mut Sum, bytes: &[u8]) {
    for byte in bytes {
        let sum = &raw mut s.sum;
        // SAFETY: `sum` is valid, `s` is borrowed exclusively.
        unsafe { sum.write_volatile(sum.read_volatile().wrapping_add(*byte as u32)) };
    }
    s.len += bytes.len() as u32;
}

/// The state in which every subject renders.
#[inline(never)]
pub fn populate<S: Subject>() {
    for i in 0..1234u32 {
        S::counter_inc();
        if i % 10 == 0 {
            S::counter_inc2();
        }
        S::counter_add(1500);
        S::labelled_inc(METHODS[(i % 4) as usize], STATUSES[((i / 4) % 2) as usize]);
        S::observe(BUCKETS[(i % 11) as usize] + (i % 3));
    }
    S::gauge_set(-2750);
}

/// The smallest firmware that uses everything once: no formatting of its own, no printing.
pub fn size_main<S: Subject>() -> ! {
    S::init();
    let mut s = Sum { sum: 0, len: 0 };
    let mut i: u32 = 0;
    loop {
        S::counter_inc();
        S::counter_inc2();
        S::counter_add(black_box(i));
        S::gauge_set(black_box(i) as i32);
        S::labelled_inc(METHODS[(black_box(i) % 4) as usize], STATUSES[(black_box(i) % 2) as usize]);
        S::labelled_inc_bound();
        S::observe(black_box(i));
        S::render(&mut |b| absorb(&mut s, b));
        i += 1;
        if black_box(i) == 3 {
            exit(0)
        }
    }
}
