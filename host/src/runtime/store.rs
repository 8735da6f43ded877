mod reading;
mod removal;

use super::grown::Grown;
use super::handle::{Handle, Kept};
use super::hazard::Hazard;
use super::marks::{Lifetime, Marks};
use super::slot::{Content, Slot};
use super::table::Table;
use super::text::Text;
use crate::sync::{AtomicPtr, AtomicUsize, CHUNK, Mutex, Ordering, Seed, asymmetric, fence};
use narthex_core::{Refused, Timestamp};
use std::hash::{BuildHasher, Hasher};
use std::ptr::{self, NonNull};

/// The series of a family: by label values, and by number.
///
/// A look-up takes no lock: it finds the slot in the table, has a hazard or a pin keep it, and compares. One writer at a
/// time adds or removes series; while it holds the lock, no code of a user runs.
pub(super) struct Store<C> {
    /// This, as what frees it needs it: a reference lends too little.
    root: AtomicPtr<Self>,
    table: Grown<Table>,
    chunks: Grown<Chunks<C>>,
    writer: Mutex<Writer>,
    /// A lock of its own, because dropping a handle may free a slot at any time.
    free: Mutex<Free>,
    /// How many [read](Self::read) without pins.
    readers: AtomicUsize,
    /// The family, and every slot that holds a series; the last one drops this.
    holders: AtomicUsize,
    /// Look-ups use pins only: a sweep sees those, or there are no hazards.
    pins: bool,
    seed: Seed,
}

/// Where the slots are: each stays where it is.
type Chunks<C> = Box<[AtomicPtr<[Slot<C>; CHUNK]>]>;

/// Slots that may be used again.
#[derive(Default)]
struct Free {
    /// They hold nothing.
    empty: Vec<usize>,
    /// They hold what was taken out of the family, and readers may look at it.
    read: Vec<usize>,
}

struct Writer {
    live: usize,
    limit: usize,
    /// How many slots there are, in use or free.
    slots: usize,
    marks: Marks,
}

/// How many slots the table can tell apart.
const MOST: usize = 1 << 30;

/// By how much the hash of the values before is turned for each: a number that shares nothing with 64.
const TURN: u32 = 23;

/// How many series are pinned at a time for a page.
const BATCH: usize = 64;
/// How many slots are looked at for that.
const LOOKED_AT: usize = 4 * BATCH;

impl<C> Store<C> {
    /// For somebody who [`release`](Self::release)s it in the end.
    pub(super) fn new(limit: usize, lifetime: Lifetime) -> NonNull<Self> {
        let root = Box::into_raw(Box::new(Self {
            root: AtomicPtr::new(ptr::null_mut()),
            table: Grown::new(Table::new(0)),
            chunks: Grown::new(Box::new([])),
            writer: Mutex::new(Writer { live: 0, limit, slots: 0, marks: Marks::new(lifetime) }),
            free: Mutex::new(Free::default()),
            readers: AtomicUsize::new(0),
            holders: AtomicUsize::new(1),
            pins: lifetime.expire_after.is_some() || !asymmetric::is_available(),
            seed: Seed::default(),
        }));
        // SAFETY: just made.
        let this = unsafe { &*root };
        this.root.store(root, Ordering::Relaxed);
        NonNull::from(this)
    }

    #[inline(always)]
    pub(super) fn hash_of(&self, values: &[&str]) -> u64 {
        self.hash(values.iter().copied())
    }

