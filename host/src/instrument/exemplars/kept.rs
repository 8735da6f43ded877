use crate::created;
use crate::error::{Error, ErrorKind};
use narthex_core::{Exemplar, Labels, Number, Timestamp};

/// An exemplar that outlives its call.
pub(super) struct Kept {
    labels: Box<[(Box<str>, Box<str>)]>,
    value: Number,
    timestamp: Timestamp,
}

impl Kept {
    /// Of this moment; nothing when there are no labels.
    pub(super) fn new(labels: &[(&str, &str)], value: Number) -> Result<Option<Self>, Error> {
        let timestamp = created::now();
        let (names, values): (Vec<_>, Vec<_>) = labels.iter().copied().unzip();
        Exemplar::new(&Labels::new(&names, &values), value, Some(timestamp))
            .map_err(|error| Error::new(ErrorKind::Exemplar, error.to_string()))?;
        let labels: Box<[_]> = labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Ok((!labels.is_empty()).then_some(Self { labels, value, timestamp }))
    }

    /// The names and the values.
    pub(super) fn labels(&self) -> (Vec<&str>, Vec<&str>) {
        self.labels.iter().map(|(name, value)| (&**name, &**value)).unzip()
    }

    /// The exemplar, with labels made of [these](Self::labels).
    pub(super) fn lend<'a>(&self, labels: &'a Labels<'a>) -> Option<Exemplar<'a>> {
        Exemplar::new(labels, self.value, Some(self.timestamp)).ok()
    }
}
