//! Counts what is allocated, while somebody asks.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed};

struct Counting;

/// Times are measured while this is false: then it costs a load.
static COUNTS: AtomicBool = AtomicBool::new(false);
static BYTES: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);
static BLOCKS: AtomicIsize = AtomicIsize::new(0);
static ALLOCATIONS: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

pub struct Counted {
    /// Of what is still there.
    pub bytes: isize,
    /// Of what was there at a time.
    pub peak: isize,
    /// Pieces that are still there.
    pub blocks: isize,
    /// Whatever became of them.
    pub allocations: isize,
}

/// What `work` allocates, in whatever threads.
pub fn count<R>(work: impl FnOnce() -> R) -> (R, Counted) {
    let counters = [&BYTES, &PEAK, &BLOCKS, &ALLOCATIONS];
    counters.iter().for_each(|counter| counter.store(0, Relaxed));
    COUNTS.store(true, Relaxed);
    let made = work();
    COUNTS.store(false, Relaxed);
    let [bytes, peak, blocks, allocations] = counters.map(|counter| counter.load(Relaxed));
    (made, Counted { bytes, peak, blocks, allocations })
}

/// There are so many bytes more.
fn grow(bytes: isize) {
    let now = BYTES.fetch_add(bytes, Relaxed) + bytes;
    PEAK.fetch_max(now, Relaxed);
}

// SAFETY: all that it does is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if COUNTS.load(Relaxed) {
            grow(layout.size() as isize);
            BLOCKS.fetch_add(1, Relaxed);
            ALLOCATIONS.fetch_add(1, Relaxed);
        }
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if COUNTS.load(Relaxed) {
            grow(size as isize - layout.size() as isize);
            ALLOCATIONS.fetch_add(1, Relaxed);
        }
        // SAFETY: as the caller says.
        unsafe { System.realloc(place, layout, size) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        if COUNTS.load(Relaxed) {
            grow(-(layout.size() as isize));
            BLOCKS.fetch_sub(1, Relaxed);
        }
        // SAFETY: as the caller says.
        unsafe { System.dealloc(place, layout) }
    }
}
