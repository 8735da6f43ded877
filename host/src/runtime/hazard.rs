use super::limbo::{self, Membership};
use crate::sync::{AtomicBool, AtomicPtr, HAZARDS, Ordering, asymmetric, each_thread};
use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::atomic::{self, compiler_fence};

/// A place that says which slot its thread uses: two stores instead of two atomic operations on the slot.
///
/// Only the thread that it belongs to sets it, and whoever drops the handle clears it, in any thread. A look-up sets it,
/// and then looks whether the slot is live; a removal makes the slot not live, and then looks for hazards. Between the
/// two of each is a fence, so that one of them meets the other.
#[derive(Default)]
pub(super) struct Hazard {
    at: AtomicPtr<()>,
    /// Somebody waits until this is cleared. Changed under the lock of the [`Limbo`].
    pub(super) asked: AtomicBool,
}

/// Those of a thread. They are there for ever, and belong to another thread after it.
#[derive(Default)]
#[repr(align(128))] // threads that run share no cache line
pub(super) struct Record([Hazard; HAZARDS]);

/// How many are looked at for one that is free.
const LOOKED_AT: usize = 2;

each_thread! {
    /// The one to try next. Without a destructor, so that it can be read at any time. None while one is taken: a signal
    /// handler that comes between takes none.
    static NEXT: Next = Next::new(ptr::null_mut());
    static MINE: Mine = Mine(Cell::new(None));
}

/// Of one thread and its signal handlers: threads do not meet at it.
type Next = atomic::AtomicPtr<Hazard>;

/// What the thread has, and gives back when it ends.
struct Mine(Cell<Option<Membership>>);

impl Hazard {
    /// One that points at this slot; none when those of this thread are in use, or it has none now. From now on it keeps
    /// the slot, if that is live.
    #[inline(always)]
    pub(super) fn at<T>(slot: NonNull<T>) -> Option<&'static Self> {
        let take = |next: &Next| {
            // SAFETY: null, or one of a record, which is there for ever.
            let Some(hazard) = (unsafe { next.load(Ordering::Relaxed).as_ref() }) else {
                join();
                return None;
            };
            next.store(ptr::null_mut(), Ordering::Relaxed);
            compiler_fence(Ordering::SeqCst);
            let hazard = if hazard.is_free() { hazard } else { another(hazard, next)? };
            // Who sees this instead of a cleared one sees what was done before that.
            hazard.at.store(slot.as_ptr().cast(), Ordering::Release);
            compiler_fence(Ordering::SeqCst);
            next.store(ptr::from_ref(hazard).cast_mut(), Ordering::Relaxed);
            asymmetric::light();
            Some(hazard)
        };
        NEXT.try_with(take).ok()?
    }

    #[inline]
    fn is_free(&self) -> bool {
        self.at.load(Ordering::Acquire).is_null() // whoever cleared it may have been in another thread
    }

    /// The slot may go.
    #[inline]
    pub(super) fn clear(&self) {
        self.at.store(ptr::null_mut(), Ordering::Release);
        asymmetric::light();
        if self.asked.load(Ordering::Relaxed) {
            limbo::answer(self);
        }
    }

    /// The slot that it keeps. What was done through those before this is seen.
    pub(super) fn slot(&self) -> *const () {
        self.at.load(Ordering::Acquire)
    }
}

impl Record {
    pub(super) fn hazards(&self) -> &[Hazard] {
        &self.0
    }
}

/// A free one among those behind this, which is not. If there is none, the next search begins behind them.
#[cold]
fn another(busy: &'static Hazard, next: &Next) -> Option<&'static Hazard> {
    let record = MINE.try_with(|mine| mine.0.get()).ok()??.record;
    let at = record.0.iter().position(|hazard| ptr::eq(hazard, busy))?;
    let mut behind = record.0.iter().cycle().skip(at + 1);
    let free = behind.by_ref().take(LOOKED_AT).find(|hazard| hazard.is_free());
    if free.is_none() {
        next.store(ptr::from_ref(behind.next()?).cast_mut(), Ordering::Relaxed);
    }
    free
}

/// What this thread tries next.
fn set_next(hazard: *const Hazard) {
    // A thread that has lost it has ended.
    let _ = NEXT.try_with(|next| next.store(hazard.cast_mut(), Ordering::Relaxed));
}

/// Makes the thread have its own, unless it has, or ends, or would have to wait.
#[cold]
fn join() {
    let join = |mine: &Mine| {
        if mine.0.get().is_none()
            && let Some(membership) = limbo::join()
        {
            mine.0.set(Some(membership));
            set_next(&raw const membership.record.0[0]);
        }
    };
    let _ = MINE.try_with(join);
}

impl Drop for Mine {
    fn drop(&mut self) {
        set_next(ptr::null());
        if let Some(membership) = self.0.get() {
            membership.end();
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
