use super::handle::Entry;
use super::text::Text;
use crate::sync::{RwLock, SHARDS, Seed};
use hashbrown::HashTable;
use narthex_core::Refused;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

/// The series of a family: by label values, and by insertion slot.
///
/// A look-up takes the read side of one shard for as long as one comparison takes. A writer holds the write side for one
/// insertion or removal, and the slots inside that; nothing is locked while cells are made, dropped, or given away.
pub(super) struct Index<C> {
    shards: [Shard<C>; SHARDS],
    slots: RwLock<Slots<C>>,
    seed: Seed,
}

/// Aligned so that readers of one shard do not disturb those of the next.
#[repr(align(64))]
struct Shard<C>(RwLock<HashTable<Arc<Entry<C>>>>);

struct Slots<C> {
    entries: Vec<Option<Arc<Entry<C>>>>,
    free: Vec<usize>,
    limit: usize,
}

/// How many entries are copied, and how many slots looked at, while the slots are locked for reading.
const BATCH: usize = 64;
const LOOKED_AT: usize = 4 * BATCH;

impl<C> Index<C> {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            shards: std::array::from_fn(|_| Shard(RwLock::new(HashTable::new()))),
            slots: RwLock::new(Slots { entries: Vec::new(), free: Vec::new(), limit }),
            seed: Seed::default(),
        }
    }

    #[inline]
    pub(super) fn hash(&self, values: &[&str]) -> u64 {
        let mut hasher = self.seed.build_hasher();
        for value in values {
            value.hash(&mut hasher);
        }
        hasher.finish()
    }

    #[inline]
    fn shard(&self, hash: u64) -> &RwLock<HashTable<Arc<Entry<C>>>> {
        // the table takes its place from the low bits and its tag from the high ones
        &self.shards[(hash >> 32) as usize % SHARDS].0
    }

    #[inline]
    pub(super) fn find(&self, hash: u64, values: &[&str]) -> Option<Arc<Entry<C>>> {
        self.shard(hash).read().find(hash, |entry| entry.text.is(values)).cloned()
    }

    /// The series with these values, which `cell` becomes unless it is there by now.
    pub(super) fn insert(&self, hash: u64, values: &[&str], cell: C) -> Result<Arc<Entry<C>>, Refused> {
        // what is dropped unused, the caller's cell, is dropped after the locks
        let text = Text::new(values);
        let mut shard = self.shard(hash).write();
        if let Some(there) = shard.find(hash, |entry| entry.text.is(values)) {
            return Ok(Arc::clone(there));
        }
        let mut slots = self.slots.write();
        let index = slots.vacant().ok_or(Refused::Full)?;
        let entry = Arc::new(Entry::new(cell, index, hash, text));
        slots.put(&entry);
        shard.insert_unique(hash, Arc::clone(&entry), |entry| entry.hash);
        Ok(entry)
    }

    pub(super) fn remove(&self, hash: u64, values: &[&str]) -> bool {
        self.take(hash, |entry| entry.text.is(values))
    }

    /// Takes out this very series, not another with its values; whether it was there.
    pub(super) fn remove_entry(&self, entry: &Arc<Entry<C>>) -> bool {
        self.take(entry.hash, |there| Arc::ptr_eq(there, entry))
    }

    fn take(&self, hash: u64, is: impl FnMut(&Arc<Entry<C>>) -> bool) -> bool {
        let mut shard = self.shard(hash).write();
        let Ok(found) = shard.find_entry(hash, is) else { return false };
        let (entry, _) = found.remove();
        let slot = self.slots.write().free(entry.index);
        drop(shard);
        entry.retire();
        drop((entry, slot)); // maybe the last owners of a user's cell: not under a lock
        true
    }

    pub(super) fn clear(&self) {
        for shard in &self.shards {
            let mut shard = shard.0.write();
            let entries = std::mem::take(&mut *shard);
            let mut slots = self.slots.write();
            let freed: Vec<_> = entries.iter().map(|entry| slots.free(entry.index)).collect();
            drop((slots, shard));
            entries.iter().for_each(|entry| entry.retire());
            drop((entries, freed));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.read().len()
    }

    /// Each series from slot `from` on, in order. Those that come or go meanwhile are met or not; all others are.
    pub(super) fn each<E>(&self, from: usize, mut f: impl FnMut(&Arc<Entry<C>>) -> Result<(), E>) -> Result<(), E> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut next = from;
        loop {
            let after = self.slots.read().copy(next, &mut batch);
            for entry in &batch {
                f(entry)?;
            }
            batch.clear();
            match after {
                Some(after) => next = after,
                None => return Ok(()),
            }
        }
    }
}

impl<C> Slots<C> {
    fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Where the next series goes; nowhere when there are as many as may be.
    fn vacant(&self) -> Option<usize> {
        (self.len() < self.limit).then(|| self.free.last().copied().unwrap_or(self.entries.len()))
    }

    /// Puts the entry into the slot that [`vacant`](Self::vacant) named.
    fn put(&mut self, entry: &Arc<Entry<C>>) {
        match self.entries.get_mut(entry.index) {
            Some(slot) => {
                *slot = Some(Arc::clone(entry));
                self.free.pop();
            }
            None => self.entries.push(Some(Arc::clone(entry))),
        }
    }

    fn free(&mut self, index: usize) -> Option<Arc<Entry<C>>> {
        let entry = self.entries.get_mut(index).and_then(Option::take)?;
        self.free.push(index);
        Some(entry)
    }

    /// Copies the next entries from slot `from` on; answers where to go on.
    fn copy(&self, from: usize, batch: &mut Vec<Arc<Entry<C>>>) -> Option<usize> {
        let rest = self.entries.get(from..)?;
        for (at, slot) in rest.iter().enumerate().take(LOOKED_AT) {
            batch.extend(slot.clone());
            if batch.len() == BATCH {
                return Some(from + at + 1);
            }
        }
        (rest.len() > LOOKED_AT).then_some(from + LOOKED_AT)
    }
}
