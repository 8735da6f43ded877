use super::dated::Dated;
use super::desc::OwnedDesc;
use super::handle::{Handle, Kept};
use super::limbo::Removed;
use super::marks::Lifetime;
use super::owner::Owner;
use crate::created;
use crate::instrument::Instrument;
use crate::sync::{AtomicU64, Mutex, Ordering};
use narthex_core::label::TextArray;
use narthex_core::{Collect, Desc, Flow, LabelSet, Labels, Refused, Sink, Stop, callback};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Instant;

/// A metric with labels, which grows by a series whenever it is asked for new label values.
///
/// Made by the builders of a [`Registry`](crate::Registry). `L` is a label set: `[&'static str; 2]`, or a struct with
/// `#[derive(LabelSet)]`. A clone is another handle to the same family.
///
/// * [`get`](Self::get) of a series that is there allocates nothing, but for a thread's first one, and waits for nobody, also
///   while others are made. While others are taken out it may miss the series once, and then waits for that to be done.
/// * A family without series keeps its `HELP` and `TYPE` lines, so that a page shows which metrics there are.
/// * Two label sets are one series when their values are equal.
/// * A removed series' [`Handle`] goes on harmlessly. Made again, the series starts at zero.
///
/// ```
/// use narthex::Registry;
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// let requests = registry.counter("http_requests_total", "HTTP requests.").labels(["method", "status"]).register()?;
///
/// requests.get(["GET", "200"]).inc();
/// assert_eq!(requests.len(), 1);
/// assert!(requests.remove(["GET", "200"]));
/// assert_eq!(requests.get(["GET", "200"]).value(), 0);
/// # Ok(())
/// # }
/// ```
pub struct GrowingFamily<L, C: Instrument>(Arc<Inner<L, C>>);

/// How often series are looked through in the time after which they expire.
const SWEEPS: u32 = 8;

struct Inner<L, C: Instrument> {
    desc: OwnedDesc,
    shared: C::Shared,
    store: Owner<C>,
    limited: bool,
    lifetime: Lifetime,
    /// When series are next looked through for what has not changed.
    next_sweep: Mutex<Option<Instant>>,
    expired: AtomicU64,
    spare: Handle<C>,
    refused: AtomicU64,
    labels: PhantomData<fn(L)>,
}

impl<L: LabelSet, C: Instrument> GrowingFamily<L, C> {
    pub(crate) fn new(desc: OwnedDesc, shared: C::Shared, limit: Option<usize>, lifetime: Lifetime) -> Self {
        Self(Arc::new(Inner {
            desc,
            store: Owner::new(limit.unwrap_or(usize::MAX), lifetime),
            limited: limit.is_some(),
            lifetime,
            next_sweep: Mutex::new(None),
            expired: AtomicU64::new(0),
            spare: Handle::inert(C::make(&shared)),
            shared,
            refused: AtomicU64::new(0),
            labels: PhantomData,
        }))
    }

    /// The series with these label values, made if it is not there, starting at zero.
    ///
    /// When the family has as many series as its [`limit`](crate::Builder::limit) allows, the handle is inert and the
    /// refusal is counted; the count is exposed as `NAME_refused_total` once it is not zero.
    #[inline(always)] // see `kept`
    pub fn get(&self, labels: L::Of<'_>) -> Handle<C> {
        let mut number = 0;
        match self.kept(&labels, &mut number) {
            Some(kept) => self.0.store.handle(kept, number),
            None => L::with(&labels, |values| self.insert_or_count(values)),
        }
    }

    /// In two registers, and beside them the number, which is seldom read. Not a call: an atomic operation, which comes next,
    /// waits for every store before it, those of saved registers too.
    #[inline(always)]
    fn kept(&self, labels: &L::Of<'_>, number: &mut usize) -> Option<Kept<C>> {
        L::with(labels, |values| self.0.store.kept(values, number))
    }

    /// The series with these label values, made if it is not there.
    ///
    /// # Errors
    ///
    /// [`Refused::Full`] when the family has as many series as it may; nothing is changed or counted.
    #[inline]
    pub fn try_get(&self, labels: L::Of<'_>) -> Result<Handle<C>, Refused> {
        L::with(&labels, |values| self.make(values))
    }

    #[cold]
    fn insert_or_count(&self, values: &[&str]) -> Handle<C> {
        self.insert(values).unwrap_or_else(|_| {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
            self.0.spare.clone()
        })
    }

    /// As [`try_get`](Self::try_get), for as many values as there are labels.
    #[inline]
    pub(crate) fn make(&self, values: &[&str]) -> Result<Handle<C>, Refused> {
        self.0.store.look_up(values).map_or_else(|| self.insert(values), Ok)
    }

    pub(super) fn name(&self) -> &str {
        &self.0.desc.name
    }

    pub(super) fn label_names(&self) -> impl Iterator<Item = &str> {
        self.0.desc.names()
    }

