use super::text::Text;
use crate::sync::{AtomicU64, Ordering, UnsafeCell, fence};
use std::mem::MaybeUninit;

/// The place of a series, which is used again only when nobody can see what was there: it is no longer part of its
/// family, and the last handle has gone.
pub(super) struct Slot<C> {
    /// [`LIVE`], [`TOUCHED`], and below them how many pins there are.
    state: AtomicU64,
    content: UnsafeCell<MaybeUninit<Content<C>>>,
}

/// A series.
pub(super) struct Content<C> {
    pub(super) text: Text,
    pub(super) cell: C,
}

/// The series is part of its family; without it, nobody pins what is not pinned.
const LIVE: u64 = 1 << 63;
/// Somebody has pinned the series since it was last [watched](Slot::watch). Only what is live is touched.
const TOUCHED: u64 = 1 << 62;

impl<C> Slot<C> {
    pub(super) fn new() -> Self {
        Self { state: AtomicU64::new(0), content: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// A slot with a series that is part of no family, with one pin.
    pub(super) fn retired(cell: C) -> Self {
        let content = Content { text: Text::default(), cell };
        Self { state: AtomicU64::new(1), content: UnsafeCell::new(MaybeUninit::new(content)) }
    }

    /// Makes the series that is here part of its family, with one pin.
    ///
    /// # Safety
    ///
    /// The slot has no content and is the caller's alone: never used, or [`take`](Self::take)n from.
    pub(super) unsafe fn fill(&self, content: Content<C>) {
        // SAFETY: the caller's alone: nobody pins it before it is live.
        self.content.with_mut(|place| unsafe { place.write(MaybeUninit::new(content)) });
        self.state.store(LIVE + 1, Ordering::Release);
    }

    /// Pins the series, if there is one that is part of its family: whether it did. What is pinned stays as it is.
    #[inline]
    pub(super) fn pin(&self) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        while state & LIVE != 0 {
            match self.state.compare_exchange_weak(state, (state + 1) | TOUCHED, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    /// Pins once more what the caller has pinned.
    pub(super) fn pin_again(&self) {
        self.state.fetch_add(1, Ordering::Relaxed);
    }

    /// Gives a pin back. True when it was the last one and the series is no longer part of its family: the caller has to
    /// [`take`](Self::take) it out.
    #[inline]
    #[must_use]
    pub(super) fn unpin(&self) -> bool {
        let last = self.state.fetch_sub(1, Ordering::Release) == 1;
        if last {
            fence(Ordering::Acquire); // the others have looked before this one takes it out
        }
        last
    }

    /// The series is no longer part of its family; the caller has pinned it.
    pub(super) fn retire(&self) {
        self.state.fetch_and(!(LIVE | TOUCHED), Ordering::Relaxed);
    }

    /// From now on [`retire_unseen`](Self::retire_unseen) notices whoever pins the series. Answers whether nobody but the
    /// caller, who has pinned it, does now; then the caller sees whatever was done to it before.
    pub(super) fn watch(&self) -> bool {
        self.state.fetch_and(!TOUCHED, Ordering::Acquire) & !TOUCHED == LIVE + 1
    }

    /// As [`retire`](Self::retire), unless somebody has pinned the series since the caller, whose pin is the only one,
    /// [watched](Self::watch) it. Answers whether it did.
    pub(super) fn retire_unseen(&self) -> bool {
        self.state.compare_exchange(LIVE + 1, 1, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Whether the series is part of its family; then the caller sees what it was filled with.
    #[inline]
    pub(super) fn is_live(&self) -> bool {
        self.state.load(Ordering::Acquire) & LIVE != 0
    }

    /// The series, if there is one that is part of its family.
    ///
    /// # Safety
    ///
    /// Nobody [`take`](Self::take)s it out while the caller uses the answer.
    #[inline]
    pub(super) unsafe fn live(&self) -> Option<&Content<C>> {
        // SAFETY: it was filled before it was live, and stays as the caller says.
        self.is_live().then(|| unsafe { self.content() })
    }

    /// The series that is here.
    ///
    /// # Safety
    ///
    /// The caller has pinned it, or nobody takes it out, for as long as it uses the answer.
    #[inline]
    pub(super) unsafe fn content(&self) -> &Content<C> {
        // SAFETY: nobody writes while it is pinned.
        let place = self.content.with(|place| unsafe { &*place });
        // SAFETY: it was filled before it could be pinned.
        unsafe { place.assume_init_ref() }
    }

    /// Takes the series out.
    ///
    /// # Safety
    ///
    /// [`unpin`](Self::unpin) has just told the caller to.
    pub(super) unsafe fn take(&self) -> Content<C> {
        // SAFETY: not live and not pinned, so that nobody looks.
        let content = self.content.with_mut(|place| unsafe { place.read() });
        // SAFETY: it was filled, and only one unpins last.
        unsafe { content.assume_init() }
    }
}

// SAFETY: the content is reached through the rules above, from any thread.
unsafe impl<C: Send + Sync> Sync for Slot<C> {}
