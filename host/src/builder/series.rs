use super::{Builder, Parts};
use crate::error::{Error, ErrorKind};
use crate::instrument::Instrument;
use crate::registry::Registry;
use crate::runtime::GrowingFamily;
use narthex_core::LabelSet;

impl<'a, C: Instrument, L> Builder<'a, C, L> {
    /// Labels that every series has, with the same values, before those of its own; also those of what is refused.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// registry.counter("jobs_total", "Jobs.").const_labels(&[("zone", "a")]).register()?.inc();
    /// assert_eq!(registry.sample_value("jobs_total", &[("zone", "a")]), Some(1.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn const_labels(mut self, labels: &[(&'a str, &'a str)]) -> Self {
        self.parts.const_labels.extend(labels);
        self
    }
}

impl Parts<'_> {
    /// Where the metric is registered.
    pub(super) fn registry(&self, registry: &Registry) -> Result<Registry, Error> {
        match &self.const_labels[..] {
            [] => Ok(registry.clone()),
            labels => registry.scoped("", labels),
        }
    }
}

impl<C: Instrument, L: LabelSet> Builder<'_, C, L> {
    /// These series are there from the start, so that a `rate` of them has a zero to begin with. They are like all others:
    /// they expire and can be removed.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// registry.counter("jobs_total", "Jobs.").labels(["state"]).initial([["done"], ["failed"]]).register()?;
    /// assert_eq!(registry.sample_value("jobs_total", &[("state", "failed")]), Some(0.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn initial<'s>(mut self, series: impl IntoIterator<Item = L::Of<'s>>) -> Self {
        let text = |series: L::Of<'s>| L::with(&series, |values| values.iter().map(|value| (*value).into()).collect());
        self.parts.initial.extend(series.into_iter().map(text));
        self
    }
}

/// Makes the series that are there from the start.
pub(super) fn make<L: LabelSet, C: Instrument>(
    name: &str,
    family: &GrowingFamily<L, C>,
    initial: &[Vec<String>],
) -> Result<(), Error> {
    for values in initial {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        family.make(&values).map_err(|refused| {
            let text = format!("metric {name:?}: its first series {values:?} was refused: {refused}");
            Error::new(ErrorKind::Label, text)
        })?;
    }
    Ok(())
}
