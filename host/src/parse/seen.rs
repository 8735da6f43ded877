//! Which series of a family were read before.

use crate::parse::labels::{LabelReader, LabelSet};
use crate::parse::page::Page;
use crate::parse::scan::Scan;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hash, Hasher};

/// The series of a family that were read.
#[derive(Default)]
pub(super) struct Seen {
    table: HashTable<(u64, LabelSet)>,
    hasher: RandomState,
}

impl Seen {
    pub(super) fn clear(&mut self) {
        const LARGE: usize = 256; // to clear a table takes time by its size, not by what is in it
        if self.table.capacity() > LARGE {
            self.table = HashTable::new();
        } else {
            self.table.clear();
        }
    }

    /// Whether the series is new.
    pub(super) fn insert(&mut self, scan: &Scan<'_>, page: &Page, labels: &LabelReader, set: LabelSet) -> bool {
        let mut hasher = self.hasher.build_hasher();
        labels.sorted(scan, page, set).for_each(|label| label.hash(&mut hasher));
        let hash = hasher.finish();
        let same = |(other_hash, other): &(u64, LabelSet)| *other_hash == hash && labels.same(scan, page, *other, set);
        if self.table.find(hash, same).is_some() {
            return false;
        }
        self.table.insert_unique(hash, (hash, set), |(hash, _)| *hash);
        true
    }
}
