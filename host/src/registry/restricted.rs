use super::Registry;
use super::book::New;
use super::member::Member;
use narthex_core::{Collect, Desc, Filtered, Flow, Sink};
use std::collections::HashSet;
use std::sync::Arc;

impl Registry {
    /// A registry with only those families of this one that have one of these names, or have a sample with one: `latency`
    /// and `latency_count` are the same family. What has none of them is not collected; sources, whose names are not
    /// known beforehand, always are.
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
        let part = Arc::new(Restricted(self.clone(), Arc::new(Names::new(names))));
        let restricted = Self::new();
        let collector = Arc::new(self.clone());
        let new = New { member: Member::Restricted(Arc::clone(&part)), collector, value: part, scope: None };
        restricted.write_book().append(new);
        restricted
    }
}

/// Names of families and samples that are wanted.
pub(super) struct Names(HashSet<String>);

impl Names {
    pub(super) fn new<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        Self(names.into_iter().map(|name| name.as_ref().to_string()).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether the family, or one of the samples that it may have, is wanted.
    fn wants(&self, desc: &Desc<'_>) -> bool {
        let wanted = |mut name: String| {
            let len = name.len();
            desc.kind().suffixes().iter().any(|suffix| {
                name.truncate(len);
                name += suffix;
                self.0.contains(&name)
            })
        };
        wanted(desc.name().collect()) || wanted(desc.utf8_name().collect())
    }
}

/// The families of a registry that are wanted, taken from the collectors that have them.
pub(super) struct Restricted(pub(super) Registry, pub(super) Arc<Names>);

impl Restricted {
    /// The collectors for one exposition: those that expose a wanted name, and sources, whose names are not known.
    pub(super) fn collectors(&self) -> Flow<Vec<Arc<dyn Collect + Send + Sync>>> {
        let members = self.0.members_of(&self.1);
        let only = |collector| Arc::new(Only(collector, Arc::clone(&self.1))) as Arc<dyn Collect + Send + Sync>;
        self.0.once(|| Ok(members.into_iter().map(Member::collector).map(only).collect()))
    }
}

/// The wanted families of a collector.
struct Only(Arc<dyn Collect + Send + Sync>, Arc<Names>);

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
