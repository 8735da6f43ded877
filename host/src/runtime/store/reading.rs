use super::Store;
use crate::runtime::slot::Content;
use crate::sync::{Ordering, fence};
use std::hint::black_box;

/// So many series before a series is read, it is fetched.
const AHEAD: usize = 3;

impl<C> Store<C> {
    /// Each series from slot `from` on, in order, with its number. Those that come or go meanwhile are met or not; all
    /// others are. Nothing is pinned: what is taken out meanwhile stays until the last reader has gone.
    pub(in crate::runtime) fn read<E>(
        &self,
        from: usize,
        mut f: impl FnMut(usize, &Content<C>) -> Result<(), E>,
    ) -> Result<(), E> {
        let _reading = Reading::begin(self);
        let slots = self.writer.lock().slots;
        // SAFETY: as `Reading` says.
        let series = |number| self.slot(number).and_then(|slot| unsafe { slot.live() });
        for number in from..slots {
            // Of the next ones already: what is done with one is more than a processor looks ahead.
            black_box(series(number + AHEAD).map(|series| series.text.len()));
            if let Some(series) = series(number) {
                f(number, series)?;
            }
        }
        Ok(())
    }
}

/// While there is one, no series is taken out of its slot.
struct Reading<'a, C>(&'a Store<C>);

impl<'a, C> Reading<'a, C> {
    fn begin(store: &'a Store<C>) -> Self {
        store.readers.fetch_add(1, Ordering::Relaxed);
        fence(Ordering::SeqCst); // see `Store::free`
        Self(store)
    }
}

impl<C> Drop for Reading<'_, C> {
    fn drop(&mut self) {
        let store = self.0;
        if store.readers.fetch_sub(1, Ordering::Release) > 1 {
            return;
        }
        let mut free = store.free.lock();
        if store.readers.load(Ordering::Acquire) > 0 {
            return; // the next one does it
        }
        let read = std::mem::take(&mut free.read);
        drop(free); // before a user's cells
        for number in read {
            let Some(slot) = store.slot(number) else { continue };
            // SAFETY: neither live nor pinned, and nobody reads: who begins now meets nothing here.
            drop(unsafe { slot.take() });
            store.free.lock().empty.push(number);
            store.holders.fetch_sub(1, Ordering::Release); // never the last: who reads borrows the family
        }
    }
}
