//! What is kept of a page: its text once, and tables of places in it.

use crate::parse::scan::Span;
use crate::parse::value::Value;
use narthex_core::{Number, Numbers, Timestamp};

/// Every table in the order of the page.
#[derive(Default)]
pub(super) struct Page {
    pub(super) text: Box<str>,
    pub(super) label_names: Vec<Span>,
    pub(super) label_values: Vec<Span>,
    pub(super) shapes: Vec<Run>,
    pub(super) series: Vec<Series>,
    pub(super) histograms: Vec<Histogram>,
    pub(super) bounds: Vec<Value>,
    pub(super) counts: Vec<u64>,
    pub(super) summaries: Vec<Summary>,
    pub(super) quantiles: Vec<(Value, Value)>,
    pub(super) state_sets: Vec<Run>,
    pub(super) states: Vec<(Span, bool)>,
    /// By series, as all that few series have.
    pub(super) created: Vec<(u32, Value)>,
    pub(super) times: Vec<(u32, Timestamp)>,
    pub(super) exemplars: Vec<Exemplar>,
    pub(super) exemplar_labels: Vec<(Span, Span)>,
}

/// Neighbours in a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: u32,
    pub(super) len: u32,
}

#[derive(Clone, Copy)]
pub(super) struct Series {
    /// The names of the labels: an index into `shapes`.
    pub(super) shape: u32,
    /// Where the values of the labels start.
    pub(super) values: u32,
    pub(super) point: Point,
}

/// The number itself, or an index into the table of the kind.
#[derive(Clone, Copy)]
pub(super) enum Point {
    Number(Value),
    Histogram(u32),
    Summary(u32),
    StateSet(u32),
    Info,
}

#[derive(Clone, Copy)]
pub(super) struct Histogram {
    /// Without `+Inf`.
    pub(super) bounds: Run,
    /// Where its counts start: one more than there are bounds.
    pub(super) counts: u32,
    pub(super) sum: Option<Value>,
}

#[derive(Clone, Copy)]
pub(super) struct Summary {
    pub(super) count: Option<u64>,
    pub(super) sum: Option<Value>,
    pub(super) quantiles: Run,
}

pub(super) struct Exemplar {
    pub(super) series: u32,
    /// Which bucket it belongs to.
    pub(super) bucket: u32,
    pub(super) labels: Run,
    pub(super) value: Value,
    pub(super) time: Option<Timestamp>,
}

impl Run {
    /// From `start` to the end of `table`.
    pub(super) fn since<T>(start: usize, table: &[T]) -> Self {
        Self { start: start as u32, len: (table.len() - start) as u32 }
    }

    pub(super) fn of<T>(self, table: &[T]) -> &[T] {
        let start = self.start as usize;
        table.get(start..start + self.len as usize).unwrap_or_default()
    }

    pub(super) fn of_mut<T>(self, table: &mut [T]) -> &mut [T] {
        let start = self.start as usize;
        table.get_mut(start..start + self.len as usize).unwrap_or_default()
    }
}

impl Page {
    pub(super) fn names(&self, series: &Series) -> impl Iterator<Item = &str> {
        let shape = self.shapes.get(series.shape as usize).copied().unwrap_or_default();
        shape.of(&self.label_names).iter().map(|name| name.of(&self.text))
    }

    /// At least as many as there are names.
    pub(super) fn values(&self, series: &Series) -> impl Iterator<Item = &str> {
        let values = self.label_values.get(series.values as usize..).unwrap_or_default();
        values.iter().map(|value| value.of(&self.text))
    }
}

/// The entry of a series in a table that few series are in.
pub(super) fn of_series<T: Copy>(table: &[(u32, T)], series: usize) -> Option<T> {
    let at = table.binary_search_by_key(&series, |(series, _)| *series as usize).ok()?;
    table.get(at).map(|(_, entry)| *entry)
}

/// The bounds of a histogram.
pub(super) struct Bounds<'a>(pub(super) &'a [Value]);

impl Numbers for Bounds<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, index: usize) -> Option<Number> {
        self.0.get(index).map(|bound| (*bound).into())
    }
}
