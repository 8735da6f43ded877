//! The allocator's collector, in a program that it allocates for.

use narthex::{AllocatorCollector, Registry};
use std::alloc::{GlobalAlloc, Layout, System};
use std::thread;

/// Refuses what nobody here asks for otherwise.
struct Stingy;

const TOO_MUCH: usize = 1 << 40;

#[expect(unsafe_code, reason = "an allocator is unsafe to write")]
// SAFETY: the system's allocator does all that it has to do, or nothing.
unsafe impl GlobalAlloc for Stingy {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller says.
        if layout.size() < TOO_MUCH { unsafe { System.alloc(layout) } } else { std::ptr::null_mut() }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as the caller says.
        unsafe { System.dealloc(place, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: AllocatorCollector<Stingy> = AllocatorCollector::around(Stingy);

/// One test: what others allocate meanwhile would be counted as well.
#[test]
fn what_threads_allocate_is_counted() {
    let registry = Registry::new();
    registry.register(&ALLOCATOR).unwrap();
    let value = |name| registry.sample_value(name, &[]).unwrap();
    let (heap, allocated) = (value("process_heap_bytes"), value("allocator_allocated_bytes_total"));

    let threads: Vec<_> = (0..8).map(|_| thread::spawn(|| vec![1_u8; 1 << 20])).collect();
    let kept: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let grown = value("process_heap_bytes") - heap;
    assert!((8e6..9e6).contains(&grown), "{grown}");

    let mut moved = kept;
    moved.iter_mut().for_each(|bytes| bytes.reserve_exact(1 << 20));
    let grown = value("process_heap_bytes") - heap;
    assert!((16e6..18e6).contains(&grown), "{grown}");
    drop(moved);
    let left = value("process_heap_bytes") - heap;
    assert!(left < 1e6, "{left}");
    assert!(value("allocator_allocated_bytes_total") - allocated >= 24e6);

    let failures = value("allocator_failures_total");
    assert!(Vec::<u8>::new().try_reserve(TOO_MUCH).is_err());
    assert_eq!(value("allocator_failures_total") - failures, 1.0);
    assert!(value("allocator_allocations_total") >= value("allocator_deallocations_total"));
}
