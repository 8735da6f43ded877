//! Bucket bounds made by formula.

use super::Builder;
use crate::instrument::RuntimeHistogram;
use std::sync::Arc;

/// Bounds that a formula cannot make (not increasing, not finite, none) are refused when the metric is registered.
impl<L> Builder<'_, RuntimeHistogram, L> {
    /// `count` buckets from `start`, `width` apart.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// let registry = narthex::Registry::new();
    /// let rooms = registry.histogram("rooms_celsius", "Rooms.").linear_buckets(15.0, 5.0, 3).register()?;
    /// rooms.observe(19.0);
    /// assert_eq!(registry.sample_value("rooms_celsius_bucket", &[("le", "20")]), Some(1.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn linear_buckets(self, start: f64, width: f64, count: u16) -> Self {
        self.bounds((0..count).map(|at| start + width * f64::from(at)))
    }

    /// `count` buckets from `start`, each `factor` times the one before.
    pub fn exponential_buckets(self, start: f64, factor: f64, count: u16) -> Self {
        self.bounds((0..count).map(|at| start * factor.powi(at.into())))
    }

    /// `count` buckets from `min` to exactly `max`, each the same factor above the one before; one alone is at `min`.
    pub fn exponential_range_buckets(self, min: f64, max: f64, count: u16) -> Self {
        let last = count.saturating_sub(1);
        let factor = (max / min).powf(1.0 / f64::from(last));
        self.bounds((0..count).map(|at| match at {
            0 => min,
            at if at == last => max,
            at => min * factor.powi(at.into()),
        }))
    }

    /// Unlike [`buckets`](Self::buckets) refuses `+Inf` at the end: here it is an overflow.
    fn bounds(self, bounds: impl Iterator<Item = f64>) -> Self {
        Self { shared: Arc::new(bounds.collect::<Vec<_>>().into()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use crate::{ErrorKind, Registry};

    #[test]
    fn bounds_by_formula() -> Result<(), crate::Error> {
        let registry = Registry::new();
        registry.histogram("exponential", "").exponential_buckets(0.25, 2.0, 3).register()?;
        registry.histogram("range", "").exponential_range_buckets(1.0, 100.0, 3).register()?;
        for (name, le) in [("exponential", "0.25"), ("exponential", "1"), ("range", "10"), ("range", "100")] {
            let bucket = registry.sample_value(&format!("{name}_bucket"), &[("le", le)]);
            assert_eq!(bucket, Some(0.0), "{name} {le}");
        }
        Ok(())
    }

    #[test]
    fn what_a_formula_cannot_make_is_refused() {
        let registry = Registry::new();
        let wrong = || registry.histogram("wrong", "");
        for (builder, text) in [
            (wrong().linear_buckets(1.0, 1.0, 0), "at least one"),
            (wrong().linear_buckets(1.0, 0.0, 2), "bound 1 is not greater"),
            (wrong().exponential_buckets(1e308, 10.0, 2), "bound 1 is not"),
            (wrong().exponential_buckets(0.0, 2.0, 2), "bound 1 is not greater"),
            (wrong().exponential_range_buckets(0.0, 1.0, 3), "bound 1 is not"),
            (wrong().exponential_range_buckets(5.0, 1.0, 3), "bound 1 is not greater"),
            (wrong().exponential_range_buckets(f64::NAN, 1.0, 3), "bound 0 is not"),
        ] {
            let error = builder.register().err().map(|error| (error.kind(), error.to_string()));
            assert!(
                error.as_ref().is_some_and(|(kind, is)| *kind == ErrorKind::Buckets && is.contains(text)),
                "{text}: {error:?}"
            );
        }
        assert_eq!(registry.sample_value("wrong_count", &[]), None);
    }
}
