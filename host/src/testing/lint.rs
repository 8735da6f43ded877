use narthex_core::{Collect, Desc, Flow, Kind, Sample, Sink};
use std::collections::{BTreeSet, HashSet};

/// What is not wrong and yet no good name, by the rules of `promtool check metrics` and two more.
///
/// | | promtool |
/// | --- | --- |
/// | the name of a label in the name of its metric: [`Lint::Redundant`] | – |
/// | a counter whose own name ends in `_total`, or in a suffix of histograms: [`Lint::Suffix`] | – |
/// | every other [`Lint`] | the same; here also for families that have no series yet |
/// | – | a counter without `_total`, which encoders write |
///
/// Names are those of the page: `jobs_total`. A family of the kind unknown may have any suffix.
///
/// ```
/// use narthex::{Registry, testing::{Lint, lint}};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// registry.gauge("queueDelay_ms", "").register()?;
/// let problems = lint(&registry);
/// assert_eq!(problems[0].to_string(), "queueDelay_ms: no help text");
/// assert!(problems.iter().map(|problem| problem.lint()).eq([Lint::Help, Lint::Abbreviation, Lint::CamelCase]));
/// # Ok(())
/// # }
/// ```
pub fn lint(metrics: &dyn Collect) -> Vec<Problem> {
    let mut linter = Linter::default();
    let _ = metrics.collect(&mut linter); // what a failed collector gave is checked
    linter.problems.into_iter().collect()
}

/// Something that [`lint`] found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    metric: String,
    lint: Lint,
    message: String,
}

impl Problem {
    /// The name of the metric, as on a page.
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// The rule.
    pub fn lint(&self) -> Lint {
        self.lint
    }

    /// What is not as it should be.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.metric, self.message)
    }
}

/// The rules of [`lint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lint {
    /// A help text.
    Help,
    /// Base units: seconds, not milliseconds.
    Unit,
    /// Units in full: seconds, not s.
    Abbreviation,
    /// No kind in a name.
    Kind,
    /// `snake_case`, of names and label names.
    CamelCase,
    /// No colons, which are for recording rules.
    Colon,
    /// Suffixes that another kind has: `_total`, `_bucket`, `_count`, `_sum`.
    Suffix,
    /// Labels that another kind has: `le`, `quantile`.
    Label,
    /// No label name in the name of its metric.
    Redundant,
    /// Each series once.
    Unique,
}

#[derive(Default)]
struct Linter {
    problems: BTreeSet<Problem>,
    /// The labels of the series of this family.
    seen: HashSet<Vec<(String, String)>>,
}

impl Sink for Linter {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        self.seen.clear();
        self.name(desc);
        desc.labels().as_slice().iter().for_each(|label| self.label(desc, label));
        Ok(0)
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        sample.labels.iter().for_each(|(label, _)| self.label(desc, label));
        let mut labels: Vec<_> = sample.labels.iter().map(|(name, value)| (name.into(), value.into())).collect();
        labels.sort_unstable();
        if self.seen.contains(&labels) {
            self.found(desc, Lint::Unique, format!("the series with the labels {labels:?} is there twice"));
        }
        self.seen.insert(labels);
        Ok(())
    }
}

impl Linter {
    fn found(&mut self, desc: &Desc<'_>, lint: Lint, message: impl Into<String>) {
        self.problems.insert(Problem { metric: exposed(desc), lint, message: message.into() });
    }

