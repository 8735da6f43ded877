//! What a metric family is called and what it means.

use crate::name::{Invalid, LabelNames, Name, Rule};
use crate::utf8::Utf8Names;

/// The kinds of metric families of the [OpenMetrics data model](https://prometheus.io/docs/specs/om/open_metrics_spec/#metric-types).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A number that only goes up.
    Counter,
    /// A number that goes up and down.
    Gauge,
    /// Observations counted in buckets.
    Histogram,
    /// Values that are now in buckets; the counts may go down.
    GaugeHistogram,
    /// Observations counted and added up.
    Summary,
    /// Text that is constant for the life of the process.
    Info,
    /// One of a closed set of states.
    StateSet,
    /// A number of which no more is known.
    Unknown,
}

impl Kind {
    /// The endings of the sample names that a family of this kind may expose; the empty one is the family's own name.
    pub const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Kind::Counter => &["", "_total", "_created"],
            Kind::Histogram => &["", "_bucket", "_sum", "_count", "_created"],
            Kind::GaugeHistogram => &["", "_bucket", "_gsum", "_gcount", "_sum", "_count"],
            Kind::Summary => &["", "_sum", "_count", "_created"],
            Kind::Info => &["", "_info"],
            Kind::Gauge | Kind::StateSet | Kind::Unknown => &[""],
        }
    }
}

/// A prefix that an adapter puts before names; they nest.
#[derive(Clone, Copy, Debug)]
pub struct Prefix<'a> {
    text: &'a str,
    rest: Option<&'a Prefix<'a>>,
}

impl<'a> Prefix<'a> {
    /// Checks a prefix by the rules of a metric name. It is put before names as it is: end it with an underscore.
    ///
    /// # Errors
    ///
    /// [`Invalid`] with the prefix and the rule it breaks.
    pub const fn new(text: &'a str) -> Result<Self, Invalid<'a>> {
        match Name::new(text) {
            Ok(_) => Ok(Self { text, rest: None }),
            Err(invalid) => Err(invalid),
        }
    }

    /// The prefix, without those that follow it.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    pub(crate) const fn rest(&self) -> Option<&'a Prefix<'a>> {
        self.rest
    }
}

/// Name, help, unit, kind, label names and scale of a metric family.
///
/// ```
/// use narthex_core::{Desc, Kind, name};
///
/// const RSSI: Desc = Desc::new(Kind::Gauge, name!("wifi_rssi_dbm"), "Signal strength.");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Desc<'a> {
    prefix: Option<&'a Prefix<'a>>,
    name: Name<'a>,
    help: &'a str,
    unit: &'a str,
    labels: LabelNames<'a>,
    pub(crate) utf8: Option<&'a Utf8Names<'a>>,
    kind: Kind,
    scale: i8,
    help_is_plain: bool,
    /// Whether it is the count of what another family refused.
    of_refusals: bool,
}

impl<'a> Desc<'a> {
    /// A family without unit, labels and scale.
    pub const fn new(kind: Kind, name: Name<'a>, help: &'a str) -> Self {
        let (labels, help_is_plain) = (LabelNames::NONE, plain(help));
        Self {
            prefix: None,
            name,
            help,
            unit: "",
            labels,
            utf8: None,
            kind,
            scale: 0,
            help_is_plain,
            of_refusals: false,
        }
    }