    #[cold]
    fn insert(&self, values: &[&str]) -> Result<Handle<C>, Refused> {
        let hash = self.0.store.hash_of(values);
        let now = self.0.lifetime.created.then(created::now);
        let make = || self.0.store.insert(hash, values, C::make(&self.0.shared), now);
        match make() {
            Err(Refused::Full) if self.sweep_when_due() > 0 => make(),
            made => made,
        }
    }

    /// Takes a series out; whether it was there.
    pub fn remove(&self, labels: L::Of<'_>) -> bool {
        L::with(&labels, |values| self.0.store.remove_values(values))
    }

    /// Takes out every series whose values, in the order of the label names, `matching` accepts; how many it took.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// let jobs = registry.gauge("jobs", "Jobs by queue and state.").labels(["queue", "state"]).register()?;
    /// jobs.get(["mail", "running"]).inc();
    /// jobs.get(["mail", "waiting"]).inc();
    /// assert_eq!(jobs.remove_matching(|values| values[0] == "mail"), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove_matching(&self, mut matching: impl FnMut(&[&str]) -> bool) -> usize {
        let (mut count, mut removed) = (0, Removed::new());
        self.0.store.each(|series| {
            let values: L::Texts<'_> = series.text().read();
            count += usize::from(matching(values.as_ref()) && self.0.store.remove_this(series, &mut removed));
        });
        count
    }

    /// Takes out every series.
    pub fn clear(&self) {
        self.0.store.clear();
    }

    /// Sets a series [back to its start](Handle::reset), for everybody who holds it; whether it was there.
    pub fn reset(&self, labels: L::Of<'_>) -> bool {
        L::with(&labels, |values| self.0.store.find_or_wait(values)).inspect(Handle::reset).is_some()
    }

    /// Takes out every series that has not changed for as long as [`expire_after`](crate::Builder::expire_after) says and
    /// that nobody holds; how many it took.
    ///
    /// Each sweep compares with what those before it saw, so that the first takes nothing. Collecting the family sweeps as
    /// well; call this where it is not collected, or in a test, which says what time it is.
    pub fn sweep(&self, now: Instant) -> usize {
        let Some(long) = self.0.lifetime.expire_after else { return 0 };
        let mut expired = 0;
        self.0.store.each(|series| {
            expired +=
                usize::from(series.slot().watch() && self.0.store.expire(series, series.fingerprint(), now, long));
        });
        self.0.expired.fetch_add(expired as u64, Ordering::Relaxed);
        expired
    }

    /// Sweeps, unless it is too early; how many series it took.
    fn sweep_when_due(&self) -> usize {
        let Some(long) = self.0.lifetime.expire_after else { return 0 };
        let now = Instant::now();
        let mut next = self.0.next_sweep.lock();
        if next.is_some_and(|next| now < next) {
            return 0;
        }
        *next = now.checked_add(long / SWEEPS);
        drop(next); // before a user's code runs
        self.sweep(now)
    }

    /// How many series have [expired](crate::Builder::expire_after).
    pub fn expired(&self) -> u64 {
        self.0.expired.load(Ordering::Relaxed)
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.0.store.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many calls of [`get`](Self::get) were refused.
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    fn with_desc(&self, f: impl FnOnce(&Desc<'_>) -> Flow) -> Flow {
        let mut names = L::Texts::EMPTY;
        names.as_mut().iter_mut().zip(self.0.desc.names()).for_each(|(place, name)| *place = name);
        self.0.desc.with_names(names.as_ref(), f)
    }
}

impl<L: LabelSet, C: Instrument> Collect for GrowingFamily<L, C> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.with_desc(|desc| {
            each(desc)?;
            if self.0.limited { each(&desc.refusals()) } else { Ok(()) }
        })
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.with_desc(|desc| {
            let from = sink.family(desc)?;
            if from == 0 {
                self.sweep_when_due();
            }
            let now = (self.0.lifetime.created && created::shown()).then(created::now);
            let mut failed = Ok(());
            self.0.store.read(from, |number, series| {
                let values: L::Texts<'_> = series.text.read();
                let labels = Labels::new(desc.labels().as_slice(), values.as_ref());
                let given = match now.and_then(|now| self.0.store.began(number, now)) {
                    None => series.cell.sample(desc, number, &labels, sink),
                    began => series.cell.sample(desc, number, &labels, &mut Dated { sink, began }),
                };
                if let Err(Stop::Collector(_)) = given {
                    failed = given; // of this series: the others are exposed
                    return Ok(());
                }
                given
            })?;
            if let refused @ 1.. = self.refused() {
                callback(&desc.refusals(), sink, refused)?;
            }
            failed
        })
    }
}

impl<L, C: Instrument> Clone for GrowingFamily<L, C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<L, C: Instrument> std::fmt::Debug for GrowingFamily<L, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GrowingFamily").field("name", &self.0.desc.name).field("series", &self.0.store.len()).finish()
    }
}
