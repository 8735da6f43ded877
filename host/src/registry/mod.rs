//! Where metrics are registered, and read from.

mod book;
#[cfg(not(loom))]
mod defaults;
#[cfg(loom)]
mod defaults {
    /// Nothing: there is no process to look at.
    pub(super) fn register(_: &super::Registry) {}
}
mod checked;
mod claims;
mod exposed;
mod failure;
mod nested;
mod part;
mod restricted;
mod scope;
mod snapshot;
mod source;
mod target;
mod valid;

pub use failure::Failure;
pub(crate) use failure::caught;
pub use snapshot::Snapshot;

use crate::error::Error;
use crate::registered::{Collector, Registered, Registration};
use book::{Book, New};
use exposed::exposed;
use failure::{Failures, Guarded};
use part::Member;
use restricted::Names;
use scope::Scope;
use snapshot::Looked;

use narthex_core::{Collect, Stop, sample_value};

use std::any::Any;
use std::sync::{Arc, LazyLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Metrics that are exposed together. A clone is another handle to the same registry.
///
/// It makes metrics that are named at run time ([`counter`](Self::counter) and its like), and takes everything that
/// [collects](Collect): groups with `#[derive(MetricGroup)]`, your own collectors, other registries.
///
/// ```
/// use narthex::{Counter, MetricGroup, Registry};
///
/// #[derive(MetricGroup)]
/// #[metrics(namespace = "jobs")]
/// struct Jobs {
///     /// Jobs done.
///     done: Counter,
/// }
/// static JOBS: Jobs = Jobs::new();
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// registry.register(&JOBS)?;
/// JOBS.done.inc();
/// assert_eq!(registry.sample_value("jobs_done_total", &[]), Some(1.0));
/// # Ok(())
/// # }
/// ```
///
/// A collector that fails or panics costs its own remaining families and no others. So does one that gives what readers would
/// refuse the whole page for: labels that are not those of its family, buckets that go down; and a family that is on the page
/// already is left out. What [serves](crate::start_http_server) or [writes](crate::generate_latest) a registry counts
/// that, exposes the count as `narthex_collector_errors_total` once it is not zero, and [tells](Self::on_failure) why. (A
/// program that is built with `panic = "abort"` ends at a panic, in a collector as anywhere.) Collectors may use the registry
/// that collects them: no lock is held while they run.
///
/// # In a library
///
/// A library does not know which registry its user has. It declares a `static` group and lets its user register that, in
/// as many registries as there are; a group is only cells, and an update knows of no registry:
///
/// ```
/// mod library {
///     use narthex::{Counter, MetricGroup};
///
///     #[derive(MetricGroup)]
///     #[metrics(namespace = "library")]
///     pub struct Metrics {
///         /// Frames that were decoded.
///         pub frames: Counter,
///     }
///
///     /// Register this to see what the library does.
///     pub static METRICS: Metrics = Metrics::new();
///
///     pub fn decode() {
///         METRICS.frames.inc();
///     }
/// }
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = narthex::Registry::new();
/// registry.register(&library::METRICS)?;
/// library::decode();
/// assert_eq!(registry.sample_value("library_frames_total", &[]), Some(1.0));
/// # Ok(())
/// # }
/// ```
///
/// One whose metrics have names that are known at run time only takes a `&Registry`, which may be a
/// [scope](Self::scoped) of its user's.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    /// Shared with every part.
    book: Arc<RwLock<Book>>,
    failures: Arc<Failures>,
    scope: Option<Arc<Scope>>,
    only: Option<Arc<Names>>,
}

impl Inner {
    /// Another handle to the same, to be made a part of it.
    fn view(&self) -> Self {
        let Self { book, failures, scope, only } = self;
        Self { book: Arc::clone(book), failures: Arc::clone(failures), scope: scope.clone(), only: only.clone() }
    }
}

/// The registry of a program that needs only one. It has the metrics of the process and its platform from the start.
///
/// Take those out that you do not want: `registry.unregister(registry.find("process_open_fds").unwrap().registration())`.
///
/// ```
/// # fn main() -> Result<(), narthex::Error> {
/// let started = narthex::default_registry().counter("jobs_started_total", "Jobs started.").register()?;
/// started.inc();
/// # Ok(())
/// # }
/// ```
pub fn default_registry() -> &'static Registry {
    static DEFAULT: LazyLock<Registry> = LazyLock::new(|| {
        let registry = Registry::new();
        defaults::register(&registry);
        registry
    });
    &DEFAULT
}

