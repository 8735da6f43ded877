//! Families that are made as values, for those who would rather fill a list than implement `Collect`.

mod list;
mod value;

pub use list::MetricFamilies;
pub use value::MetricValue;

use crate::error::{Error, ErrorKind};
use crate::instrument::{Instrument, RuntimeStateSet};
use crate::runtime::{OwnedDesc, composed};
use narthex_core::{Collect, Desc, Flow, Invalid, Kind, Labels, Rule, Sample, Sink};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A family and the values of its series, as they were read elsewhere: from a file, a device, another program.
///
/// Everything is checked when it is given, so that a page with it is one that servers take. Series are exposed in the
/// order of their label values.
///
/// ```
/// use narthex::{MetricFamily, Registry};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let mut free = MetricFamily::gauge("disk_free", "Free space.")?.unit("bytes")?.labels(["mount"])?;
/// for (mount, bytes) in [("/", 7_u64 << 30), ("/home", u64::MAX)] {
///     free.add([mount], bytes)?;
/// }
/// let registry = Registry::new();
/// registry.register(free)?;
/// assert_eq!(registry.sample_value("disk_free_bytes", &[("mount", "/")]), Some(7_516_192_768.0));
/// # Ok(())
/// # }
/// ```
///
/// Values that are read anew for each scrape are [a source](crate::Registry::register_source):
///
/// ```
/// use narthex::{MetricFamilies, MetricFamily, Registry};
///
/// fn jobs() -> Result<MetricFamilies, narthex::Error> {
///     let jobs = MetricFamily::counter("jobs", "Jobs that are done.")?.labels(["queue"])?.with(["mail"], 3_u64)?;
///     MetricFamilies::new([jobs])
/// }
///
/// let registry = Registry::new();
/// registry.register_source(|| Ok(jobs()?));
/// assert_eq!(registry.sample_value("jobs_total", &[("queue", "mail")]), Some(3.0));
/// ```
#[derive(Clone, Debug)]
#[must_use = "a family is exposed when it is registered, or collected"]
pub struct MetricFamily {
    desc: OwnedDesc,
    states: Arc<[Box<str>]>,
    series: BTreeMap<Box<[Box<str>]>, MetricValue>,
}

impl MetricFamily {
    /// A counter; the name may end in `_total` or not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`].
    pub fn counter(name: &str, help: &str) -> Result<Self, Error> {
        Self::new(Kind::Counter, name, help)
    }

    /// A gauge.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`].
    pub fn gauge(name: &str, help: &str) -> Result<Self, Error> {
        Self::new(Kind::Gauge, name, help)
    }

    /// A histogram, of [`MetricValue::histogram`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`].
    pub fn histogram(name: &str, help: &str) -> Result<Self, Error> {
        Self::new(Kind::Histogram, name, help)
    }

    /// A histogram of what is there now, whose counts may go down; of [`MetricValue::histogram`] too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`].
    pub fn gauge_histogram(name: &str, help: &str) -> Result<Self, Error> {
        Self::new(Kind::GaugeHistogram, name, help)
    }

    /// A summary, of [`MetricValue::summary`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`].
    pub fn summary(name: &str, help: &str) -> Result<Self, Error> {
        Self::new(Kind::Summary, name, help)
    }

    /// Constant facts, in labels, of [`MetricValue::info`]; the name may end in `_info` or not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`].
    pub fn info(name: &str, help: &str) -> Result<Self, Error> {
        Self::new(Kind::Info, name, help)
    }

    /// One of these states, of [`MetricValue::state`].
    ///
    /// ```
    /// use narthex::{MetricFamily, MetricValue};
    ///
    /// # fn main() -> Result<(), narthex::Error> {
    /// let fans = MetricFamily::state_set("fan_state", "State of the fan.", ["off", "on"])?;
    /// fans.labels(["fan"])?.with(["left"], MetricValue::state("on"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`], and [`ErrorKind::States`] for no state, one twice and an empty one.
    pub fn state_set<S: AsRef<str>>(
        name: &str,
        help: &str,
        states: impl IntoIterator<Item = S>,
    ) -> Result<Self, Error> {
        let states = states.into_iter().map(|state| state.as_ref().into()).collect();
        let family = Self { states, ..Self::new(Kind::StateSet, name, help)? };
        RuntimeStateSet::check(&family.states).map_err(|error| family.at(error))?;
        Ok(family)
    }

    /// A number of which no more is known.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`].
    pub fn unknown(name: &str, help: &str) -> Result<Self, Error> {
        Self::new(Kind::Unknown, name, help)
    }

