use super::Registry;
use super::checked::CheckSink;
use super::claims::Claims;
use super::failure::{Guarded, caught, panicked};
use super::restricted::Names;
use super::scope::Scope;
use super::source::{Made, Source};
use crate::registered::{Collector, Registration};
use narthex_core::{Collect, CollectError, Desc, Flow, Sink, Stop};
use std::sync::{Arc, Mutex, PoisonError};

/// What a registry takes its metrics from.
#[derive(Clone)]
pub(super) enum Member {
    /// A metric that a builder made: collecting it runs no code of a user and waits for nothing.
    Metric,
    /// A user's collector, the same for every page.
    Collector,
    /// One that is made anew for each page.
    Source(Arc<Source>),
    /// Another registry, whose collectors become this one's.
    Registry(Registry),
}

/// A registered collector, taken out of the book to be collected.
pub(super) struct Taken {
    pub(super) registration: Registration,
    pub(super) collector: Collector,
    pub(super) member: Member,
    pub(super) scope: Option<Arc<Scope>>,
}

/// A collector on one page.
pub(crate) struct Part {
    registration: Registration,
    collector: Collector,
    checks: Checks,
    /// Why it failed, if that is not what its error says.
    reason: Mutex<Option<String>>,
}

/// What about a collector has to be looked at while it is collected.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Checks {
    Nothing,
    Names,
    Samples,
}

impl Taken {
    /// What is collected of it for one page.
    pub(super) fn parts(self, to: &mut Vec<Part>) {
        let Self { registration, collector, member, scope } = self;
        let around = |collector| match &scope {
            Some(scope) => scope.around(collector),
            None => collector,
        };
        let failing = |described, reason| Part {
            reason: Mutex::new(reason),
            ..Part::new(registration, Arc::new(Failing(described)), Checks::Nothing)
        };
        let registry = match member {
            Member::Metric => return to.push(Part::new(registration, collector, Checks::Nothing)),
            Member::Collector => return to.push(Part::new(registration, collector, Checks::Samples)),
            Member::Registry(registry) => registry,
            Member::Source(source) => match caught(|| source()).unwrap_or_else(|said| Err(panicked(&said))) {
                Ok(Made { registry: Some(registry), .. }) => registry,
                Ok(made) => return to.push(Part::new(registration, around(made.collector), made.checks)),
                Err(reason) => return to.push(failing(Ok(()), Some(reason))),
            },
        };
        match registry.parts() {
            Ok((parts, _)) => to.extend(parts.into_iter().map(|part| Part {
                registration,
                collector: around(part.collector),
                checks: part.checks.max(if scope.is_some() { Checks::Samples } else { Checks::Names }),
                reason: part.reason,
            })),
            Err(stop) => to.push(failing(Err(stop), None)),
        }
    }
}

impl Part {
    fn new(registration: Registration, collector: Collector, checks: Checks) -> Self {
        Self { registration, collector, checks, reason: Mutex::default() }
    }

    pub(super) fn registration(&self) -> Registration {
        self.registration
    }

    /// The collector, in what `around` puts around it.
    pub(super) fn around(self, around: impl FnOnce(Collector) -> Collector) -> Self {
        Self { collector: around(self.collector), ..self }
    }

    /// Whether it has one of these families; one that cannot say so is asked for them.
    pub(super) fn has_any(&self, names: &Names) -> bool {
        let mut found = false;
        let outcome = Guarded::new(&self.collector).describe(&mut |desc| {
            found |= names.wants(desc);
            if found { Err(Stop::Sink) } else { Ok(()) }
        });
        found || matches!(outcome, Err(Stop::Collector(_)))
    }

    /// The name of the first family that it describes.
    pub(super) fn family(&self) -> String {
        let mut name = String::new();
        let _ = Guarded::new(&self.collector).describe(&mut |desc| {
            name = desc.name().collect();
            Err(Stop::Sink)
        });
        name
    }

    /// Why it failed.
    pub(super) fn reason(&self, error: CollectError) -> String {
        let reason = self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone();
        reason.unwrap_or_else(|| error.reason().into())
    }

    pub(super) fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        Guarded::new(&self.collector).describe(each)
    }

    /// Collects it as the part `at` of a page.
    pub(super) fn collect(&self, at: usize, claims: &Claims, sink: &mut dyn Sink) -> Flow {
        let guarded = Guarded::new(&self.collector);
        let (outcome, wrong) = match self.checks {
            Checks::Nothing => (guarded.collect(sink), None),
            checks => {
                let mut sink = CheckSink::new(sink, claims, at, self.registration, checks == Checks::Samples);
                let outcome = guarded.collect(&mut sink);
                sink.end(outcome)
            }
        };
        if outcome != Err(NOT_MADE.into()) {
            *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = wrong.or(guarded.panicked());
        }
        outcome
    }
}

/// Of a source that made nothing.
pub(super) const NOT_MADE: CollectError = CollectError::new(&"its source failed");

/// Stands for a collector that there is not.
struct Failing(Flow);

impl Collect for Failing {
    fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.0
    }

    fn collect(&self, _: &mut dyn Sink) -> Flow {
        self.0.and(Err(NOT_MADE.into()))
    }
}
