use super::Instrument;
use crate::error::{Error, ErrorKind};
use narthex_core::{Desc, Flow, Invalid, Kind, LabelNames, Labels, Measure, Point, Rule, Sample, Sink, Take};
use std::sync::{Arc, PoisonError, RwLock};

/// Facts that do not change while the program runs, with labels that are named at run time.
///
/// Nothing is exposed until it is [`set`](Self::set).
///
/// ```
/// # fn main() -> Result<(), narthex::Error> {
/// # let registry = narthex::Registry::new();
/// let build = registry.info("build", "What this is.").register()?;
/// build.set([("version", "1.4.2"), ("revision", "4f2a")])?;
/// assert_eq!(registry.sample_value("build_info", &[("version", "1.4.2"), ("revision", "4f2a")]), Some(1.0));
/// # Ok(())
/// # }
/// ```
pub struct RuntimeInfo {
    facts: RwLock<Facts>,
    taken: Taken,
}

/// Labels that every series of the family has.
type Taken = Arc<[Box<str>]>;

#[derive(Clone, Default)]
struct Facts {
    facts: Option<Arc<[Fact]>>,
    /// How often they were set.
    version: u64,
}

type Fact = (Box<str>, Box<str>);

impl RuntimeInfo {
    /// Replaces all labels.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Label`] for a label name that is not valid, given twice, or that of a label of the family, a
    /// [constant label](crate::Builder::const_labels), or a label of the [scope](crate::Registry::scoped) that it was made in; the
    /// labels stay as they were. What a registry is nested in later is not known here: a series that has a label of that scope
    /// is not exposed, which is counted as the failure of a collector.
    pub fn set<'a>(&self, labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), Error> {
        let labels: Vec<_> = labels.into_iter().collect();
        self.check(labels.iter().map(|(name, _)| *name).collect())
            .map_err(|wrong| Error::new(ErrorKind::Label, format!("an info was not set: label {wrong}")))?;
        let facts = labels.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        self.replace(Some(facts));
        Ok(())
    }

    /// Whether it can have labels of these names, however many.
    fn check(&self, mut names: Vec<&str>) -> Result<(), String> {
        names.sort_unstable();
        let twice = names.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first());
        if let Some(text) = twice {
            return Err(Invalid { text, rule: Rule::DuplicateLabel }.to_string());
        }
        for name in &names {
            LabelNames::new(&[name]).map_err(|invalid| invalid.to_string())?;
        }
        match self.taken.iter().find(|taken| names.binary_search(&&***taken).is_ok()) {
            Some(taken) => Err(format!("{taken:?} is one of its family already; give it another name")),
            None => Ok(()),
        }
    }

    fn replace(&self, facts: Option<Arc<[Fact]>>) {
        let mut now = self.facts.write().unwrap_or_else(PoisonError::into_inner);
        let version = now.version.wrapping_add(1);
        let before = std::mem::replace(&mut *now, Facts { facts, version });
        drop(now);
        drop(before);
    }

    fn read(&self) -> Facts {
        self.facts.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Measure for RuntimeInfo {
    const KIND: Kind = Kind::Info;
    const INTEGER: bool = false;

    fn measure(&self, take: &mut Take<'_>) -> Flow {
        take(&Point::Info, None)
    }
}

impl Instrument for RuntimeInfo {
    type Shared = Taken;

    fn make(taken: &Taken) -> Self {
        Self { facts: RwLock::default(), taken: Arc::clone(taken) }
    }

    fn reserve(taken: &mut Taken, names: &[&str]) {
        *taken = names.iter().map(|name| (*name).into()).collect();
    }

    /// Nothing is exposed until it is set again.
    fn restart(&self) {
        self.replace(None);
    }

    fn fingerprint(&self) -> [u64; 2] {
        [self.read().version, 0]
    }

    fn sample(&self, desc: &Desc<'_>, index: usize, labels: &Labels<'_>, sink: &mut dyn Sink) -> Flow {
        let Some(facts) = self.read().facts else { return Ok(()) };
        let (names, values): (Vec<&str>, Vec<&str>) = facts.iter().map(|(name, value)| (&**name, &**value)).unzip();
        let all = Labels::new(&names, &values).and(labels);
        sink.sample(desc, &Sample::new(index, &all, &Point::Info))
    }
}

impl std::fmt::Debug for RuntimeInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RuntimeInfo").field(&self.read().facts).finish()
    }
}
