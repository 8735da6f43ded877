use super::fact::Fact;
use narthex_core::{Collect, Counter, Desc, Flow, Sink, Zero, name};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// An allocator that counts what another one does, and exposes it.
///
/// | | |
/// | --- | --- |
/// | `process_heap_bytes` | allocated and not given back |
/// | `allocator_allocated_bytes_total`, `allocator_freed_bytes_total` | as asked for, without what the allocator adds |
/// | `allocator_allocations_total`, `allocator_deallocations_total` | a reallocation is one of each |
/// | `allocator_failures_total` | allocations that were refused |
///
/// ```
/// use narthex::{AllocatorCollector, Registry};
///
/// #[global_allocator]
/// static ALLOCATOR: AllocatorCollector = AllocatorCollector::new();
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// registry.register(&ALLOCATOR)?;
///
/// let before = registry.sample_value("allocator_allocated_bytes_total", &[]).unwrap();
/// let kept = vec![0_u8; 1_000_000];
/// let after = registry.sample_value("allocator_allocated_bytes_total", &[]).unwrap();
/// assert!(after - before >= kept.len() as f64);
/// # Ok(())
/// # }
/// ```
///
/// Threads count in different places, so that they do not wait for each other.
pub struct AllocatorCollector<A = System> {
    inner: A,
    shards: [Shard; SHARDS],
}

const SHARDS: usize = 16;

/// What some of the threads did. Alone on its cache lines.
#[repr(align(128))]
struct Shard {
    allocations: Counter,
    allocated: Counter,
    deallocations: Counter,
    freed: Counter,
    failures: Counter,
}

impl Shard {
    const fn new() -> Self {
        Self {
            allocations: Counter::ZERO,
            allocated: Counter::ZERO,
            deallocations: Counter::ZERO,
            freed: Counter::ZERO,
            failures: Counter::ZERO,
        }
    }
}

impl AllocatorCollector {
    /// Counts what the system's allocator does.
    pub const fn new() -> Self {
        Self::around(System)
    }
}

impl<A> AllocatorCollector<A> {
    /// Counts what `inner` does.
    pub const fn around(inner: A) -> Self {
        Self { inner, shards: [const { Shard::new() }; SHARDS] }
    }

    fn shard(&self) -> &Shard {
        thread_local!(static MARK: Cell<u8> = const { Cell::new(0) });
        // Where a thread keeps its own is as good as its name, and known without allocating; threads that end or begin
        // have none.
        let place = MARK.try_with(|mark| mark.as_ptr() as usize).unwrap_or(0);
        &self.shards[(place.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60) % SHARDS]
    }

    fn allocated(&self, place: *mut u8, bytes: usize) {
        let shard = self.shard();
        if place.is_null() {
            shard.failures.inc();
        } else {
            shard.allocations.inc();
            shard.allocated.inc_by(bytes as u64);
        }
    }

    fn freed(&self, bytes: usize) {
        let shard = self.shard();
        shard.deallocations.inc();
        shard.freed.inc_by(bytes as u64);
    }
}

impl Default for AllocatorCollector {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(unsafe_code, reason = "an allocator is unsafe to write")]
// SAFETY: the inner allocator does all that it has to do.
unsafe impl<A: GlobalAlloc> GlobalAlloc for AllocatorCollector<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller says.
        let place = unsafe { self.inner.alloc(layout) };
        self.allocated(place, layout.size());
        place
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller says.
        let place = unsafe { self.inner.alloc_zeroed(layout) };
        self.allocated(place, layout.size());
        place
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller says.
        let place = unsafe { self.inner.realloc(old, layout, size) };
        self.allocated(place, size);
        if !place.is_null() {
            self.freed(layout.size());
        }
        place
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as the caller says.
        unsafe { self.inner.dealloc(place, layout) };
        self.freed(layout.size());
    }
}

impl<A> Collect for AllocatorCollector<A> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        FACTS.iter().try_for_each(|fact| each(&fact.desc()))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        FACTS.iter().try_for_each(|fact| fact.collect(&self.shards, sink))
    }
}

const FACTS: [Fact<[Shard; SHARDS]>; 6] = [
    Fact::gauge(name!("process_heap_bytes"), "Bytes allocated and not given back.", |shards| {
        // What is freed is read first: bytes that move meanwhile make it too large rather than negative.
        let freed = sum(shards, |shard| &shard.freed);
        Some(sum(shards, |shard| &shard.allocated).saturating_sub(freed).into())
    }),
    Fact::counter(name!("allocator_allocated_bytes"), "Bytes allocated.", |shards| {
        Some(sum(shards, |shard| &shard.allocated).into())
    }),
    Fact::counter(name!("allocator_freed_bytes"), "Bytes given back.", |shards| {
        Some(sum(shards, |shard| &shard.freed).into())
    }),
    Fact::counter(name!("allocator_allocations"), "Allocations.", |shards| {
        Some(sum(shards, |shard| &shard.allocations).into())
    }),
    Fact::counter(name!("allocator_deallocations"), "Deallocations.", |shards| {
        Some(sum(shards, |shard| &shard.deallocations).into())
    }),
    Fact::counter(name!("allocator_failures"), "Allocations that were refused.", |shards| {
        Some(sum(shards, |shard| &shard.failures).into())
    }),
];

fn sum(shards: &[Shard; SHARDS], counter: fn(&Shard) -> &Counter) -> u64 {
    shards.iter().fold(0, |sum, shard| sum.wrapping_add(counter(shard).value()))
}