    /// With a unit: `seconds`, `bytes`, … in the plural, of Prometheus's base units.
    ///
    /// # Errors
    ///
    /// [`Invalid`] when the kind has no unit, or the name does not end in `_` and the unit (OpenMetrics 1.0, "Unit").
    pub const fn with_unit(mut self, unit: &'a str) -> Result<Self, Invalid<'a>> {
        if unit.is_empty() {
            return Ok(self);
        }
        if matches!(self.kind, Kind::Info | Kind::StateSet) {
            return Err(Invalid { text: unit, rule: Rule::UnitOfInfo });
        }
        let (name, ending) = (self.name.as_str().as_bytes(), unit.as_bytes());
        if name.len() <= ending.len() || name[name.len() - ending.len() - 1] != b'_' {
            return Err(Invalid { text: unit, rule: Rule::UnitNotInName });
        }
        let mut at = 0;
        while at < ending.len() {
            if name[name.len() - ending.len() + at] != ending[at] {
                return Err(Invalid { text: unit, rule: Rule::UnitNotInName });
            }
            at += 1;
        }
        self.unit = unit;
        Ok(self)
    }

    /// With labels on each series.
    ///
    /// # Errors
    ///
    /// [`Invalid`] for a label that the kind writes itself: `le`, `quantile`, the name of a state set.
    pub const fn with_labels(mut self, labels: LabelNames<'a>) -> Result<Self, Invalid<'a>> {
        let (own, rule) = match self.kind {
            Kind::Histogram | Kind::GaugeHistogram => ("le", Rule::ReservedLe),
            Kind::Summary => ("quantile", Rule::ReservedQuantile),
            Kind::StateSet => (self.name.as_str(), Rule::ReservedState),
            _ => ("", Rule::Empty),
        };
        if labels.contains(own) {
            return Err(Invalid { text: own, rule });
        }
        self.labels = labels;
        Ok(self)
    }

    /// With integers written as `value × 10^scale`, from -18 to 18: a histogram in microseconds with scale -6 is
    /// exposed in seconds.
    pub const fn with_scale(mut self, scale: i8) -> Self {
        self.scale = scale;
        self
    }

    /// The same family under another prefix, which goes before those that are there.
    pub(crate) fn prefixed<R>(&self, prefix: &Prefix<'_>, f: impl FnOnce(&Desc<'_>) -> R) -> R {
        let prefix = Prefix { text: prefix.text, rest: self.prefix };
        f(&Desc { prefix: Some(&prefix), ..*self })
    }

    /// The counter that tells how many updates this family refused: `NAME_refused_total`.
    pub const fn refusals(&self) -> Self {
        Desc {
            of_refusals: true,
            help: "Updates refused: the family was full or the label text too long.",
            unit: "",
            labels: LabelNames::NONE,
            kind: Kind::Counter,
            scale: 0,
            help_is_plain: true,
            ..*self
        }
    }

    /// The parts that make up the name, in order. Encoders add the suffix of the kind.
    pub fn name(&self) -> impl Iterator<Item = &'a str> + Clone {
        self.name_around(self.base())
    }

    /// A name with what goes before and after it.
    pub(crate) fn name_around(&self, name: &'a str) -> impl Iterator<Item = &'a str> + Clone {
        let prefixes = core::iter::successors(self.prefix, |p| p.rest).map(|p| p.text);
        prefixes.chain([name, self.suffix()])
    }

    pub(crate) const fn prefix(&self) -> Option<&'a Prefix<'a>> {
        self.prefix
    }

    pub(crate) const fn base(&self) -> &'a str {
        self.name.as_str()
    }

    pub(crate) const fn suffix(&self) -> &'static str {
        if self.of_refusals { "_refused" } else { "" }
    }

    /// What the metric means, for people.
    pub const fn help(&self) -> &'a str {
        self.help
    }

    /// Whether no character of the help is escaped in any format; known at compile time for constants.
    pub(crate) const fn help_is_plain(&self) -> bool {
        self.help_is_plain
    }

    /// The unit, or nothing.
    pub const fn unit(&self) -> &'a str {
        self.unit
    }

    /// The names of the labels that every series has.
    pub const fn labels(&self) -> LabelNames<'a> {
        self.labels
    }

    /// The kind.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The power of ten that integers are multiplied by.
    pub const fn scale(&self) -> i8 {
        self.scale
    }

    /// Whether the two would expose a sample or a family under one name: a histogram `x` and a gauge `x_count`.
    ///
    /// `_created` counts as exposed by every kind that has it, whether or not it is written.
    pub const fn collides(&self, other: &Desc<'_>) -> bool {
        let (mine, theirs) = (self.kind.suffixes(), other.kind.suffixes());
        let mut m = 0;
        while m < mine.len() {
            let mut t = 0;
            while t < theirs.len() {
                if spelled_alike(self, mine[m], other, theirs[t]) {
                    return true;
                }
                t += 1;
            }
            m += 1;
        }
        false
    }

    /// Whether a sample called `name` belongs to this family, and with which suffix.
    pub fn suffix_of(&self, name: &str) -> Option<&'static str> {
        self.kind.suffixes().iter().find(|suffix| self.is_spelled(name, suffix)).copied()
    }

    /// Whether the name, without suffix, is `name`.
    pub fn is_named(&self, name: &str) -> bool {
        self.is_spelled(name, "")
    }

    /// Whether the name with a suffix is `name`, in the classic spelling or that of readers who take any UTF-8.
    fn is_spelled(&self, name: &str, suffix: &str) -> bool {
        self.name().chain([suffix]).flat_map(str::bytes).eq(name.bytes())
            || self.utf8.is_some() && self.utf8_name().chain([suffix]).flat_map(str::bytes).eq(name.bytes())
    }
}

