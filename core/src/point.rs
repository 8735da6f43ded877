//! One series at one moment.

use crate::desc::Kind;
use crate::details::Details;
use crate::label::Labels;
use crate::number::{self, Number};

/// What a series holds.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Point<'a> {
    /// The value of a counter, gauge or unknown.
    Number(Number),
    /// A histogram or gauge histogram.
    Histogram {
        /// The upper bounds, increasing, without `+Inf`.
        bounds: &'a dyn number::Numbers,
        /// The counts, cumulative, `+Inf` last: one more than there are bounds. The last is the count of all.
        buckets: &'a [u64],
        /// The sum of the observed values.
        sum: Number,
    },
    /// Count and sum.
    Summary {
        /// How many observations.
        count: u64,
        /// Their sum.
        sum: Number,
    },
    /// The labels are the information.
    Info,
    /// One state of several.
    StateSet {
        /// All states.
        states: &'a [&'a str],
        /// The one that holds, as an index.
        active: usize,
    },
}

/// One series on its way from a collector to a sink.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Sample<'a> {
    /// The place of the series in its family; it stays the same while one exposition is written, and ascends.
    pub index: usize,
    /// The labels.
    pub labels: &'a Labels<'a>,
    /// The value.
    pub point: &'a Point<'a>,
    /// What there is besides.
    pub details: Option<&'a Details<'a>>,
}

impl<'a> Sample<'a> {
    /// A sample.
    pub const fn new(index: usize, labels: &'a Labels<'a>, point: &'a Point<'a>) -> Self {
        Self { index, labels, point, details: None }
    }

    /// The sample with these details, if there are any.
    pub const fn with_details(mut self, details: Option<&'a Details<'a>>) -> Self {
        self.details = details;
        self
    }

    /// Gives `each` the lines that text formats write this sample as, one for a number and several for a histogram: what
    /// follows the name of the family, the label that belongs to this line only, the value, and whether the scale of
    /// the family applies to it.
    ///
    /// # Errors
    ///
    /// Whatever `each` answers.
    #[inline]
    pub fn lines<E>(
        &self,
        kind: Kind,
        dialect: Dialect,
        mut each: impl FnMut(&'static str, &Extra<'_>, &Number, bool) -> Result<(), E>,
    ) -> Result<(), E> {
        match self.point {
            Point::Number(value) => {
                each(if let Kind::Counter = kind { "_total" } else { "" }, &Extra::None, value, true)
            }
            Point::Info => each("_info", &Extra::None, &Number::U64(1), false),
            Point::StateSet { states, active } => states.iter().enumerate().try_for_each(|(index, state)| {
                each("", &Extra::State(state), &Number::U64(u64::from(index == *active)), false)
            }),
            Point::Histogram { bounds, buckets, sum } => {
                for (index, count) in buckets.iter().enumerate() {
                    each("_bucket", &Extra::Le(bounds.get(index)), &Number::U64(*count), false)?;
                }
                let negative = || bounds.get(0).is_some_and(|bound| bound.is_negative_or_nan());
                if dialect.open_metrics() && (sum.is_negative_or_nan() || negative()) {
                    return Ok(()); // OpenMetrics 1.0, "Histogram": no such sum, and without a sum no count
                }
                let gauge = dialect.open_metrics() && matches!(kind, Kind::GaugeHistogram);
                let count = Number::U64(buckets.last().copied().unwrap_or_default());
                each(if gauge { "_gsum" } else { "_sum" }, &Extra::None, sum, true)?;
                each(if gauge { "_gcount" } else { "_count" }, &Extra::None, &count, false)
            }
            Point::Summary { count, sum } => {
                if !(dialect.open_metrics() && sum.is_negative_or_nan()) {
                    each("_sum", &Extra::None, sum, true)?; // OpenMetrics 1.0, "Summary": no such sum
                }
                each("_count", &Extra::None, &Number::U64(*count), false)
            }
        }
    }
}

/// Which text format lines are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Prometheus text 0.0.4.
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Dialect {
    #[inline]
    pub(crate) const fn open_metrics(self) -> bool {
        matches!(self, Dialect::OpenMetrics)
    }
}

/// A label that a line has besides those of its series.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Extra<'a> {
    /// None.
    None,
    /// `le`, to which the scale of the family applies; `+Inf` is no bound.
    Le(Option<Number>),
    /// The state of a state set, in a label that is called like the family.
    State(&'a str),
}