    fn name(&mut self, desc: &Desc<'_>) {
        let name = exposed(desc);
        let base: String = desc.name().collect();
        if desc.help().is_empty() {
            self.found(desc, Lint::Help, "no help text");
        }
        if let Some((unit, base)) = name.split('_').find_map(other_unit) {
            self.found(desc, Lint::Unit, format!("the unit {unit:?}; use the base unit {base:?}"));
        }
        for word in name.to_lowercase().split('_').skip(1).filter(|word| ABBREVIATIONS.contains(word)) {
            self.found(desc, Lint::Abbreviation, format!("the abbreviation {word:?}; write the unit in full"));
        }
        let words = base.to_lowercase();
        let is_kind = |word: &&str| KINDS.contains(word) || *word == "info" && desc.kind() == Kind::Info; // gauges are `x_info`
        if let Some(kind) = words.split('_').skip(1).find(is_kind) {
            self.found(desc, Lint::Kind, format!("the kind {kind:?} in the name; it is on the TYPE line"));
        }
        if camel_case(&name) {
            self.found(desc, Lint::CamelCase, "the name is in camelCase; write snake_case");
        }
        if name.contains(':') {
            self.found(desc, Lint::Colon, "a colon in the name; they are for recording rules");
        }
        if let Some(suffix) = foreign_suffixes(desc.kind()).iter().find(|suffix| base.ends_with(**suffix)) {
            let kind = desc.kind();
            let whose =
                if kind == Kind::Counter && *suffix == "_total" { "encoders add" } else { "is for other kinds" };
            self.found(desc, Lint::Suffix, format!("the name of a {kind:?} ends in {suffix:?}, which {whose}"));
        }
    }

    fn label(&mut self, desc: &Desc<'_>, label: &str) {
        if camel_case(label) {
            self.found(desc, Lint::CamelCase, format!("the label {label:?} is in camelCase; write snake_case"));
        }
        let owner = match (label, desc.kind()) {
            (_, Kind::Unknown) | ("le", Kind::Histogram | Kind::GaugeHistogram) | ("quantile", Kind::Summary) => None,
            ("le", _) => Some("histograms"),
            ("quantile", _) => Some("summaries"),
            _ => None,
        };
        if let Some(owner) = owner {
            self.found(desc, Lint::Label, format!("the label {label:?} is for {owner}"));
        }
        let name = format!("_{}_", exposed(desc));
        if desc.kind() != Kind::Info && name.contains(&format!("_{label}_")) {
            self.found(desc, Lint::Redundant, format!("the name of the label {label:?} in the name of the metric"));
        }
    }
}

/// The name that is on a page.
fn exposed(desc: &Desc<'_>) -> String {
    let ending = match desc.kind() {
        Kind::Counter => "_total",
        Kind::Info => "_info",
        _ => "",
    };
    desc.name().chain([ending]).collect()
}

fn camel_case(name: &str) -> bool {
    let lower = name.bytes().map(|byte| byte.is_ascii_lowercase());
    lower.zip(name.bytes().skip(1)).any(|(lower, next)| lower && next.is_ascii_uppercase())
}

fn foreign_suffixes(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Histogram | Kind::GaugeHistogram => &["_total"],
        Kind::Summary => &["_total", "_bucket"],
        Kind::Info | Kind::Unknown => &[],
        _ => &["_total", "_bucket", "_count", "_sum"],
    }
}

/// A unit that is not the base unit, and which that is.
fn other_unit(word: &str) -> Option<(&str, &'static str)> {
    let base = |unit: &str| UNITS.iter().find(|(base, others)| *base == unit || others.contains(&unit));
    if let Some((base, _)) = base(word) {
        return (word != *base).then_some((word, base));
    }
    PREFIXES.iter().find_map(|prefix| base(word.strip_prefix(prefix)?)).map(|(base, _)| (word, *base))
}

/// Base units, and what is measured in them instead.
const UNITS: [(&str, &[&str]); 11] = [
    ("amperes", &[]),
    ("bytes", &["bits"]),
    ("celsius", &["fahrenheit", "rankine"]),
    ("grams", &["pounds", "ounces"]),
    ("joules", &["calories"]),
    ("kelvin", &["kelvins"]),
    ("meters", &["inches", "yards", "miles"]),
    ("metres", &[]),
    ("seconds", &["minutes", "hours", "days", "weeks"]),
    ("volts", &[]),
    ("watts", &[]),
];

const PREFIXES: [&str; 19] = [
    "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi", "mega", "mebi", "giga", "gibi",
    "tera", "tebi", "peta", "pebi", "exa",
];

const KINDS: [&str; 6] = ["counter", "gauge", "histogram", "gaugehistogram", "summary", "stateset"];

const ABBREVIATIONS: [&str; 14] = ["s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"];
