use super::Timestamp;
use crate::label::Labels;
use crate::name::{Invalid, LabelNames, Rule};
use crate::number::Number;

/// One observation of those that a counter or a bucket counts, and labels that lead to it: the number of its trace, say.
///
/// ```
/// use narthex_core::{Exemplar, Labels};
///
/// let labels = Labels::new(&["trace_id"], &["4bf92f35"]);
/// assert!(Exemplar::new(&labels, 0.25.into(), None).is_ok());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Exemplar<'a> {
    labels: &'a Labels<'a>,
    value: Number,
    timestamp: Option<Timestamp>,
}

impl<'a> Exemplar<'a> {
    /// The characters, not bytes, that names and values of its labels may have together (OpenMetrics 1.0, "Exemplars").
    pub const CHARACTERS: usize = 128;

    /// An exemplar with the value that was observed, or added, and when.
    ///
    /// # Errors
    ///
    /// [`ExemplarError`] for a label name that breaks a rule or is there twice, and for labels that are too long.
    pub fn new(labels: &'a Labels<'a>, value: Number, timestamp: Option<Timestamp>) -> Result<Self, ExemplarError<'a>> {
        let characters = labels.iter().map(|(name, value)| name.chars().count() + value.chars().count()).sum();
        if characters > Self::CHARACTERS {
            return Err(ExemplarError::TooLong { characters }); // first: names are compared with each other below
        }
        for (at, (name, _)) in labels.iter().enumerate() {
            if let Err(Invalid { rule, .. }) = LabelNames::new(&[name]) {
                return Err(ExemplarError::Label(Invalid { text: name, rule }));
            }
            if labels.iter().take(at).any(|(before, _)| before == name) {
                return Err(ExemplarError::Label(Invalid { text: name, rule: Rule::DuplicateLabel }));
            }
        }
        Ok(Self { labels, value, timestamp })
    }

    /// Its labels.
    pub const fn labels(&self) -> &'a Labels<'a> {
        self.labels
    }

    /// What was observed, in the unit and scale of its family.
    pub const fn value(&self) -> &Number {
        &self.value
    }

    /// When.
    pub const fn timestamp(&self) -> Option<Timestamp> {
        self.timestamp
    }
}

/// Why something cannot be an exemplar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExemplarError<'a> {
    /// The name of a label.
    Label(Invalid<'a>),
    /// Names and values of the labels have this many characters together; they may have
    /// [`CHARACTERS`](Exemplar::CHARACTERS).
    TooLong {
        /// How many.
        characters: usize,
    },
}

impl core::fmt::Display for ExemplarError<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            ExemplarError::Label(invalid) => write!(f, "label {invalid} of an exemplar"),
            ExemplarError::TooLong { characters } => write!(
                f,
                "the labels of an exemplar have {characters} characters, and may have {} together",
                Exemplar::CHARACTERS
            ),
        }
    }
}

impl core::error::Error for ExemplarError<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn check(names: &[&str], values: &[&str]) -> Result<(), std::string::String> {
        let labels = Labels::new(names, values);
        Exemplar::new(&labels, 1_u64.into(), None).map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        let (fits, too_long) = ("é".repeat(120), "é".repeat(121));
        assert_eq!(check(&["trace_id"], &[&fits]), Ok(()));
        assert!(check(&["trace_id"], &[&too_long]).unwrap_err().contains("129 characters"));
        assert_eq!(check(&[], &[]), Ok(()));
    }

    #[test]
    fn names_are_those_of_labels() {
        for names in [["a", "a"], ["a", ""], ["a", "1"], ["a", "__b"], ["a", "b-c"]] {
            assert!(check(&names, &["", ""]).is_err(), "{names:?}");
        }
    }
}
