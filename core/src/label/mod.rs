//! Label sets: borrowed, typed and closed.

mod closed;
mod set;
mod value;

pub use closed::{ClosedLabels, LabelEnum};
pub use set::{LabelSet, TextArray};
pub use value::LabelValue;

/// Names and values of a series' labels, and those of the scopes that it is in.
///
/// A scope, a collector with constant labels say, puts its own before and refers to the rest.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    names: &'a [&'a str],
    values: &'a [&'a str],
    rest: Option<&'a Labels<'a>>,
}

impl<'a> Labels<'a> {
    /// No labels.
    pub const NONE: Self = Self { names: &[], values: &[], rest: None };

    /// As many pairs as there are both names and values.
    pub const fn new(names: &'a [&'a str], values: &'a [&'a str]) -> Self {
        Self { names, values, rest: None }
    }

    /// These labels, followed by `rest`.
    pub const fn and(mut self, rest: &'a Labels<'a>) -> Self {
        self.rest = Some(rest);
        self
    }

    /// Name and value of each of these alone, without the rest.
    #[inline]
    pub(crate) fn own(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.names.iter().copied().zip(self.values.iter().copied())
    }

    /// The names of these alone, without the rest.
    pub const fn names(&self) -> &'a [&'a str] {
        self.names
    }

    /// The values of these alone, without the rest.
    pub const fn values(&self) -> &'a [&'a str] {
        self.values
    }

    /// The labels that follow these.
    pub const fn rest(&self) -> Option<&'a Labels<'a>> {
        self.rest
    }

    /// Name and value of each, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        core::iter::successors(Some(*self), |labels| labels.rest.copied()).flat_map(|labels| labels.own())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        let mut scope = Some(self);
        while let Some(labels) = scope {
            if labels.own().next().is_some() {
                return false;
            }
            scope = labels.rest;
        }
        true
    }

    /// The value of one label.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_one_list() {
        let series = Labels::new(&["method", "status"], &["GET", "200"]);
        let scoped = Labels::new(&["device"], &["a"]).and(&series);
        assert!(scoped.iter().eq([("device", "a"), ("method", "GET"), ("status", "200")]));
        assert_eq!(scoped.get("status"), Some("200"));
        assert_eq!(scoped.get("path"), None);
        assert!(Labels::NONE.is_empty() && !series.is_empty());
        assert!(!Labels::NONE.and(&series).is_empty() && Labels::NONE.and(&Labels::NONE).is_empty());
    }
}
