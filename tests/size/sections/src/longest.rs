//! A critical section that remembers how long the longest one was. Nothing interrupts this firmware, so that it need not
//! keep anybody out.

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use critical_section::RawRestoreState;
use harness::tick::{between, now};

static INSIDE: AtomicBool = AtomicBool::new(false);
static BEGUN: AtomicU32 = AtomicU32::new(0);
static LONGEST: AtomicU32 = AtomicU32::new(0);

struct Measured;

critical_section::set_impl!(Measured);

// SAFETY: there is one context.
unsafe impl critical_section::Impl for Measured {
    unsafe fn acquire() -> RawRestoreState {
        let was_inside = INSIDE.load(Relaxed);
        INSIDE.store(true, Relaxed);
        if !was_inside {
            BEGUN.store(now(), Relaxed);
        }
        was_inside
    }

    unsafe fn release(was_inside: RawRestoreState) {
        if !was_inside {
            let lasted = between(BEGUN.load(Relaxed), now());
            LONGEST.store(LONGEST.load(Relaxed).max(lasted), Relaxed);
            INSIDE.store(false, Relaxed);
        }
    }
}

/// The ticks that the longest section of `call` lasts; none, if it has none.
pub fn of(call: &mut dyn FnMut()) -> Option<u32> {
    LONGEST.store(0, Relaxed);
    call();
    Some(LONGEST.load(Relaxed)).filter(|ticks| *ticks > 0)
}
