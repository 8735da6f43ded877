use crate::sync::{AtomicU32, BUCKET, Ordering, SMALLEST_TABLE, SPARSE_TABLE};
use std::hint;

/// Which slots may hold the series of a hash: open addressing, one word an entry, read without a lock while one writer
/// changes it. A hash wants any place of one bucket, whose entries are looked at together, without a branch for each. A
/// reader that meets a change may miss what is there and asks again under the writer's lock; what it
/// finds, it compares.
///
/// An entry is the slot's number and one, in as many low bits as the table's size has; above them bits of the hash. Zero
/// is no entry.
pub(super) struct Table {
    buckets: Box<[[AtomicU32; BUCKET]]>,
}

impl Table {
    /// Room for `slots` slots, whose numbers are all below that.
    pub(super) fn new(slots: usize) -> Self {
        let mut entries = SMALLEST_TABLE;
        while room(entries) < slots {
            entries *= 2;
        }
        Self { buckets: (0..entries / BUCKET).map(|_| std::array::from_fn(|_| AtomicU32::new(0))).collect() }
    }

    /// How many slots it has room for.
    pub(super) fn room(&self) -> usize {
        room(self.entries())
    }

    #[inline]
    fn entries(&self) -> usize {
        self.buckets.len() * BUCKET
    }

    #[inline]
    fn mask(&self) -> usize {
        self.entries() - 1
    }

    /// Where a hash wants to be: the beginning of a bucket, before it is masked.
    #[inline]
    fn home(hash: u64) -> usize {
        hash as usize & !(BUCKET - 1)
    }

    /// The bits of an entry that come from the hash: from its upper half, as the place comes from the lower.
    fn tag(&self, hash: u64) -> u32 {
        (hash >> 32) as u32 & !(self.mask() as u32)
    }

    fn place(&self, at: usize) -> Option<&AtomicU32> {
        let at = at & self.mask();
        self.buckets.get(at / BUCKET)?.get(at % BUCKET)
    }

    fn slot(&self, entry: u32) -> usize {
        (entry as usize & self.mask()).wrapping_sub(1)
    }

    /// A slot that may hold the series of this hash: where it is unless its bucket was full.
    #[inline(always)]
    pub(super) fn first(&self, hash: u64) -> Option<usize> {
        let (tag, tag_bits) = (self.tag(hash), !(self.mask() as u32));
        let bucket = self.buckets.get((Self::home(hash) & self.mask()) / BUCKET)?;
        let first = bucket.iter().fold(0, |first, entry| {
            let entry = entry.load(Ordering::Acquire);
            hint::select_unpredictable(entry & tag_bits == tag, entry, first)
        });
        (first != 0).then(|| self.slot(first))
    }

    /// What `look` answers first for a slot that may hold the series of this hash, and the place of its entry.
    #[inline]
    pub(super) fn find<R>(&self, hash: u64, mut look: impl FnMut(usize) -> Option<R>) -> Option<(usize, R)> {
        let (home, tag, tag_bits) = (Self::home(hash), self.tag(hash), !(self.mask() as u32));
        for step in 0..self.entries() {
            let at = home.wrapping_add(step);
            let entry = self.place(at)?.load(Ordering::Acquire);
            if entry == 0 {
                return None;
            }
            if entry & tag_bits == tag
                && let Some(found) = look(self.slot(entry))
            {
                return Some((at, found));
            }
        }
        None // a writer fills at one end what it frees at the other
    }

    /// Adds a slot. The caller holds the lock of who writes, and there is room.
    pub(super) fn insert(&self, hash: u64, slot: usize) {
        let mut at = Self::home(hash);
        while let Some(place) = self.place(at) {
            if place.load(Ordering::Relaxed) == 0 {
                return place.store(self.tag(hash) | (slot as u32 + 1), Ordering::Release);
            }
            at = at.wrapping_add(1);
        }
    }

    /// Takes out the entry at a place that [`find`](Self::find) gave, and moves those behind it closer to where their
    /// hashes want them. The caller holds the lock of who writes.
    pub(super) fn remove(&self, mut hole: usize, hash_of: impl Fn(usize) -> u64) {
        let mut at = hole;
        loop {
            at = at.wrapping_add(1);
            let (Some(free), Some(next)) = (self.place(hole), self.place(at)) else { return };
            let entry = next.load(Ordering::Relaxed);
            if entry == 0 {
                return free.store(0, Ordering::Release);
            }
            let from_home = at.wrapping_sub(Self::home(hash_of(self.slot(entry)))) & self.mask();
            if from_home >= at.wrapping_sub(hole) {
                free.store(entry, Ordering::Release);
                hole = at;
            }
        }
    }

    /// Takes everything out. The caller holds the lock of who writes.
    pub(super) fn clear(&self) {
        self.buckets.iter().flatten().for_each(|entry| entry.store(0, Ordering::Release));
    }
}

/// An eighth stays free, so that a search ends soon; most of a small one, which costs little, so that it ends at once.
fn room(entries: usize) -> usize {
    if entries <= SPARSE_TABLE { entries / 4 } else { entries - entries.div_ceil(8) }
}
