//! One series at one moment.

use crate::collect::Flow;
use crate::desc::{Desc, Kind};
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

    /// The lines that text formats write this sample as: one for a number, several for a histogram.
    ///
    /// # Errors
    ///
    /// Whatever `each` answers.
    pub fn lines(&self, desc: &Desc<'_>, dialect: Dialect, each: &mut impl FnMut(&Line<'_>) -> Flow) -> Flow {
        let scale = desc.scale();
        let mut line = Line { suffix: "", extra: Extra::None, value: Number::U64(1), scale };
        match *self.point {
            Point::Number(value) => {
                if let Kind::Counter = desc.kind() {
                    line.suffix = "_total";
                }
                line.value = value;
                each(&line)
            }
            Point::Histogram { bounds, buckets, sum } => {
                line.suffix = "_bucket";
                line.scale = 0;
                for (index, count) in buckets.iter().enumerate() {
                    line.value = Number::U64(*count);
                    line.extra = Extra::Le(bounds.get(index), scale);
                    each(&line)?;
                }
                line.extra = Extra::None;
                let count = buckets.last().copied().unwrap_or_default();
                if dialect.open_metrics() && bounds.get(0).is_some_and(|bound| bound.is_negative()) {
                    return Ok(()); // OpenMetrics 1.0, "Histogram": no sum, and then no count, with negative buckets
                }
                let open = dialect.open_metrics() && matches!(desc.kind(), Kind::GaugeHistogram);
                line.sum_and_count(
                    if open { ["_gsum", "_gcount"] } else { ["_sum", "_count"] },
                    sum,
                    scale,
                    count,
                    each,
                )
            }
            Point::Summary { count, sum } => line.sum_and_count(["_sum", "_count"], sum, scale, count, each),
            Point::Info => {
                line.suffix = "_info";
                each(&line)
            }
            Point::StateSet { states, active } => states.iter().enumerate().try_for_each(|(index, state)| {
                line.extra = Extra::State(state);
                line.value = Number::U64(u64::from(index == active));
                each(&line)
            }),
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
    /// The power of ten that an integer value is multiplied by.
    pub scale: i8,
}

impl Line<'_> {
    fn sum_and_count(
        &mut self,
        suffixes: [&'static str; 2],
        sum: Number,
        scale: i8,
        count: u64,
        each: &mut impl FnMut(&Line<'_>) -> Flow,
    ) -> Flow {
        [self.suffix, _] = suffixes;
        (self.value, self.scale) = (sum, scale);
        each(self)?;
        [_, self.suffix] = suffixes;
        (self.value, self.scale) = (Number::U64(count), 0);
        each(self)
    }
}

/// A label that a line has besides those of its series.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Extra<'a> {
    /// None.
    None,
    /// `le`, with the scale of the bound; `+Inf` is no bound.
    Le(Option<Number>, i8),
    /// The state of a state set, in a label that is called like the family.
    State(&'a str),
}
