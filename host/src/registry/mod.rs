//! Where metrics are registered, and read from.

mod book;
#[cfg(not(loom))]
mod defaults;
#[cfg(loom)]
mod defaults {
    /// Nothing: there is no process to look at.
    pub(super) fn register(_: &super::Registry) {}
}
mod member;
mod restricted;
mod scope;
mod snapshot;
mod target;

pub use snapshot::Snapshot;
pub(crate) use snapshot::{Failures, Guarded};

use crate::error::{Error, ErrorKind};
use crate::registered::{Collector, Registered, Registration};
use crate::runtime::check_state_set;
use book::{Book, Exposed, New};
use member::{Latest, Member};
use restricted::Names;
use scope::Scope;

use narthex_core::{Collect, CollectError, Counter, Desc, Flow, Sink, Stop, sample_value};

use std::any::Any;
use std::cell::RefCell;
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
/// A collector that fails or panics costs its own remaining families and no others. What [serves](crate::start_http_server)
/// or [writes](crate::generate_latest) a registry counts that, and exposes the count as
/// `narthex_collector_errors_total` once it is not zero. (A program that is built with `panic = "abort"` ends at a panic, in a
/// collector as anywhere.) Collectors may use the registry that collects them: no lock is held while they run.
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
    /// Shared with every scope.
    book: Arc<RwLock<Book>>,
    failures: Arc<Counter>,
    scope: Option<Arc<Scope>>,
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
        Self(Arc::new(Inner { book: Arc::new(RwLock::new(Book::new())), failures: Arc::default(), scope: None }))
    }

    /// Adds a collector: one by value, a `&'static` group, an [`Arc`] that you go on using, another registry.
    ///
    /// It is asked what it exposes, and not collected.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Duplicate`] when a name that it exposes is exposed already, by another or by itself;
    /// [`ErrorKind::Name`] of a state set with a colon in its name;
    /// [`ErrorKind::Collector`] when it cannot describe itself, or panics in it. Nothing is changed then.
    pub fn register(&self, collector: impl Collect + Send + Sync + 'static) -> Result<Registration, Error> {
        let collector = Arc::new(collector);
        self.add(Arc::clone(&collector) as Collector, collector)
    }

    /// Adds what is exposed by a collector that `source` makes for each exposition: for metrics that are read from
    /// elsewhere, whose families come and go. While one exposition is written, its collector does not change.
    ///
    /// What families there will be is not known now, so that their names are not compared with those that are registered:
    /// keep them apart by a prefix.
    ///
    /// ```
    /// use narthex::{Registry, parse_openmetrics};
    /// use std::sync::Arc;
    ///
    /// # fn read_other_process() -> &'static str { "# TYPE frames counter\nframes_total 7\n# EOF\n" }
    /// let registry = Registry::new();
    /// registry.register_source(|| Arc::new(parse_openmetrics(read_other_process()).unwrap()));
    /// assert_eq!(registry.sample_value("frames_total", &[]), Some(7.0));
    /// ```
    pub fn register_source(
        &self,
        source: impl Fn() -> Arc<dyn Collect + Send + Sync> + Send + Sync + 'static,
    ) -> Registration {
        let source = Arc::new(source);
        let latest: Collector = Arc::new(Latest(Arc::clone(&source)));
        let new = self.scoped_new(Member::Source(source.clone()), latest, source);
        self.write_book().append(new)
    }

    /// Takes a collector out; answers what it was, or nothing when it was not there.
    pub fn unregister(&self, registration: Registration) -> Option<Registered> {
        self.write_book().remove(registration)
    }

    /// What exposes a name, with or without the suffix of a sample.
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
        self.book().find(name)
    }

    /// The value of the sample `name` with exactly these labels, in any order, as a scrape would show it.
    pub fn sample_value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        sample_value(&self.snapshot(), name, labels)
    }

    /// What is registered now, to be collected as often as one exposition needs.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.collectors().unwrap_or_default(), Arc::clone(&self.0.failures))
    }

    /// Adds a collector of a user's.
    pub(crate) fn add(&self, collector: Collector, value: Arc<dyn Any + Send + Sync>) -> Result<Registration, Error> {
        let member = match value.downcast_ref::<Self>() {
            Some(nested) => Member::Registry(nested.clone()),
            None => Member::Collector(Arc::clone(&collector)),
        };
        self.add_member(member, collector, value)
    }

    /// Adds a metric that a builder made.
    pub(crate) fn add_metric(&self, metric: Collector, value: Arc<dyn Any + Send + Sync>) -> Result<(), Error> {
        self.add_member(Member::Metric(Arc::clone(&metric)), metric, value).map(drop)
    }

    fn add_member(
        &self,
        member: Member,
        collector: Collector,
        value: Arc<dyn Any + Send + Sync>,
    ) -> Result<Registration, Error> {
        if let Some(scope) = &self.0.scope {
            let mut clash = Ok(());
            let _ = Guarded(&collector).describe(&mut |desc| {
                clash = scope.check(desc);
                if clash.is_ok() { Ok(()) } else { Err(Stop::Sink) }
            });
            clash?;
        }
        let new = self.scoped_new(member, collector, value);
        let names = exposed(&Guarded(&new.collector))?;
        let _dropped_without_the_lock = (Arc::clone(&new.collector), Arc::clone(&new.value)); // when refused
        self.write_book().insert(new, names)
    }

    /// In the scope of this registry, if it is one.
    fn scoped_new(&self, member: Member, collector: Collector, value: Arc<dyn Any + Send + Sync>) -> New {
        match &self.0.scope {
            None => New { member, collector, value, scope: None },
            Some(scope) => {
                let member = Member::Scoped(Box::new(member), Arc::clone(scope));
                New { member, collector: scope.around(collector), value, scope: Some(Arc::clone(scope)) }
            }
        }
    }

    /// Whether this is the same registry as `other`.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether collecting what is registered now may take long.
    pub(crate) fn may_block(&self) -> bool {
        self.book().may_block(self.0.scope.as_ref())
    }

    /// The collectors for one exposition.
    fn collectors(&self) -> Flow<Vec<Collector>> {
        let members = self.book().members(self.0.scope.as_ref()); // a source may use the registry
        self.once(|| Ok(members.into_iter().map(Member::collector).collect()))
    }

    /// What exposes one of these names.
    fn members_of(&self, names: &Names) -> Vec<Member> {
        self.book().members_of(names, self.0.scope.as_ref())
    }

    fn write_book(&self) -> RwLockWriteGuard<'_, Book> {
        self.0.book.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn book(&self) -> RwLockReadGuard<'_, Book> {
        self.0.book.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `f`, unless this thread is in the middle of the same for this registry.
    fn once<T>(&self, f: impl FnOnce() -> Flow<T>) -> Flow<T> {
        thread_local!(static INSIDE: RefCell<Vec<*const Inner>> = const { RefCell::new(Vec::new()) });
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                INSIDE.with_borrow_mut(Vec::pop);
            }
        }

        let this = Arc::as_ptr(&self.0);
        if INSIDE.with_borrow(|inside| inside.contains(&this)) {
            return Err(CollectError::new(&"a registry contains itself").into());
        }
        INSIDE.with_borrow_mut(|inside| inside.push(this));
        let _leave = Leave;
        f()
    }
}

