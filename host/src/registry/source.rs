//! Collectors that are made for each page.

use super::part::{Checks, Member, NOT_MADE};
use super::{Registry, nested};
use crate::error::Error;
use crate::registered::{Collector, Registration};
use narthex_core::{Collect, Desc, Flow, Sink};
use std::sync::Arc;

impl Registry {
    /// Adds what is exposed by a collector that `source` makes for each exposition: for metrics that are read from
    /// elsewhere, whose families come and go. While one exposition is written, its collector does not change. An error of the
    /// source is a failure like others.
    ///
    /// What families there will be is not known now, so that their names are compared when they are exposed: one that is
    /// exposed already is left out, which is a failure. Keep them apart by a prefix.
    ///
    /// ```
    /// use narthex::{Registry, parse_openmetrics};
    ///
    /// # fn read_other_process() -> std::io::Result<String> { Ok("# TYPE frames counter\nframes_total 7\n# EOF\n".into()) }
    /// let registry = Registry::new();
    /// registry.register_source(|| Ok(parse_openmetrics(&read_other_process()?)?));
    /// assert_eq!(registry.sample_value("frames_total", &[]), Some(7.0));
    /// ```
    pub fn register_source<C: Collect + Send + Sync + 'static>(
        &self,
        source: impl Fn() -> Result<C, Box<dyn std::error::Error>> + Send + Sync + 'static,
    ) -> Registration {
        let source: Arc<Source> = Arc::new(move || {
            let made = Arc::new(source().map_err(|error| error.to_string())?);
            Ok(Made { registry: nested::registry(&*made), collector: made, checks: Checks::Samples })
        });
        let latest = Arc::new(Latest(Arc::clone(&source)));
        let new = self.scoped_new(Member::Source(source), latest.clone(), latest);
        self.write_book().append(new)
    }

    /// Adds a metric of which something is made for each page that exposes nothing else.
    pub(crate) fn add_made(&self, make: impl Fn() -> Collector + Send + Sync + 'static) -> Result<Registration, Error> {
        let source: Arc<Source> =
            Arc::new(move || Ok(Made { collector: make(), registry: None, checks: Checks::Nothing }));
        let latest = Arc::new(Latest(Arc::clone(&source)));
        self.add(Member::Source(source), latest.clone(), latest)
    }
}

pub(super) type Source = dyn Fn() -> Result<Made, String> + Send + Sync;

/// What a source made.
pub(super) struct Made {
    pub(super) collector: Collector,
    /// The same, if it is a registry.
    pub(super) registry: Option<Registry>,
    pub(super) checks: Checks,
}

/// A source as [`Registered`](crate::Registered) shows it.
pub(super) struct Latest(pub(super) Arc<Source>);

impl Latest {
    fn made(&self) -> Flow<Collector> {
        match (self.0)() {
            Ok(made) => Ok(made.collector),
            Err(_) => Err(NOT_MADE.into()),
        }
    }
}

impl Collect for Latest {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.made()?.describe(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.made()?.collect(sink)
    }
}