    /// Each value alone, so that a processor hashes them side by side.
    #[inline(always)]
    fn hash<'a>(&self, values: impl Iterator<Item = &'a str>) -> u64 {
        values.fold(0, |hash: u64, value| {
            let mut hasher = self.seed.build_hasher();
            let own = match halves(value.as_bytes()) {
                Some(halves) => {
                    halves.iter().for_each(|half| hasher.write(*half));
                    hasher.finish().rotate_left(value.len() as u32) // halves do not say how long it was
                }
                None => {
                    hasher.write(value.as_bytes());
                    hasher.finish()
                }
            };
            hash.rotate_left(TURN) ^ own
        })
    }

    /// The series with these values.
    #[inline]
    pub(super) fn look_up(&self, values: &[&str]) -> Option<Handle<C>> {
        let mut number = 0;
        self.kept(values, &mut number).map(|kept| self.handle(kept, number))
    }

    /// Of what [`kept`](Self::kept) gave.
    #[inline]
    pub(super) fn handle(&self, kept: Kept<C>, number: usize) -> Handle<C> {
        Handle::kept(NonNull::from(self), kept, number)
    }

    /// What is looked up, and the number of its slot.
    #[inline(always)]
    pub(super) fn kept(&self, values: &[&str], number: &mut usize) -> Option<Kept<C>> {
        let hash = self.hash_of(values);
        if let Some(first) = self.table.get().first(hash)
            && let Some(slot) = self.slot(first)
            && !self.pins
            && let Some(hazard) = Hazard::at(NonNull::from(slot))
        {
            // SAFETY: the hazard keeps it, if it is live.
            let series = unsafe { slot.live() };
            if let Some(series) = series
                && series.text.is(values)
            {
                *number = first;
                return Some((NonNull::from(slot), Some(hazard)));
            }
            hazard.clear();
        }
        self.kept_further(hash, values, number)
    }

    #[cold]
    #[inline(never)]
    fn kept_further(&self, hash: u64, values: &[&str], number: &mut usize) -> Option<Kept<C>> {
        let is = |series: &Handle<C>| series.text().is(values);
        let (_, series) = self.table.get().find(hash, |number| self.keep(number).filter(is))?;
        let (kept, at) = series.into_kept();
        *number = at;
        Some(kept)
    }

    /// The series with these values.
    #[inline]
    pub(super) fn find(&self, hash: u64, values: &[&str]) -> Option<Handle<C>> {
        let is = |series: &Handle<C>| series.text().is(values);
        self.table.get().find(hash, |number| self.pin(number).filter(is)).map(|(_, series)| series)
    }

    /// The series with these values, if it is there: this waits for a writer, in whose way a search may miss it.
    pub(super) fn find_or_wait(&self, values: &[&str]) -> Option<Handle<C>> {
        let hash = self.hash_of(values);
        self.find(hash, values).or_else(|| {
            let _writer = self.writer.lock();
            self.find(hash, values)
        })
    }

    /// The series in a slot, kept by a hazard if that can be.
    #[inline(always)]
    fn keep(&self, number: usize) -> Option<Handle<C>> {
        let slot = NonNull::from(self.slot(number)?);
        let hazard = if self.pins { None } else { Hazard::at(slot) };
        let Some(hazard) = hazard else { return self.pin(number) };
        let series = Handle::kept(NonNull::from(self), (slot, Some(hazard)), number);
        series.slot().is_live().then_some(series)
    }

    /// The series in a slot.
    #[inline(always)]
    fn pin(&self, number: usize) -> Option<Handle<C>> {
        let slot = self.slot(number)?;
        slot.pin().then(|| Handle::pinned(NonNull::from(self), NonNull::from(slot), number))
    }

    #[inline(always)]
    fn slot(&self, number: usize) -> Option<&Slot<C>> {
        let chunk = self.chunks.get().get(number / CHUNK)?.load(Ordering::Acquire);
        // SAFETY: null, or allocated by `add_slot`; it stays until this is dropped.
        let chunk = unsafe { chunk.as_ref() }?;
        chunk.get(number % CHUNK)
    }

    /// The series with these values, which `cell` becomes, beginning `now`, unless it is there by now.
    pub(super) fn insert(
        &self,
        hash: u64,
        values: &[&str],
        cell: C,
        now: Option<Timestamp>,
    ) -> Result<Handle<C>, Refused> {
        let content = Content { text: Text::new(values)?, cell }; // if it is not used, it is dropped after the lock
        let mut writer = self.writer.lock();
        if let Some(there) = self.find(hash, values) {
            return Ok(there);
        }
        if writer.live >= writer.limit {
            return Err(Refused::Full);
        }
        let free = self.free.lock().empty.pop();
        let number = free.map_or_else(|| self.add_slot(&mut writer), Ok)?;
        let slot = self.slot(number).ok_or(Refused::Full)?;
        self.holders.fetch_add(1, Ordering::Relaxed);
        // SAFETY: new, or from the list of free slots.
        unsafe { slot.fill(content) };
        writer.live += 1;
        writer.marks.begin(number, now);
        self.table.get().insert(hash, number);
        Ok(Handle::pinned(NonNull::from(self), NonNull::from(slot), number))
    }

    /// A slot that was never used, with room for it in the table.
    #[cold]
    fn add_slot(&self, writer: &mut Writer) -> Result<usize, Refused> {
        let number = writer.slots;
        if number >= MOST {
            return Err(Refused::Full);
        }
        if number >= self.table.get().room() {
            self.grow_table(number);
        }
        let chunks = self.chunks.get();
        if number / CHUNK >= chunks.len() {
            let longer = (0..(2 * chunks.len()).max(1)).map(|at| chunks.get(at).map_or(ptr::null_mut(), load));
            self.chunks.grow(longer.map(AtomicPtr::new).collect());
        }
        if number.is_multiple_of(CHUNK)
            && let Some(place) = self.chunks.get().get(number / CHUNK)
        {
            place.store(Box::into_raw(Box::new(std::array::from_fn(|_| Slot::new()))), Ordering::Release);
        }
        writer.slots += 1;
        Ok(number)
    }

    fn grow_table(&self, slots: usize) {
        let larger = Table::new(slots + 1);
        for number in 0..slots {
            if let Some(handle) = self.pin(number) {
                larger.insert(self.hash(handle.text().values()), number);
            }
        }
        self.table.grow(larger);
    }

    /// The series in a slot, which the caller has pinned, begins anew.
    pub(super) fn begin_again(&self, number: usize, now: Timestamp) {
        self.writer.lock().marks.begin_again(number, now);
    }

    pub(super) fn len(&self) -> usize {
        self.writer.lock().live
    }

    /// Each series, pinned. Those that come or go meanwhile are met or not; all others are.
    pub(super) fn each(&self, mut f: impl FnMut(&Handle<C>)) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut next = Some(0);
        while let Some(from) = next {
            next = self.batch(&self.writer.lock(), from, &mut batch);
            batch.iter().for_each(&mut f);
            batch.clear();
        }
    }

    /// When the series in a slot began, if that is kept.
    pub(super) fn began(&self, number: usize, now: Timestamp) -> Option<Timestamp> {
        self.writer.lock().marks.began(number, now)
    }

    /// Pins the next series from slot `from` on; answers where to go on.
    fn batch(&self, writer: &Writer, from: usize, batch: &mut Vec<Handle<C>>) -> Option<usize> {
        let end = writer.slots.min(from.saturating_add(LOOKED_AT));
        for number in from..end {
            batch.extend(self.pin(number));
            if batch.len() == BATCH {
                return Some(number + 1);
            }
        }
        (end < writer.slots).then_some(end)
    }

    /// Takes out the series of a slot.
    ///
    /// # Safety
    ///
    /// [`Slot::unpin`] has just told the caller to, who does not use the store any more.
    #[cold]
    pub(super) unsafe fn free(this: NonNull<Self>, slot: NonNull<Slot<C>>, number: usize) {
        // SAFETY: the slot has held a series until now, and a series holds the store.
        let store = unsafe { this.as_ref() };
        {
            let mut free = store.free.lock();
            fence(Ordering::SeqCst); // either this meets the reader here, or that one meets what was retired
            if store.readers.load(Ordering::Acquire) > 0 {
                return free.read.push(number);
            }
        }
        // SAFETY: as above.
        let slot = unsafe { slot.as_ref() };
        // SAFETY: as the caller says, and nobody reads.
        drop(unsafe { slot.take() });
        store.free.lock().empty.push(number);
        // SAFETY: the slot was a holder, and is none any more.
        unsafe { Self::release(this) };
    }

    /// One holder less; the last one drops the store.
    ///
    /// # Safety
    ///
    /// The caller was a holder and does not use the store any more.
    pub(super) unsafe fn release(this: NonNull<Self>) {
        // SAFETY: there is still this holder.
        let store = unsafe { this.as_ref() };
        let root = load(&store.root);
        if store.holders.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            // SAFETY: made by `new`, and nobody holds it any more.
            drop(unsafe { Box::from_raw(root) });
        }
    }
}