const fn spelled_alike(a: &Desc<'_>, a_suffix: &str, b: &Desc<'_>, b_suffix: &str) -> bool {
    let mut at = 0;
    loop {
        match (byte(a, a_suffix, at), byte(b, b_suffix, at)) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b => at += 1,
            _ => return false,
        }
    }
}

/// The byte at `at` of the full name with this suffix.
const fn byte(desc: &Desc<'_>, suffix: &str, mut at: usize) -> Option<u8> {
    let mut prefix = desc.prefix;
    while let Some(outer) = prefix {
        if at < outer.text.len() {
            return Some(outer.text.as_bytes()[at]);
        }
        at -= outer.text.len();
        prefix = outer.rest;
    }
    let parts = [desc.name.as_str(), desc.suffix(), suffix];
    let mut part = 0;
    while part < parts.len() {
        if at < parts[part].len() {
            return Some(parts[part].as_bytes()[at]);
        }
        at -= parts[part].len();
        part += 1;
    }
    None
}

const fn plain(text: &str) -> bool {
    let (bytes, mut at) = (text.as_bytes(), 0);
    while at < bytes.len() {
        if matches!(bytes[at], b'\\' | b'\n' | b'"') {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desc(kind: Kind, name: &str) -> Desc<'_> {
        Desc::new(kind, Name::new(name).unwrap(), "Help.")
    }

    #[test]
    fn collisions_are_of_exposed_names() {
        use Kind::*;
        for (a, b, collide) in [
            ((Histogram, "x"), (Gauge, "x_count"), true),
            ((Histogram, "x"), (Gauge, "x_sum"), true),
            ((Counter, "request"), (Gauge, "request"), true),
            ((Counter, "x"), (Gauge, "x_total"), true),
            ((Counter, "x"), (Gauge, "x_created"), true),
            ((Gauge, "x"), (Gauge, "x_total"), false),
            ((Summary, "x"), (Gauge, "x_bucket"), false),
            ((Info, "x"), (Gauge, "x_info"), true),
        ] {
            let (a, b) = (desc(a.0, a.1), desc(b.0, b.1));
            assert_eq!((a.collides(&b), b.collides(&a)), (collide, collide), "{a:?} {b:?}");
        }
        let prefix = Prefix::new("a_").unwrap();
        assert!(desc(Gauge, "b").prefixed(&prefix, |d| d.collides(&desc(Counter, "a_b"))));
        assert!(desc(Counter, "x").refusals().collides(&desc(Gauge, "x_refused")));
    }

    #[test]
    fn labels_that_the_kind_writes_are_refused() {
        let rule = |kind, label| {
            let labels = [label];
            desc(kind, "x").with_labels(LabelNames::new(&labels).unwrap()).err().map(|e| e.rule)
        };
        assert_eq!(rule(Kind::Histogram, "le"), Some(Rule::ReservedLe));
        assert_eq!(rule(Kind::Summary, "quantile"), Some(Rule::ReservedQuantile));
        assert_eq!(rule(Kind::StateSet, "x"), Some(Rule::ReservedState));
        assert_eq!(rule(Kind::Counter, "le"), None);
    }

    #[test]
    fn a_unit_ends_the_name() {
        let rule = |kind, name, unit| desc(kind, name).with_unit(unit).err().map(|e| e.rule);
        assert_eq!(rule(Kind::Gauge, "x_seconds", "seconds"), None);
        assert_eq!(rule(Kind::Gauge, "x", ""), None);
        assert_eq!(rule(Kind::Gauge, "xseconds", "seconds"), Some(Rule::UnitNotInName));
        assert_eq!(rule(Kind::Gauge, "seconds", "seconds"), Some(Rule::UnitNotInName));
        assert_eq!(rule(Kind::Info, "x_bytes", "bytes"), Some(Rule::UnitOfInfo));
    }
}
