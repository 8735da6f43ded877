use super::NoExemplar;
use crate::details::{Exemplar, ExemplarError, Timestamp};
use crate::label::Labels;
use crate::name::Invalid;
use crate::number::Scalar;
use heapless::{String, Vec};

/// An exemplar, or none: all zero then.
#[derive(Clone)]
pub(super) struct Kept<V, const TEXT: usize, const LABELS: usize> {
    /// Names and values, one after the other.
    text: String<TEXT>,
    /// The lengths of each name and its value; without labels there is no exemplar.
    labels: Vec<[usize; 2], LABELS>,
    place: usize,
    value: V,
    /// Seconds and nanoseconds.
    at: (bool, i64, u32),
    resets: u32,
}

impl<V: Scalar, const TEXT: usize, const LABELS: usize> Kept<V, TEXT, LABELS> {
    pub(super) const fn new() -> Self {
        Self { text: String::new(), labels: Vec::new(), place: 0, value: V::ZERO, at: (false, 0, 0), resets: 0 }
    }

    /// An exemplar that was checked; nothing when there are no labels.
    pub(super) fn make<'a>(
        value: V,
        place: usize,
        labels: &[(&'a str, &'a str)],
        at: Option<Timestamp>,
    ) -> Result<Option<Self>, NoExemplar<'a>> {
        if labels.len() > LABELS {
            return Err(NoExemplar::TooManyLabels { labels: labels.len(), places: LABELS });
        }
        let mut kept = Self {
            place,
            value,
            at: at.map_or((false, 0, 0), |at| (true, at.seconds(), at.nanoseconds())),
            ..Self::new()
        };
        let (mut names, mut values) = ([""; LABELS], [""; LABELS]);
        for (places, pair) in names.iter_mut().zip(&mut values).zip(labels) {
            (*places.0, *places.1) = *pair;
        }
        let checked = Labels::new(names.get(..labels.len()).unwrap_or_default(), &values);
        Exemplar::new(&checked, value.number(), at).map_err(|error| NoExemplar::Labels(of(error, labels)))?;
        let bytes = labels.iter().map(|(name, value)| name.len() + value.len()).sum();
        let too_long = |_| NoExemplar::TextTooLong { bytes, room: TEXT };
        for (name, value) in labels {
            kept.text.push_str(name).map_err(too_long)?;
            kept.text.push_str(value).map_err(too_long)?;
            let _ = kept.labels.push([name.len(), value.len()]); // as many places as was compared above
        }
        Ok((!labels.is_empty()).then_some(kept))
    }

    pub(super) fn replace(&mut self, exemplar: Self) {
        *self = Self { resets: self.resets, ..exemplar };
    }

    pub(super) fn clear(&mut self) {
        *self = Self { resets: self.resets.wrapping_add(1), ..Self::new() };
    }

    pub(super) fn resets(&self) -> u32 {
        self.resets
    }

    /// Gives `f` the exemplar, if there is one, and its index.
    pub(super) fn lend<R>(&self, f: impl FnOnce(usize, Exemplar<'_>) -> R) -> Option<R> {
        let (mut names, mut values) = ([""; LABELS], [""; LABELS]);
        let mut rest = self.text.as_str();
        for ((to_name, to_value), &[name, value]) in names.iter_mut().zip(&mut values).zip(&self.labels) {
            (*to_name, rest) = rest.split_at_checked(name)?;
            (*to_value, rest) = rest.split_at_checked(value)?;
        }
        let labels = Labels::new(names.get(..self.labels.len()).filter(|names| !names.is_empty())?, &values);
        let (timed, seconds, nanoseconds) = self.at;
        let at = if timed { Timestamp::new(seconds, nanoseconds) } else { None };
        Some(f(self.place, Exemplar::new(&labels, self.value.number(), at).ok()?))
    }
}

/// The error about the names that the caller lends, not about where they were put together.
fn of<'a>(error: ExemplarError<'_>, labels: &[(&'a str, &'a str)]) -> ExemplarError<'a> {
    match error {
        ExemplarError::Label(Invalid { text, rule }) => {
            let text = labels.iter().map(|(name, _)| *name).find(|name| *name == text).unwrap_or_default();
            ExemplarError::Label(Invalid { text, rule })
        }
        ExemplarError::TooLong { characters } => ExemplarError::TooLong { characters },
    }
}