/// A value that is longer than what foldhash hashes without a call, and not longer than twice that: the halves may overlap.
#[inline(always)]
fn halves(value: &[u8]) -> Option<[&[u8; 16]; 2]> {
    let both = (17..=32).contains(&value.len());
    both.then(|| Some([value.first_chunk()?, value.last_chunk()?]))?
}

fn load<T>(place: &AtomicPtr<T>) -> *mut T {
    place.load(Ordering::Relaxed)
}

impl<C> Drop for Store<C> {
    fn drop(&mut self) {
        // Every slot is free: one that held a series would hold this.
        for chunk in self.chunks.get() {
            let chunk = load(chunk);
            if !chunk.is_null() {
                // SAFETY: allocated by `add_slot`, and nobody looks any more.
                drop(unsafe { Box::from_raw(chunk) });
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use narthex_core::Counter;
    use std::collections::HashSet;

    #[test]
    fn values_that_look_alike_have_hashes_of_their_own() {
        let owner = super::super::owner::Owner::<Counter>::new(usize::MAX, Lifetime::default());
        let alike: Vec<String> = (0..70).map(|len| "x".repeat(len)).collect();
        let pairs = alike.iter().flat_map(|a| alike.iter().map(move |b| [a.as_str(), b]));
        let hashes: HashSet<u64> = pairs.map(|pair| owner.hash_of(&pair)).collect();
        assert_eq!(hashes.len(), alike.len() * alike.len());
    }
}
