use super::Registry;
use crate::registered::{Collector, Registration};
use narthex_core::{Collect, CollectError, Counter, Desc, Flow, Sink, Stop};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// That a collector failed, and why; see [`Registry::on_failure`](crate::Registry::on_failure).
///
/// Shown, it is a line for a log: `the collector of "jobs": it panicked: no such queue`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// The receipt that the collector was registered for; for one of a nested registry, that of the nested registry.
    pub registration: Registration,
    /// The name of the first family that the collector describes; empty for a source that made no collector.
    pub family: &'a str,
    /// What it said, or panicked with, or what is wrong with what it gave.
    pub reason: &'a str,
}

impl std::fmt::Display for Failure<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.family {
            "" => write!(f, "a collector: {}", self.reason),
            family => write!(f, "the collector of {family:?}: {}", self.reason),
        }
    }
}

impl Registry {
    /// Calls `hook` with each collector that fails, and why: to log it. It takes the place of the hook before.
    ///
    /// It is called while the page is made, by whatever makes it, with no lock held, and told nothing of failures that it leads
    /// to itself. A registry in another one is told nothing when the other one is collected.
    ///
    /// ```
    /// # use std::sync::{Arc, Mutex};
    /// let registry = narthex::Registry::new();
    /// # let log = Arc::new(Mutex::new(String::new()));
    /// # let lines = Arc::clone(&log);
    /// # let log_line = move |line: String| lines.lock().unwrap().push_str(&line);
    /// registry.on_failure(move |failure| log_line(failure.to_string()));
    /// registry.register_source(|| std::fs::read("/no/such/file").map(|_| narthex::Registry::new()).map_err(Into::into));
    /// narthex::generate_latest(&registry, narthex::encode::Text);
    /// assert_eq!(*log.lock().unwrap(), "a collector: No such file or directory (os error 2)");
    /// ```
    pub fn on_failure(&self, hook: impl Fn(&Failure<'_>) + Send + Sync + 'static) {
        self.failures().tell(Arc::new(hook));
    }
}

type Hook = dyn Fn(&Failure<'_>) + Send + Sync;

/// How often collectors of a registry failed, and who is told.
#[derive(Default)]
pub(super) struct Failures {
    count: Counter,
    hook: RwLock<Option<Arc<Hook>>>,
}

impl Failures {
    pub(super) fn count(&self) -> u64 {
        self.count.value()
    }

    pub(super) fn tell(&self, hook: Arc<Hook>) {
        let before = self.hook.write().unwrap_or_else(PoisonError::into_inner).replace(hook);
        drop(before); // without the lock
    }

    /// Counts a failure, and tells of it unless that is what led to it: a hook may collect.
    pub(super) fn add(&self, failure: &Failure<'_>) {
        thread_local!(static TELLING: Cell<bool> = const { Cell::new(false) });
        self.count.inc();
        let hook = self.hook.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(hook) = hook.filter(|_| !TELLING.replace(true)) else { return };
        let _ = caught(|| hook(failure));
        TELLING.set(false);
    }
}

/// A collector whose panic is a failure like others. (A program that is built to abort on a panic still does.)
pub(super) struct Guarded<'a> {
    collector: &'a Collector,
    panic: OnceLock<String>,
}

impl<'a> Guarded<'a> {
    pub(super) fn new(collector: &'a Collector) -> Self {
        Self { collector, panic: OnceLock::new() }
    }

    /// Why it stopped.
    pub(super) fn reason(self, stop: Stop) -> String {
        let said = if let Stop::Collector(error) = stop { error.reason() } else { "it stopped by itself" };
        self.panic.into_inner().unwrap_or_else(|| said.to_string())
    }

    /// What it panicked with.
    pub(super) fn panicked(self) -> Option<String> {
        self.panic.into_inner()
    }

    fn run(&self, f: impl FnOnce() -> Flow) -> Flow {
        caught(f).unwrap_or_else(|said| {
            let _ = self.panic.set(panicked(&said));
            Err(CollectError::new(&"it panicked").into())
        })
    }
}

impl Collect for Guarded<'_> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.run(|| self.collector.describe(each))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.run(|| self.collector.collect(sink))
    }
}

/// Runs code of a user. A panic is an error: what it said, or nothing.
pub(crate) fn caught<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    // what unwinding can leave half-done is the user's own; a sink takes a sample whole or not at all
    let payload = match catch_unwind(AssertUnwindSafe(f)) {
        Ok(done) => return Ok(done),
        Err(payload) => payload,
    };
    let payload = match payload.downcast::<String>() {
        Ok(text) => return Err(*text),
        Err(payload) => payload,
    };
    Err(payload.downcast::<&str>().map_or_else(
        |payload| {
            std::mem::forget(payload); // what was thrown may throw again when it is dropped
            String::new()
        },
        |text| text.to_string(),
    ))
}

/// That something panicked, in words.
pub(super) fn panicked(said: &str) -> String {
    if said.is_empty() { "it panicked".into() } else { format!("it panicked: {said}") }
}
