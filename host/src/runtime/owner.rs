use super::marks::Lifetime;
use super::store::Store;
use crate::instrument::Instrument;
use std::ptr::NonNull;

/// Holds a store, and empties it in the end.
pub(super) struct Owner<C: Instrument>(NonNull<Store<C>>);

impl<C: Instrument> Owner<C> {
    pub(super) fn new(limit: usize, lifetime: Lifetime) -> Self {
        Self(Store::new(limit, lifetime))
    }
}

impl<C: Instrument> std::ops::Deref for Owner<C> {
    type Target = Store<C>;

    #[inline]
    fn deref(&self) -> &Store<C> {
        // SAFETY: this is a holder.
        unsafe { self.0.as_ref() }
    }
}

impl<C: Instrument> Drop for Owner<C> {
    fn drop(&mut self) {
        self.clear();
        // SAFETY: this was a holder, and is none any more.
        unsafe { Store::release(self.0) };
    }
}

// SAFETY: a store is shared by threads.
unsafe impl<C: Instrument> Send for Owner<C> {}
// SAFETY: as above.
unsafe impl<C: Instrument> Sync for Owner<C> {}
