use super::Builder;
use crate::instrument::{GiveExemplar, Instrument, Provider, WithExemplars};
use crate::registered::Collector;
use crate::runtime::OwnedDesc;
use narthex_core::{Collect, Counter, Desc, Exemplified, Flow, Kind, Sink, callback};
use std::marker::PhantomData;
use std::sync::Arc;

impl<'a, C: Instrument + Exemplified, L> Builder<'a, C, L> {
    /// Series take [exemplars](WithExemplars), which a counter or a histogram can have. Call it after
    /// [`float`](Builder::float) and [`buckets`](Builder::buckets).
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// let failures = registry.counter("failures_total", "Failures.").exemplars().register()?;
    /// failures.inc_with_exemplar(&[("trace_id", "4bf92f35")])?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn exemplars(self) -> Builder<'a, WithExemplars<C>, L> {
        self.with_provider(Provider::default())
    }

    /// As [`exemplars`](Self::exemplars), and each update without labels of its own asks `provider` for some: it calls
    /// what it is given with names and values, or does not.
    ///
    /// The hook for a tracing integration: the provider looks whether a trace is running and sampled, in the thread that
    /// updates. It is asked on every update, with no lock held; an update that it makes itself does not ask again. Labels
    /// that cannot be an exemplar's, and a panic, cost the exemplar and never the update; they are counted in
    /// `NAME_exemplars_refused_total`, which is exposed beside the metric.
    ///
    /// ```
    /// use std::cell::Cell;
    ///
    /// thread_local! {
    ///     static TRACE: Cell<Option<u64>> = const { Cell::new(None) };
    /// }
    ///
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// let requests = registry
    ///     .counter("requests_total", "Requests.")
    ///     .exemplars_from(|give| {
    ///         if let Some(trace) = TRACE.get() {
    ///             give(&[("trace_id", &format!("{trace:016x}"))]);
    ///         }
    ///     })
    ///     .register()?;
    /// requests.inc(); // no trace, no exemplar
    /// TRACE.set(Some(7));
    /// requests.inc();
    ///
    /// let page = narthex::generate_latest(&registry, narthex::encode::OpenMetrics);
    /// assert!(page.contains(r##"requests_total 2 # {trace_id="0000000000000007"} 1 "##));
    /// # Ok(())
    /// # }
    /// ```
    pub fn exemplars_from(
        self,
        provider: impl Fn(&mut GiveExemplar<'_>) + Send + Sync + 'static,
    ) -> Builder<'a, WithExemplars<C>, L> {
        self.with_provider(Provider::new(provider))
    }

    fn with_provider(self, provider: Provider) -> Builder<'a, WithExemplars<C>, L> {
        let shared = (self.shared, Arc::new(provider));
        Builder { registry: self.registry, parts: self.parts, shared, label_set: PhantomData }
    }
}

/// The count of what the provider of a family gives in vain, if it has one.
pub(super) fn refused<C: Instrument>(shared: &C::Shared, desc: &OwnedDesc) -> Option<Refused> {
    let desc = OwnedDesc {
        kind: Kind::Counter,
        name: format!("{}_exemplars_refused", desc.name),
        help: "Exemplars that the provider gave and that could not be taken, or that it panicked over.".into(),
        unit: String::new(),
        labels: Box::new([]),
        utf8: None,
    };
    Some(Refused { desc, count: C::refused_exemplars(shared)? })
}

/// The family, and that count.
pub(super) fn beside(refused: Option<Refused>, family: Collector) -> Collector {
    match refused {
        Some(refused) => Arc::new(Beside { family, refused }),
        None => family,
    }
}

pub(super) struct Refused {
    desc: OwnedDesc,
    count: Arc<Counter>,
}

struct Beside {
    family: Collector,
    refused: Refused,
}

impl Collect for Beside {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.family.describe(each)?;
        self.refused.desc.with(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.family.collect(sink)?;
        self.refused.desc.with(|desc| callback(desc, sink, self.refused.count.value()))
    }
}