    fn new(kind: Kind, name: &str, help: &str) -> Result<Self, Error> {
        if name.is_empty() {
            return Err(Error::invalid("metric name", Invalid { text: "", rule: Rule::Empty }));
        }
        let desc = OwnedDesc {
            kind,
            name: String::new(),
            help: help.into(),
            unit: String::new(),
            labels: [].into(),
            utf8: None,
        };
        Self { desc, states: [].into(), series: BTreeMap::new() }.named(name, "")
    }

    /// With a unit: `seconds`, `bytes`, … in the plural, of Prometheus's base units. It is added to the name unless the
    /// name ends in it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unit`] for an info and a state set, and for what no name can end in.
    pub fn unit(self, unit: &str) -> Result<Self, Error> {
        let name = self.desc.name.clone();
        self.named(&name, unit)
    }

    fn named(mut self, name: &str, unit: &str) -> Result<Self, Error> {
        self.desc.name = composed(["", "", name], unit, self.desc.kind);
        self.desc.unit = unit.into();
        self.desc.check()?;
        Ok(self)
    }

    /// With labels of these names, before there are series.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Label`], also when there are series.
    pub fn labels<'a>(mut self, names: impl AsRef<[&'a str]>) -> Result<Self, Error> {
        if !self.series.is_empty() {
            return Err(self.error(ErrorKind::Label, "the labels are named before the first series is added"));
        }
        self.desc.labels = names.as_ref().iter().map(|name| (*name).into()).collect();
        self.desc.check()?;
        Ok(self)
    }

    /// Adds a series: the values of its labels, in the order of their names, and what it holds. A number is enough for a
    /// counter, a gauge and an unknown; integers are exact also past 2^53.
    ///
    /// # Errors
    ///
    /// The family stays as it was.
    ///
    /// | | |
    /// | --- | --- |
    /// | [`ErrorKind::Label`] | as many values as there are labels |
    /// | [`ErrorKind::Duplicate`] | the series is there |
    /// | [`ErrorKind::Value`] | the value is of another kind, or has what this kind has not |
    /// | [`ErrorKind::Amount`] | a counter that is negative or NaN, a sum that is NaN |
    /// | [`ErrorKind::Buckets`] | bounds that do not increase, counts that go down, no bucket for `+Inf` |
    /// | [`ErrorKind::States`] | a state that the state set has not |
    /// | [`ErrorKind::Exemplar`] | labels of an exemplar |
    pub fn add<'a>(&mut self, labels: impl AsRef<[&'a str]>, value: impl Into<MetricValue>) -> Result<(), Error> {
        let (labels, value) = (labels.as_ref(), value.into());
        let names = &self.desc.labels;
        if labels.len() != names.len() {
            let text = format!("{labels:?} are {} values for the {} labels {names:?}", labels.len(), names.len());
            return Err(self.error(ErrorKind::Label, &text));
        }
        value.check(self.desc.kind, &self.states).map_err(|error| self.at(error.at(&format!("series {labels:?}:"))))?;
        let labels: Box<[Box<str>]> = labels.iter().map(|value| (*value).into()).collect();
        if self.series.contains_key(&labels) {
            return Err(self.error(ErrorKind::Duplicate, &format!("series {labels:?} is there; add each series once")));
        }
        self.series.insert(labels, value);
        Ok(())
    }

    /// The family with one more series; see [`add`](Self::add).
    ///
    /// # Errors
    ///
    /// Those of `add`.
    pub fn with<'a>(mut self, labels: impl AsRef<[&'a str]>, value: impl Into<MetricValue>) -> Result<Self, Error> {
        self.add(labels, value)?;
        Ok(self)
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.series.len()
    }

    /// Whether there are no series.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    fn at(&self, error: Error) -> Error {
        error.at(&format!("metric {:?}:", self.desc.name))
    }

    fn error(&self, kind: ErrorKind, text: &str) -> Error {
        self.at(Error::new(kind, text))
    }
}

impl Collect for MetricFamily {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.desc.with(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.desc.with(|desc| {
            let first = sink.family(desc)?;
            let mut values = Vec::with_capacity(desc.labels().as_slice().len());
            for (index, (texts, value)) in self.series.iter().enumerate().skip(first) {
                values.clear();
                values.extend(texts.iter().map(|text| &**text));
                let labels = Labels::new(desc.labels().as_slice(), &values);
                value.lend(&self.states, &mut |point, details| {
                    sink.sample(desc, &Sample::new(index, &labels, point).with_details(details))
                })?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
