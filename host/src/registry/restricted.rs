use super::exposed::all_names;
use super::{Inner, Registry};
use crate::registered::Collector;
use narthex_core::{Collect, Desc, Filtered, Flow, Sink};
use std::collections::HashSet;
use std::sync::Arc;

impl Registry {
    /// A part of this registry: only those families that have one of these names, or have a sample with one: `latency`
    /// and `latency_count` are the same family. What has none of them is not collected; sources, whose names are not
    /// known beforehand, are asked.
    ///
    /// What is registered with it is registered with this registry, and is in the part if it has one of the names.
    /// Failures are counted where those of this registry are; the count itself is a family like others,
    /// `narthex_collector_errors_total`.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// registry.counter("jobs_total", "Jobs.").register()?;
    /// registry.gauge("queue_depth", "Jobs that wait.").register()?;
    /// let jobs = narthex::generate_latest(&registry.restricted(["jobs_total"]), narthex::encode::Text);
    /// assert_eq!(jobs, "# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 0\n");
    /// # Ok(())
    /// # }
    /// ```
    pub fn restricted<S: AsRef<str>>(&self, names: impl IntoIterator<Item = S>) -> Self {
        let names = names.into_iter().map(|name| name.as_ref().to_string()).collect();
        let only = Some(Arc::new(Names { names, outer: self.0.only.clone() }));
        Self(Arc::new(Inner { only, ..self.0.view() }))
    }

    /// Whether a family is in this part of the registry.
    pub(super) fn wants(&self, desc: &Desc<'_>) -> bool {
        self.0.only.as_ref().is_none_or(|only| only.wants(desc))
    }
}

/// Names of families and samples that are wanted.
pub(super) struct Names {
    names: HashSet<String>,
    outer: Option<Arc<Names>>,
}

impl Names {
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether the family, or one of the samples that it may have, is wanted.
    pub(super) fn wants(&self, desc: &Desc<'_>) -> bool {
        let none = all_names(desc, |name| !self.names.contains(name));
        !none && self.outer.as_ref().is_none_or(|outer| outer.wants(desc))
    }

    /// The wanted families of a collector.
    pub(super) fn of(self: &Arc<Self>, collector: Collector) -> Collector {
        Arc::new(Only(collector, Arc::clone(self)))
    }
}

struct Only(Collector, Arc<Names>);

impl Only {
    fn filtered(&self) -> Filtered<impl Fn(&Desc<'_>) -> bool, &dyn Collect> {
        Filtered::new(|desc: &Desc<'_>| self.1.wants(desc), &*self.0 as &dyn Collect)
    }
}

impl Collect for Only {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.filtered().describe(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.filtered().collect(sink)
    }
}
