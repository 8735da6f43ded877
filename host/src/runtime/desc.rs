use crate::error::{Error, ErrorKind};
use narthex_core::encode::Escaping;
use narthex_core::{CollectError, ComposedName, Desc, Flow, Invalid, Kind, LabelNames, Name, Rule, Stop, Utf8Names};

/// The description of a family that was named at run time. What it holds was checked when it was made.
#[derive(Clone, Debug)]
pub(crate) struct OwnedDesc {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) help: String,
    pub(crate) unit: String,
    pub(crate) labels: Box<[Box<str>]>,
    /// The names for readers that take any UTF-8, when they are others.
    pub(crate) utf8: Option<Box<Utf8>>,
}

/// Names as they were given.
#[derive(Clone, Debug)]
pub(crate) struct Utf8 {
    name: String,
    labels: Box<[Box<str>]>,
}

impl OwnedDesc {
    /// Whether name, unit and label names are valid.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Err(Invalid { rule, .. }) = Name::new(&format!("_{}", self.unit)) {
            let invalid = Invalid { text: &self.unit, rule };
            return Err(Error::invalid(&format!("unit of metric {:?}:", self.name), invalid));
        }
        Name::new(&self.name).map_err(|invalid| Error::invalid("metric name", invalid))?;
        let (what, names) = (format!("metric {:?}:", self.name), self.names().collect::<Vec<_>>());
        LabelNames::new(&names).map_err(|invalid| Error::invalid(&format!("label name of {what}"), invalid))?;
        self.lend(&names).map_err(|invalid| Error::invalid(&what, invalid))?;
        check_state_set(self.kind, &self.name)
    }

    /// Takes the names for those of readers that take any UTF-8, and makes classic names from them.
    pub(crate) fn escape(&mut self) -> Result<(), Error> {
        if self.labels.iter().any(|label| label.is_empty()) {
            let invalid = Invalid { text: "", rule: Rule::Empty };
            return Err(Error::invalid(&format!("label name of metric {:?}:", self.name), invalid));
        }
        let (name, labels) =
            (classic(&self.name, true), self.names().map(|label| classic(label, false).into()).collect());
        if name != self.name || labels != self.labels {
            let (name, labels) = (std::mem::replace(&mut self.name, name), std::mem::replace(&mut self.labels, labels));
            self.utf8 = Some(Box::new(Utf8 { name, labels }));
        }
        Ok(())
    }

    /// Calls `f` with the description.
    pub(crate) fn with(&self, f: impl FnOnce(&Desc<'_>) -> Flow) -> Flow {
        self.with_names(&self.names().collect::<Vec<_>>(), f)
    }

    /// The same, with label names that the caller lends as a slice: see [`names`](Self::names).
    pub(crate) fn with_names(&self, names: &[&str], f: impl FnOnce(&Desc<'_>) -> Flow) -> Flow {
        let Ok(desc) = self.lend(names) else {
            return Err(Stop::Collector(CollectError::new(&"the names of the metric are not valid"))); // they were checked
        };
        let Some(utf8) = &self.utf8 else { return f(&desc) };
        let labels: Vec<&str> = utf8.labels.iter().map(|label| &**label).collect();
        f(&desc.with_utf8(&Utf8Names::new(&utf8.name, &labels)))
    }

    /// The label names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|name| &**name)
    }

    fn lend<'a>(&'a self, names: &'a [&'a str]) -> Result<Desc<'a>, Invalid<'a>> {
        let desc = Desc::new(self.kind, Name::new(&self.name)?, &self.help).with_unit(&self.unit)?;
        desc.with_labels(LabelNames::new(names)?)
    }
}

/// The name of a family, of its parts; see [`ComposedName`].
pub(crate) fn composed(parts: [&str; 3], unit: &str, kind: Kind) -> String {
    let [namespace, subsystem, name] = parts;
    let composed = ComposedName::new(namespace, subsystem, name, unit, kind).bytes().collect();
    String::from_utf8(composed).unwrap_or_default()
}

/// The name for readers that know only the classic alphabet: with underscores for all other characters. Where that could
/// not be told from other names, or would be one that Prometheus keeps for itself, as for names that begin in another
/// script, it is what [`Escaping::Values`] makes of it.
fn classic(name: &str, metric: bool) -> String {
    let escaped = |escaping: Escaping| {
        let mut text = String::with_capacity(name.len());
        match metric {
            true => escaping.metric([name].into_iter(), |piece| text += piece),
            false => escaping.label(name, |piece| text += piece),
        }
        text
    };
    let text = escaped(Escaping::Underscores);
    if text.starts_with("__") && !name.starts_with("__") { escaped(Escaping::Values) } else { text }
}

/// Whether a state set may have this name.
pub(crate) fn check_state_set(kind: Kind, name: &str) -> Result<(), Error> {
    if kind == Kind::StateSet && name.contains(':') {
        let text = format!("metric {name:?}: a state set has a label of its own name, and no label has a colon in it");
        return Err(Error::new(ErrorKind::Name, text));
    }
    Ok(())
}
