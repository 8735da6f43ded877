use super::{Store, Writer};
use crate::instrument::Instrument;
use crate::runtime::handle::Handle;
use crate::runtime::limbo::Removed;
use std::time::{Duration, Instant};

impl<C: Instrument> Store<C> {
    /// Takes out the series that `is` accepts among those of this hash; whether it was there.
    fn remove(&self, hash: u64, is: impl Fn(&Handle<C>) -> bool, removed: &mut Removed<C>) -> bool {
        let mut writer = self.writer.lock();
        let found = self.table.get().find(hash, |number| self.pin(number).filter(&is));
        let Some((place, found)) = found else { return false };
        self.take_entry(&mut writer, place);
        found.slot().retire();
        removed.push(found);
        true
    }

    /// Takes out the series with these values; whether it was there.
    pub(in crate::runtime) fn remove_values(&self, values: &[&str]) -> bool {
        self.remove(self.hash_of(values), |series| series.text().is(values), &mut Removed::new())
    }

    fn take_entry(&self, writer: &mut Writer, place: usize) {
        self.table.get().remove(place, |number| self.pin(number).map_or(0, |series| self.hash(series.text().values())));
        writer.live -= 1;
    }

    /// Takes out this very series, not another with its values; whether it was there.
    pub(in crate::runtime) fn remove_this(&self, series: &Handle<C>, removed: &mut Removed<C>) -> bool {
        self.remove(self.hash(series.text().values()), |there| there.number() == series.number(), removed)
    }

    /// Takes out this series when it has had this value for `long`, and nobody has pinned it since the caller, whose pin
    /// is the only one, watched it and read the value; whether it did.
    pub(in crate::runtime) fn expire(&self, series: &Handle<C>, value: [u64; 2], now: Instant, long: Duration) -> bool {
        let mut writer = self.writer.lock();
        if !writer.marks.is_unchanged(series.number(), value, now, long) || !series.slot().retire_unseen() {
            return false;
        }
        let hash = self.hash(series.text().values());
        let entry = self.table.get().find(hash, |number| (number == series.number()).then_some(()));
        if let Some((place, ())) = entry {
            self.take_entry(&mut writer, place);
        }
        true
    }

    pub(in crate::runtime) fn clear(&self) {
        let mut removed = Removed::new(); // dropped after the lock
        let mut writer = self.writer.lock();
        self.table.get().clear();
        for series in (0..writer.slots).filter_map(|number| self.pin(number)) {
            series.slot().retire();
            removed.push(series);
        }
        writer.live = 0;
    }
}
