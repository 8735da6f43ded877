use super::slot::Slot;
use super::store::Store;
use super::text::Text;
use std::ops::Deref;
use std::ptr::NonNull;

/// A metric that you hold: it dereferences to the cell.
///
/// Cloning it is cheap, and it can be kept anywhere, in any thread, for as long as you like; it blocks nobody. When its
/// series is removed, or its metric unregistered, it goes on counting where nobody sees it, never into another series.
///
/// ```
/// use narthex::Registry;
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// let requests = registry.counter("http_requests_total", "HTTP requests.").labels(["method"]).register()?;
///
/// let get = requests.get(["GET"]); // look up once,
/// get.inc(); // count often
/// assert_eq!(get.value(), 1);
/// # Ok(())
/// # }
/// ```
pub struct Handle<C> {
    slot: NonNull<Slot<C>>,
    /// Where the slot is; nowhere when it is this series' own.
    store: Option<NonNull<Store<C>>>,
    number: usize,
}

/// The number of the only series of a metric.
const ALONE: usize = 0;
/// The number of what is no series of any family.
const NOWHERE: usize = usize::MAX;

impl<C> Handle<C> {
    /// Of a slot that the caller has pinned for this handle.
    #[inline]
    pub(super) fn pinned(store: NonNull<Store<C>>, slot: NonNull<Slot<C>>, number: usize) -> Self {
        Self { slot, store: Some(store), number }
    }

    /// A cell that is not a series of a growing family.
    pub(crate) fn alone(cell: C) -> Self {
        Self::of_no_family(cell, ALONE)
    }

    /// A cell that stands for every refused series of a family.
    pub(super) fn inert(cell: C) -> Self {
        Self::of_no_family(cell, NOWHERE)
    }

    fn of_no_family(cell: C, number: usize) -> Self {
        Self { slot: NonNull::from(Box::leak(Box::new(Slot::retired(cell)))), store: None, number }
    }

    /// Whether this stands for a series that was refused: nobody sees what it counts.
    pub fn is_inert(&self) -> bool {
        self.number == NOWHERE
    }

    /// Whether the series is part of its family: not refused, and not removed since. Whether that is
    /// registered, the registry knows.
    pub fn is_exposed(&self) -> bool {
        match self.store {
            Some(_) => self.slot().is_live(),
            None => self.number == ALONE,
        }
    }

    #[inline]
    pub(super) fn slot(&self) -> &Slot<C> {
        // SAFETY: pinned, so that it holds a series, which holds the store; or the handle's own.
        unsafe { self.slot.as_ref() }
    }

    pub(super) fn number(&self) -> usize {
        self.number
    }

    #[inline]
    pub(super) fn text(&self) -> &Text {
        // SAFETY: pinned.
        unsafe { &self.slot().content().text }
    }

    #[cold]
    fn free(&mut self) {
        match self.store {
            // SAFETY: as `unpin` says.
            Some(store) => unsafe { Store::free(store, self.slot, self.number) },
            None => {
                // SAFETY: leaked by `of_no_family`.
                let slot = unsafe { Box::from_raw(self.slot.as_ptr()) };
                // SAFETY: as `unpin` says.
                drop(unsafe { slot.take() });
            }
        }
    }
}

impl<C> Deref for Handle<C> {
    type Target = C;

    #[inline]
    fn deref(&self) -> &C {
        // SAFETY: pinned.
        unsafe { &self.slot().content().cell }
    }
}

impl<C> Clone for Handle<C> {
    fn clone(&self) -> Self {
        self.slot().pin_again();
        Self { slot: self.slot, store: self.store, number: self.number }
    }
}

impl<C> Drop for Handle<C> {
    #[inline]
    fn drop(&mut self) {
        if self.slot().unpin() {
            self.free();
        }
    }
}

// SAFETY: it lends the cell, and may be the one that drops it, in any thread.
unsafe impl<C: Send + Sync> Send for Handle<C> {}
// SAFETY: as above.
unsafe impl<C: Send + Sync> Sync for Handle<C> {}

impl<C: std::fmt::Debug> std::fmt::Debug for Handle<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("cell", &**self).field("exposed", &self.is_exposed()).finish()
    }
}
