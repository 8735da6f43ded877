use crate::error::{Error, ErrorKind};
use narthex_core::{Desc, Invalid, Kind, LabelNames, Name};

/// The description of a family that was named at run time. What it holds was checked when it was made.
#[derive(Clone, Debug)]
pub(crate) struct OwnedDesc {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) help: String,
    pub(crate) unit: String,
    pub(crate) labels: Box<[Box<str>]>,
}

impl OwnedDesc {
    /// Whether name, unit and label names are valid.
    pub(crate) fn check(&self) -> Result<(), Error> {
        Name::new(&self.name).map_err(|invalid| Error::invalid("metric name", invalid))?;
        let (what, names) = (format!("metric {:?}:", self.name), self.names().collect::<Vec<_>>());
        LabelNames::new(&names).map_err(|invalid| Error::invalid(&format!("label name of {what}"), invalid))?;
        self.lend(&names).map_err(|invalid| Error::invalid(&what, invalid))?;
        check_state_set(self.kind, &self.name)
    }

    /// The description, with label names that the caller lends as a slice: see [`names`](Self::names).
    pub(crate) fn lend<'a>(&'a self, names: &'a [&'a str]) -> Result<Desc<'a>, Invalid<'a>> {
        let desc = Desc::new(self.kind, Name::new(&self.name)?, &self.help).with_unit(&self.unit)?;
        desc.with_labels(LabelNames::new(names)?)
    }

    /// The label names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|name| &**name)
    }
}

/// Whether a state set may have this name.
pub(crate) fn check_state_set(kind: Kind, name: &str) -> Result<(), Error> {
    if kind == Kind::StateSet && name.contains(':') {
        let text = format!("metric {name:?}: a state set has a label of its own name, and no label has a colon in it");
        return Err(Error::new(ErrorKind::Name, text));
    }
    Ok(())
}
