use super::Registry;
use super::restricted::Restricted;
use super::scope::Scope;
use super::snapshot::collect_all;
use crate::registered::Collector;
use narthex_core::{Collect, CollectError, Desc, Flow, Sink};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What a registry takes its metrics from.
#[derive(Clone)]
pub(super) enum Member {
    /// The same collector for every exposition.
    Collector(Collector),
    /// A metric that a builder made: collecting it runs no code of a user and waits for nothing.
    Metric(Collector),
    /// One that is made anew for each.
    Source(Arc<dyn Fn() -> Collector + Send + Sync>),
    /// Another registry, which may have sources.
    Registry(Registry),
    /// A part of another registry.
    Restricted(Arc<Restricted>),
    /// One in a scope.
    Scoped(Box<Member>, Arc<Scope>),
}

impl Member {
    /// Whether collecting it may take long: it may read files, say.
    pub(super) fn may_block(&self) -> bool {
        match self {
            Self::Metric(_) => false,
            Self::Scoped(member, _) => member.may_block(),
            _ => true,
        }
    }

    /// The collector for one exposition.
    pub(super) fn collector(self) -> Collector {
        match self {
            Self::Collector(collector) | Self::Metric(collector) => collector,
            Self::Source(source) => {
                catch_unwind(AssertUnwindSafe(|| source())).unwrap_or_else(|_| Arc::new(SourcePanicked))
            }
            Self::Registry(registry) => match registry.collectors() {
                Ok(collectors) => Arc::new(Nested(collectors)),
                Err(_) => Arc::new(registry), // it says itself what is wrong
            },
            Self::Restricted(part) => Arc::new(Nested(part.collectors().unwrap_or_default())),
            Self::Scoped(member, scope) => scope.around(member.collector()),
        }
    }
}

/// What a registry inside another one has for one exposition.
struct Nested(Vec<Collector>);

impl Collect for Nested {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.0.iter().try_for_each(|collector| collector.describe(each))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        collect_all(&self.0, sink, &mut |_| {})
    }
}

struct SourcePanicked;

impl Collect for SourcePanicked {
    fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        Ok(())
    }

    fn collect(&self, _: &mut dyn Sink) -> Flow {
        Err(CollectError::new(&"the source of a collector panicked").into())
    }
}

/// A source as [`Registered`](crate::Registered) shows it.
pub(super) struct Latest<F>(pub(super) Arc<F>);

impl<F: Fn() -> Collector> Collect for Latest<F> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        (self.0)().describe(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        (self.0)().collect(sink)
    }
}
