use crate::registered::Collector;
use narthex_core::{Collect, CollectError, Counter, Desc, Flow, Kind, Sink, Stop, callback, name};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What a registry exposes of itself.
pub(super) const ERRORS: Desc<'static> = Desc::new(
    Kind::Counter,
    name!("narthex_collector_errors"),
    "Collections that a collector failed or panicked in; the rest of its metrics is missing there.",
);

/// The collectors of a registry at one moment, to be collected as often as one exposition needs: families keep their
/// order, whatever is registered and unregistered meanwhile.
pub struct Snapshot {
    collectors: Vec<Collector>,
    failures: Failures,
}

/// The count of failures, as it was when the snapshot was taken or later, and whether it is exposed.
pub(crate) struct Failures {
    count: Arc<Counter>,
    exposed: bool,
}

impl Snapshot {
    pub(super) fn new(collectors: Vec<Collector>, count: Arc<Counter>) -> Self {
        let exposed = count.value() > 0;
        Self { collectors, failures: Failures { count, exposed } }
    }

    /// The collectors, and what follows them.
    pub(crate) fn into_parts(self) -> (Vec<Collector>, Failures) {
        (self.collectors, self.failures)
    }
}

impl Collect for Snapshot {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.collectors.iter().try_for_each(|collector| collector.describe(each))?;
        each(&ERRORS)
    }

    /// Never answers [`Stop::Collector`]: failures are counted instead.
    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        match collect_all(&self.collectors, sink, &mut |_| self.failures.count()) {
            Err(Stop::Sink) => Err(Stop::Sink),
            _ => self.failures.collect(sink),
        }
    }
}

impl Failures {
    pub(crate) fn count(&self) {
        self.count.inc();
    }

    /// Exposes the count from now on if there is something to tell.
    pub(crate) fn expose(&mut self) {
        self.exposed = self.count.value() > 0;
    }
}

impl Collect for Failures {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&ERRORS)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        if self.exposed { callback(&ERRORS, sink, self.count.value()) } else { Ok(()) }
    }
}

/// Collects one after the other, however many fail, and answers the first failure at the end.
pub(super) fn collect_all(collectors: &[Collector], sink: &mut dyn Sink, failed: &mut dyn FnMut(CollectError)) -> Flow {
    let mut outcome = Ok(());
    for collector in collectors {
        match Guarded(collector).collect(sink) {
            Err(Stop::Sink) => return Err(Stop::Sink),
            Err(Stop::Collector(error)) => {
                failed(error);
                outcome = outcome.and(Err(Stop::Collector(error)));
            }
            _ => {}
        }
    }
    outcome
}

/// A collector whose panic is a failure like others. (A program that is built to abort on a panic still does.)
pub(crate) struct Guarded<'a>(pub(crate) &'a Collector);

impl Collect for Guarded<'_> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        guarded(|| self.0.describe(each))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        guarded(|| self.0.collect(sink))
    }
}

fn guarded(f: impl FnOnce() -> Flow) -> Flow {
    // what unwinding can leave half-done is the collector's own; the sink takes a sample whole or not at all
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|_| Err(CollectError::new(&"the collector panicked").into()))
}
