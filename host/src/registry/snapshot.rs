use super::Registry;
use super::book::Owners;
use super::claims::Claims;
use super::failure::{Failure, Failures};
use super::part::Part;
use crate::registered::Collector;
use narthex_core::{Collect, CollectError, Desc, Flow, Kind, Sink, Stop, callback, name};
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
    parts: Vec<Part>,
    claims: Claims,
    failures: Arc<Failures>,
    /// Whether somebody asked for the count of failures, and whether there is something to tell.
    wanted: bool,
    shown: bool,
}

impl Snapshot {
    pub(super) fn new(registry: &Registry, (parts, owners): (Vec<Part>, Arc<Owners>)) -> Self {
        let (failures, wanted) = (Arc::clone(registry.failures()), registry.wants(&ERRORS));
        let shown = wanted && failures.count() > 0;
        Self { parts, claims: Claims::new(owners), failures, wanted, shown }
    }

    /// With each collector in what `around` makes of it.
    pub(crate) fn around(mut self, mut around: impl FnMut(Collector) -> Collector) -> Self {
        self.parts = self.parts.into_iter().map(|part| part.around(&mut around)).collect();
        self
    }

    /// What the collector `at` gives.
    pub(crate) fn part(&self, at: usize) -> Option<impl Collect> {
        let part = self.parts.get(at)?;
        Some(One { part, at, claims: &self.claims })
    }

    /// Counts that the collector `at` failed.
    pub(crate) fn failed(&self, at: usize, error: CollectError) {
        let Some(part) = self.parts.get(at) else { return };
        let (family, reason) = (part.family(), part.reason(error));
        self.failures.add(&Failure { registration: part.registration(), family: &family, reason: &reason });
    }

    /// Exposes the count of failures from now on, if there is something to tell.
    pub(crate) fn show_failures(&mut self) {
        self.shown = self.wanted && self.failures.count() > 0;
    }

    /// The count of failures, as it is now.
    pub(crate) fn failures(&self) -> impl Collect {
        Count(self)
    }

    /// Collects one after the other, however many fail, and answers the first failure at the end.
    pub(super) fn collect_parts(&self, sink: &mut dyn Sink, failed: &mut dyn FnMut(usize, CollectError)) -> Flow {
        let mut outcome = Ok(());
        for (at, part) in self.parts.iter().enumerate() {
            match part.collect(at, &self.claims, sink) {
                Err(Stop::Sink) => return Err(Stop::Sink),
                Err(Stop::Collector(error)) => {
                    failed(at, error);
                    outcome = outcome.and(Err(Stop::Collector(error)));
                }
                _ => {}
            }
        }
        outcome
    }

    pub(super) fn describe_parts(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.parts.iter().try_for_each(|part| part.describe(each))
    }

    fn collect_counting(&self, sink: &mut dyn Sink, failed: &mut dyn FnMut(usize, CollectError)) -> Flow {
        match self.collect_parts(sink, failed) {
            Err(Stop::Sink) => Err(Stop::Sink),
            _ => Count(self).collect(sink),
        }
    }
}

impl Collect for Snapshot {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.describe_parts(each)?;
        Count(self).describe(each)
    }

    /// Never answers [`Stop::Collector`]: failures are counted instead.
    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.collect_counting(sink, &mut |at, error| self.failed(at, error))
    }
}

/// A snapshot to look at: what fails is not counted.
pub(super) struct Looked(pub(super) Snapshot);

impl Collect for Looked {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.0.describe(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.0.collect_counting(sink, &mut |_, _| {})
    }
}

struct One<'a> {
    part: &'a Part,
    at: usize,
    claims: &'a Claims,
}

impl Collect for One<'_> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.part.describe(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.part.collect(self.at, self.claims, sink)
    }
}

struct Count<'a>(&'a Snapshot);

impl Collect for Count<'_> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        if self.0.wanted { each(&ERRORS) } else { Ok(()) }
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        if self.0.shown { callback(&ERRORS, sink, self.0.failures.count()) } else { Ok(()) }
    }
}