impl Registry {
    /// A registry without metrics.
    pub fn new() -> Self {
        let (book, failures) = (Arc::new(RwLock::new(Book::new())), Arc::default());
        Self(Arc::new(Inner { book, failures, scope: None, only: None }))
    }

    /// Adds a collector: one by value, a `&'static` group, an [`Arc`] that you go on using, another registry.
    ///
    /// It is asked what it exposes, and not collected. What another registry gets later is exposed here as well, unless
    /// something here has the name then, which is a failure. (A registry in something else, a [`Prefixed`](crate::Prefixed)
    /// say, is one collector; for a prefix register it with a [scope](Self::scoped).)
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Duplicate`](crate::ErrorKind::Duplicate) when a name that it exposes is exposed already, by another or by
    /// itself; [`ErrorKind::Name`](crate::ErrorKind::Name) of a state set with a colon in its name;
    /// [`ErrorKind::Collector`](crate::ErrorKind::Collector) when it cannot describe itself, or panics in it. Nothing is
    /// changed then.
    pub fn register(&self, collector: impl Collect + Send + Sync + 'static) -> Result<Registration, Error> {
        let collector = Arc::new(collector);
        let member = nested::registry(&*collector).map_or(Member::Collector, Member::Registry);
        self.add(member, Arc::clone(&collector) as Collector, collector)
    }

    /// Takes a collector out; answers what it was, or nothing when it was not there.
    pub fn unregister(&self, registration: Registration) -> Option<Registered> {
        self.write_book().remove(registration)
    }

    /// What exposes a name, with or without the suffix of a sample; for one of a nested registry, the nested registry.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// let depth = registry.gauge("queue_depth", "Jobs that wait.").register()?;
    /// let registration = registry.find("queue_depth").unwrap().registration();
    /// registry.unregister(registration);
    /// assert_eq!(registry.sample_value("queue_depth", &[]), None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn find(&self, name: &str) -> Option<Registered> {
        self.exposer(name).map(|(registered, ..)| registered)
    }

    /// The value of the sample `name` with exactly these labels, in any order, as a scrape would show it. Failures are not
    /// counted.
    pub fn sample_value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        sample_value(&Looked(self.snapshot()), name, labels)
    }

    /// What is registered now, to be collected as often as one exposition needs.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self, self.parts().unwrap_or_default())
    }

    /// Adds a metric that a builder made.
    pub(crate) fn add_metric(&self, metric: Collector, value: Arc<dyn Any + Send + Sync>) -> Result<(), Error> {
        self.add(Member::Metric, metric, value).map(drop)
    }

    fn add(
        &self,
        member: Member,
        collector: Collector,
        value: Arc<dyn Any + Send + Sync>,
    ) -> Result<Registration, Error> {
        if let Some(scope) = &self.0.scope {
            let mut clash = Ok(());
            let _ = Guarded::new(&collector).describe(&mut |desc| {
                clash = scope.check(desc);
                if clash.is_ok() { Ok(()) } else { Err(Stop::Sink) }
            });
            clash?;
        }
        let new = self.scoped_new(member, collector, value);
        let families = exposed(&new.collector)?;
        self.free_in_nested(&families)?;
        let _dropped_without_the_lock = (Arc::clone(&new.collector), Arc::clone(&new.value)); // when refused
        self.write_book().insert(new, families)
    }

    /// In the scope of this registry, if it is one.
    fn scoped_new(&self, member: Member, collector: Collector, value: Arc<dyn Any + Send + Sync>) -> New {
        let scope = self.0.scope.clone();
        let collector = match &scope {
            None => collector,
            Some(scope) => scope.around(collector),
        };
        New { member, collector, value, scope }
    }

    /// Whether this is the same registry as `other`.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether collecting what is registered now may take long.
    pub(crate) fn may_block(&self) -> bool {
        self.book().may_block(self.0.scope.as_ref(), self.0.only.as_ref())
    }

    fn failures(&self) -> &Arc<Failures> {
        &self.0.failures
    }

    fn write_book(&self) -> RwLockWriteGuard<'_, Book> {
        self.0.book.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn book(&self) -> RwLockReadGuard<'_, Book> {
        self.0.book.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let len = self.book().len(self.0.scope.as_ref(), self.0.only.as_ref());
        f.debug_struct("Registry").field("collectors", &len).finish()
    }
}
