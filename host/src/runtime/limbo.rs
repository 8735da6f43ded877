use super::handle::Handle;
use super::hazard::{Hazard, Record};
use crate::sync::{Mutex, Ordering, asymmetric, only_one};

only_one!(fn limbo() -> Limbo);

/// Where series that were taken out of their families wait while a [`Hazard`] keeps them, and who has hazards.
#[derive(Default)]
struct Limbo(Mutex<State>);

#[derive(Default)]
struct State {
    /// All that there are.
    records: Vec<&'static Record>,
    /// Those of threads that have ended.
    free: Vec<&'static Record>,
    waiting: Vec<Box<dyn Retired>>,
    /// A fence is missing between the retirement of one that waits and what is known of hazards.
    unfenced: bool,
}

/// A pin on a slot that is live no more.
trait Retired: Send {
    fn slot(&self) -> *const ();
}

impl<C: Send + Sync> Retired for Handle<C> {
    fn slot(&self) -> *const () {
        Handle::slot(self) as *const _ as *const ()
    }
}

/// That a thread has a record.
#[derive(Clone, Copy)]
pub(super) struct Membership {
    pub(super) record: &'static Record,
    limbo: &'static Limbo,
}

/// A record for this thread, unless it would have to wait.
pub(super) fn join() -> Option<Membership> {
    let limbo = limbo();
    let mut state = limbo.0.try_lock()?;
    let record = state.free.pop().unwrap_or_else(|| {
        let record: &'static Record = Box::leak(Box::default());
        state.records.push(record);
        record
    });
    Some(Membership { record, limbo })
}

impl Membership {
    /// The thread uses its record no more.
    pub(super) fn end(self) {
        self.limbo.0.lock().free.push(self.record);
    }
}

/// Handles of series that their family has just lost. Each is dropped when no hazard keeps its slot any more: with this,
/// or later.
pub(super) struct Removed<C: Send + Sync + 'static>(Vec<Handle<C>>);

impl<C: Send + Sync + 'static> Removed<C> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// The series is not live any more; this is dropped without a lock.
    pub(super) fn push(&mut self, series: Handle<C>) {
        self.0.push(series);
    }
}

impl<C: Send + Sync + 'static> Drop for Removed<C> {
    fn drop(&mut self) {
        if self.0.is_empty() {
            return;
        }
        let mut state = limbo().0.lock();
        state.unfenced = !state.records.is_empty() && !asymmetric::heavy();
        let keepers = state.keepers();
        let kept = self.0.extract_if(.., |series| state.unfenced || keeper(&keepers, series).is_some());
        let kept: Vec<Box<dyn Retired>> = kept.map(|series| Box::new(series) as _).collect();
        state.waiting.extend(kept);
        let settled = state.settle();
        drop(state); // before a user's cells
        drop(settled);
    }
}

/// Drops what waited for this hazard, which has been cleared.
#[cold]
pub(super) fn answer(hazard: &Hazard) {
    let mut state = limbo().0.lock();
    hazard.asked.store(false, Ordering::Relaxed);
    let settled = state.settle();
    drop(state); // before a user's cells
    drop(settled);
}

/// A hazard, by the slot that it keeps.
type Keeper = (*const (), &'static Hazard);

fn keeper(keepers: &[Keeper], series: &dyn Retired) -> Option<&'static Hazard> {
    let at = keepers.binary_search_by_key(&series.slot(), |(slot, _)| *slot).ok()?;
    keepers.get(at).map(|(_, hazard)| *hazard)
}

impl State {
    /// All hazards that keep something, in order.
    fn keepers(&self) -> Vec<Keeper> {
        let hazards = self.records.iter().flat_map(|record| record.hazards());
        let mut keepers: Vec<_> =
            hazards.map(|hazard| (hazard.slot(), hazard)).filter(|(slot, _)| !slot.is_null()).collect();
        keepers.sort_unstable_by_key(|(slot, _)| *slot);
        keepers
    }

    /// What need not wait any more. For everything else, one that keeps it is asked, and not cleared yet: or it sees that
    /// it is.
    fn settle(&mut self) -> Vec<Box<dyn Retired>> {
        let mut settled = Vec::new();
        while !self.waiting.is_empty() {
            if self.unfenced && !asymmetric::heavy() {
                break; // what is not known to be safe waits for the next time
            }
            self.unfenced = false;
            let keepers = self.keepers();
            let mut asked = false;
            settled.extend(self.waiting.extract_if(.., |series| match keeper(&keepers, &**series) {
                Some(hazard) => {
                    asked |= !hazard.asked.swap(true, Ordering::Relaxed);
                    false
                }
                None => true,
            }));
            if !asked {
                break;
            }
            self.unfenced = true; // either this meets it cleared, or who clears it meets the question
        }
        settled
    }
}
