//! One series at one moment.

use crate::desc::Kind;
use crate::label::Labels;
use crate::number::{Number, Numbers};

/// What a series holds.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Point<'a> {
    /// The value of a counter, gauge or unknown.
    Number(Number),
    /// A histogram or gauge histogram.
    Histogram {
        /// The upper bounds, increasing, without `+Inf`.
        bounds: &'a dyn Numbers,
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
}

impl<'a> Sample<'a> {
    /// A sample.
    pub const fn new(index: usize, labels: &'a Labels<'a>, point: &'a Point<'a>) -> Self {
        Self { index, labels, point }
    }

    /// Gives `each` the lines that text formats write this sample as: one for a number, several for a histogram.
    ///
    /// # Errors
    ///
    /// Whatever `each` answers.
    pub fn lines<E>(
        &self,
        kind: Kind,
        dialect: Dialect,
        each: &mut impl FnMut(&Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut line = Line { suffix: "", extra: Extra::None, value: Number::U64(1), scaled: false };
        match self.point {
            Point::Number(value) => {
                if let Kind::Counter = kind {
                    line.suffix = "_total";
                }
                (line.value, line.scaled) = (*value, true);
            }
            Point::Info => line.suffix = "_info",
            Point::StateSet { states, active } => {
                for (index, state) in states.iter().enumerate() {
                    line.extra = Extra::State(state);
                    line.value = Number::U64(u64::from(index == *active));
                    each(&line)?;
                }
                return Ok(());
            }
            Point::Histogram { bounds, buckets, sum } => {
                line.suffix = "_bucket";
                for (index, count) in buckets.iter().enumerate() {
                    line.extra = Extra::Le(bounds.get(index));
                    line.value = Number::U64(*count);
                    each(&line)?;
                }
                if dialect.open_metrics() && bounds.get(0).is_some_and(|bound| bound.is_negative()) {
                    return Ok(()); // OpenMetrics 1.0, "Histogram": no sum, and then no count, with negative buckets
                }
                let gauge = dialect.open_metrics() && matches!(kind, Kind::GaugeHistogram);
                let count = Number::U64(buckets.last().copied().unwrap_or_default());
                (line.suffix, line.extra) = (if gauge { "_gsum" } else { "_sum" }, Extra::None);
                (line.value, line.scaled) = (*sum, true);
                each(&line)?;
                line.suffix = if gauge { "_gcount" } else { "_count" };
                (line.value, line.scaled) = (count, false);
            }
            Point::Summary { count, sum } => {
                (line.suffix, line.value, line.scaled) = ("_sum", *sum, true);
                each(&line)?;
                (line.suffix, line.value, line.scaled) = ("_count", Number::U64(*count), false);
            }
        }
        each(&line)
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

/// One line of a text format.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Line<'a> {
    /// What follows the name of the family.
    pub suffix: &'static str,
    /// The label that belongs to this line only.
    pub extra: Extra<'a>,
    /// The value.
    pub value: Number,
    /// Whether the scale of the family applies to the value.
    pub scaled: bool,
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
