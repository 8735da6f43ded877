use super::Instrument;
use crate::error::{Error, ErrorKind};
use narthex_core::{CollectError, Desc, Flow, Kind, LabelNames, Labels, Measure, Point, Sample, Sink, Take};
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
#[derive(Default)]
pub struct RuntimeInfo(RwLock<Facts>);

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
    /// [`ErrorKind::Label`] for a label name that is not valid or given twice; the labels stay as they were.
    pub fn set<'a>(&self, labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), Error> {
        let labels: Vec<_> = labels.into_iter().collect();
        let names: Vec<_> = labels.iter().map(|(name, _)| *name).collect();
        LabelNames::new(&names)
            .map_err(|invalid| Error::new(ErrorKind::Label, format!("label {invalid} of an info; nothing was set")))?;
        let facts = labels.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        self.replace(Some(facts));
        Ok(())
    }

    fn replace(&self, facts: Option<Arc<[Fact]>>) {
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let version = now.version.wrapping_add(1);
        let before = std::mem::replace(&mut *now, Facts { facts, version });
        drop(now);
        drop(before);
    }

    fn read(&self) -> Facts {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
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
    type Shared = ();

    fn make((): &()) -> Self {
        Self::default()
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
        if names.iter().any(|name| labels.get(name).is_some()) {
            return Err(CollectError::new(&"an info was set with a label that its family has as well").into());
        }
        let all = Labels::new(&names, &values).and(labels);
        sink.sample(desc, &Sample::new(index, &all, &Point::Info))
    }
}

impl std::fmt::Debug for RuntimeInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RuntimeInfo").field(&self.read().facts).finish()
    }
}
