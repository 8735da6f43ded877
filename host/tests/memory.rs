//! What labelled series cost, as an allocator sees it.

use narthex::{GrowingFamily, Instrument, Registry};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static BYTES: AtomicUsize = AtomicUsize::new(0);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "counts what the system's allocator does")]
// SAFETY: all that it does is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(layout.size(), Relaxed);
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller says.
        unsafe { System.dealloc(place, layout) }
    }
}

/// With two labels and 22 bytes of text each.
const SERIES: usize = 100_000;

/// 19 bytes, without allocating.
fn path(mut n: usize) -> [u8; 19] {
    let mut path = *b"/path/to/x/00000000";
    for place in path.iter_mut().rev().take(8) {
        *place = b'0' + (n % 10) as u8;
        n /= 10;
    }
    path
}

/// Bytes and allocations a series of a family.
fn cost<C: Instrument>(family: &GrowingFamily<[&'static str; 2], C>) -> (f64, f64) {
    let before = (BYTES.load(Relaxed), ALLOCATIONS.load(Relaxed));
    for n in 0..SERIES {
        family.get([std::str::from_utf8(&path(n)).unwrap(), "GET"]);
    }
    assert_eq!(family.len(), SERIES);
    let each = |before: usize, now: &AtomicUsize| (now.load(Relaxed) - before) as f64 / SERIES as f64;
    (each(before.0, &BYTES), each(before.1, &ALLOCATIONS))
}

/// One test: what others allocate meanwhile would be counted as well.
#[test]
fn a_series_is_small_and_a_look_up_allocates_nothing() {
    let registry = Registry::new();
    let counter = registry.counter("requests_total", "").labels(["path", "method"]).register().unwrap();
    let (bytes, allocations) = cost(&counter);
    assert!(bytes < 65.0 && allocations < 1.1, "a counter: {bytes} bytes, {allocations} allocations");
    let histogram = registry.histogram("latency_seconds", "").labels(["path", "method"]).register().unwrap();
    let (bytes, allocations) = cost(&histogram);
    assert!(bytes < 177.0 && allocations < 2.1, "a histogram: {bytes} bytes, {allocations} allocations");

    let created = registry.counter("jobs_total", "").labels(["path", "method"]).created().register().unwrap();
    let (bytes, allocations) = cost(&created);
    assert!(bytes < 90.0 && allocations < 1.1, "with `_created`: {bytes} bytes, {allocations} allocations");
    let hour = std::time::Duration::from_secs(3600);
    let expiring =
        registry.counter("peers_total", "").labels(["path", "method"]).expire_after(hour).register().unwrap();
    let (bytes, allocations) = cost(&expiring);
    assert!(bytes < 110.0 && allocations < 1.1, "that expires: {bytes} bytes, {allocations} allocations");

    let calls = registry.counter("calls_total", "").labels(["path", "method"]);
    let with_exemplars = calls.exemplars_from(|_| {}).register().unwrap();
    let (bytes, allocations) = cost(&with_exemplars);
    assert!(bytes < 81.0 && allocations < 1.1, "that may have exemplars: {bytes} bytes, {allocations} allocations");
    let histogram_with = registry.histogram("wait", "").labels(["path", "method"]).exemplars().register().unwrap();
    let (bytes, allocations) = cost(&histogram_with);
    assert!(bytes < 193.0 && allocations < 2.1, "a histogram that may: {bytes} bytes, {allocations} allocations");

    let before = ALLOCATIONS.load(Relaxed);
    with_exemplars.get(["/path/to/x/00000007", "GET"]).inc(); // asks its provider, which has none
    histogram_with.get(["/path/to/x/00000007", "GET"]).observe(0.5);
    counter.get(["/path/to/x/00000007", "GET"]).inc();
    histogram.get(["/path/to/x/00000007", "GET"]).observe(0.5);
    assert_eq!(ALLOCATIONS.load(Relaxed), before);
}
