use super::hazard::Hazard;
use super::marks::not_after;
use super::slot::Slot;
use super::store::Store;
use super::text::Text;
use crate::created;
use crate::instrument::Instrument;
use crate::sync::Mutex;
use narthex_core::Timestamp;
use std::mem::ManuallyDrop;
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
    /// Where the slot is; nowhere when it is in an [`Own`].
    store: Option<NonNull<Store<C>>>,
    number: usize,
    /// What keeps the slot; a pin does when there is none.
    hazard: Option<&'static Hazard>,
}

/// A slot, and what keeps it: a pin, if it is no hazard.
pub(super) type Kept<C> = (NonNull<Slot<C>>, Option<&'static Hazard>);

/// A slot outside of any family.
#[repr(C)] // the slot first: a handle points at it
struct Own<C> {
    slot: Slot<C>,
    began: Mutex<Option<Timestamp>>,
}

/// The number of the only series of a metric.
const ALONE: usize = 0;
/// The number of what is no series of any family.
const NOWHERE: usize = usize::MAX;

impl<C> Handle<C> {
    /// Of a slot that the caller has pinned for this handle.
    #[inline]
    pub(super) fn pinned(store: NonNull<Store<C>>, slot: NonNull<Slot<C>>, number: usize) -> Self {
        Self { slot, store: Some(store), number, hazard: None }
    }

    /// Of a slot that a hazard keeps for this handle, or without one a pin.
    #[inline]
    pub(super) fn kept(store: NonNull<Store<C>>, kept: Kept<C>, number: usize) -> Self {
        Self { slot: kept.0, store: Some(store), number, hazard: kept.1 }
    }

    /// What it holds, and the number of the slot; they are the caller's now.
    #[inline]
    pub(super) fn into_kept(self) -> (Kept<C>, usize) {
        let this = ManuallyDrop::new(self);
        ((this.slot, this.hazard), this.number)
    }

    /// A cell that is not a series of a growing family.
    pub(crate) fn alone(cell: C, began: Option<Timestamp>) -> Self {
        Self::of_no_family(cell, ALONE, began)
    }

    /// A cell that stands for every refused series of a family.
    pub(super) fn inert(cell: C) -> Self {
        Self::of_no_family(cell, NOWHERE, None)
    }

    fn of_no_family(cell: C, number: usize, began: Option<Timestamp>) -> Self {
        let own = Box::leak(Box::new(Own { slot: Slot::retired(cell), began: Mutex::new(began) }));
        Self { slot: NonNull::from(own).cast(), store: None, number, hazard: None }
    }

    /// The slot and what belongs to it, when the handle is not of a family.
    fn own(&self) -> Option<&Own<C>> {
        // SAFETY: made by `of_no_family`, where the slot is the first field, and pinned.
        self.store.is_none().then(|| unsafe { self.slot.cast().as_ref() })
    }

    /// When this metric without labels began, if that is kept.
    pub(super) fn began(&self) -> Option<Timestamp> {
        self.own()?.began.lock().as_mut().map(|began| not_after(began, created::now()))
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

    #[cfg(test)]
    pub(super) fn hazard(&self) -> Option<*const Hazard> {
        self.hazard.map(std::ptr::from_ref)
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
                let own = unsafe { Box::from_raw(self.slot.cast::<Own<C>>().as_ptr()) };
                // SAFETY: as `unpin` says.
                drop(unsafe { own.slot.take() });
            }
        }
    }
}

impl<C: Instrument> Handle<C> {
    /// Back to the start: the value to zero, `_created` to now, without exemplars. Handles go on as they are.
    ///
    /// An update that another thread makes meanwhile counts or does not. A histogram or summary that is observed
    /// meanwhile may keep the count of that observation without its value in the sum, or the other way round.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// let jobs = registry.counter("jobs_total", "Jobs.").register()?;
    /// jobs.inc();
    /// jobs.reset();
    /// assert_eq!(jobs.value(), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset(&self) {
        // First the value: what a scrape sees between is a counter that went down, not one that began with this value.
        self.restart();
        let now = created::now();
        if let Some(store) = self.store {
            // SAFETY: the slot is pinned and holds a series, which holds the store.
            unsafe { store.as_ref() }.begin_again(self.number, now);
        }
        if let Some(own) = self.own()
            && let Some(began) = own.began.lock().as_mut()
        {
            *began = now;
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
        Self { slot: self.slot, store: self.store, number: self.number, hazard: None }
    }
}

impl<C> Drop for Handle<C> {
    #[inline]
    fn drop(&mut self) {
        match self.hazard {
            Some(hazard) => hazard.clear(),
            None if self.slot().unpin() => self.free(),
            None => {}
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