/// The families of a collector, and the names that each exposes.
fn exposed(collector: &dyn Collect) -> Result<Vec<Exposed>, Error> {
    let (mut names, mut fits) = (Vec::new(), Ok(()));
    let outcome = collector.describe(&mut |desc| {
        let name = String::from_iter(desc.name());
        fits = check_state_set(desc.kind(), &name);
        if fits.is_err() {
            return Err(Stop::Sink);
        }
        let mut spellings = vec![name.clone()];
        if !desc.utf8_name().eq(desc.name()) {
            spellings.push(String::from_iter(desc.utf8_name()));
        }
        let with_suffixes =
            |name: &String| desc.kind().suffixes().iter().map(|suffix| format!("{name}{suffix}")).collect::<Vec<_>>();
        names.push((name.as_str().into(), spellings.iter().flat_map(with_suffixes).collect()));
        Ok(())
    });
    fits?;
    outcome.map_err(|stop| {
        let reason = if let Stop::Collector(error) = stop { error.reason() } else { "it stopped by itself" };
        Error::new(ErrorKind::Collector, format!("the collector did not say what it exposes: {reason}"))
    })?;
    Ok(names)
}

/// Registries nest. The registry that an exposition starts from counts the failures; one inside it answers with the
/// first of its own, when all that it has has been collected.
impl Collect for Registry {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        let collectors = self.collectors()?;
        self.once(|| collectors.iter().try_for_each(|collector| collector.describe(each)))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        let collectors = self.collectors()?;
        self.once(|| snapshot::collect_all(&collectors, sink, &mut |_| {}))
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("collectors", &self.book().len(self.0.scope.as_ref())).finish()
    }
}
