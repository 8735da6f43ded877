//! What a labelled counter costs, as an allocator sees it.

use narthex::Registry;
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

#[test]
fn a_series_is_small() {
    let registry = Registry::new();
    let requests = registry.counter("requests_total", "").labels(["path", "method"]).register().unwrap();
    let before = (BYTES.load(Relaxed), ALLOCATIONS.load(Relaxed));
    for n in 0..SERIES {
        requests.get([std::str::from_utf8(&path(n)).unwrap(), "GET"]);
    }
    assert_eq!(requests.len(), SERIES);
    let each = |before: usize, now: &AtomicUsize| (now.load(Relaxed) - before) as f64 / SERIES as f64;
    let (bytes, allocations) = (each(before.0, &BYTES), each(before.1, &ALLOCATIONS));
    assert!(bytes < 65.0 && allocations < 1.1, "{bytes} bytes and {allocations} allocations a series");

    let before = ALLOCATIONS.load(Relaxed);
    requests.get(["/path/to/x/00000007", "GET"]).inc();
    assert_eq!(ALLOCATIONS.load(Relaxed), before, "a look-up allocates nothing");
}
