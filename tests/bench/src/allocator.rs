//! Counts what is allocated, while somebody asks.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

struct Counting;

/// Times are measured while this is false: then it costs a load.
static COUNTS: AtomicBool = AtomicBool::new(false);
static BYTES: AtomicUsize = AtomicUsize::new(0);
static BLOCKS: AtomicUsize = AtomicUsize::new(0);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

pub struct Counted {
    /// Of what is still there.
    pub bytes: usize,
    /// Pieces that are still there.
    pub blocks: usize,
    /// Whatever became of them.
    pub allocations: usize,
}

/// What `work` allocates.
pub fn count<R>(work: impl FnOnce() -> R) -> (R, Counted) {
    let counters = [&BYTES, &BLOCKS, &ALLOCATIONS];
    let before = counters.map(|counter| counter.load(Relaxed));
    COUNTS.store(true, Relaxed);
    let made = work();
    COUNTS.store(false, Relaxed);
    let [bytes, blocks, allocations] = std::array::from_fn(|at| counters[at].load(Relaxed).wrapping_sub(before[at]));
    (made, Counted { bytes, blocks, allocations })
}

// SAFETY: all that it does is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if COUNTS.load(Relaxed) {
            BYTES.fetch_add(layout.size(), Relaxed);
            BLOCKS.fetch_add(1, Relaxed);
            ALLOCATIONS.fetch_add(1, Relaxed);
        }
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        if COUNTS.load(Relaxed) {
            BYTES.fetch_sub(layout.size(), Relaxed);
            BLOCKS.fetch_sub(1, Relaxed);
        }
        // SAFETY: as the caller says.
        unsafe { System.dealloc(place, layout) }
    }
}
