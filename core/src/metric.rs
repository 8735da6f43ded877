//! What can be a field of a metric group: cells, tables, families and callbacks.

use crate::cell::{Bounds, Buckets, Cell, Counter, Gauge, Histogram, Observed, Summary};
use crate::collect::{Flow, Sink};
use crate::desc::{Desc, Kind};
use crate::details::Details;
use crate::family::{Family, Info, StateSet, Table};
use crate::label::{ClosedLabels, LabelEnum, LabelSet, Labels};
use crate::number::{Number, Scalar};
use crate::point::{Point, Sample};
use crate::word::Zero;
use core::marker::PhantomData;

#[doc(hidden)]
pub mod field;

/// A metric without its name: anything that a field of a [`MetricGroup`](crate::MetricGroup) can be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a metric",
    label = "a field of a metric group is a metric",
    note = "metrics are `Counter`, `Gauge`, `Histogram`, `Summary` and `StateSet`, one of these in a `Table` or a `Family`, and `Info`",
    note = "a field of type `CounterFn` or `GaugeFn` needs its function: `#[metrics(callback = function)]`",
    note = "a field that is itself a group needs `#[metrics(flatten)]`"
)]
pub trait Metric: Zero {
    /// What it is exposed as.
    const KIND: Kind;
    /// Whether its values are integers, so that a scale may be given.
    const INTEGER: bool;
    /// How many labels its series have.
    const LABELS: usize = 0;
    /// Their names, when the type has them.
    const LABEL_NAMES: &'static [&'static str] = &[];
    /// Whether it may also expose how many updates it refused, as `NAME_refused_total`.
    const REFUSES: bool = false;

    /// Names the families that `collect` may give.
    ///
    /// # Errors
    ///
    /// Whatever `each` answers.
    fn describe(&self, desc: &Desc<'_>, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(desc)
    }

    /// Gives the family and its samples to `sink`.
    ///
    /// # Errors
    ///
    /// As [`Collect::collect`](crate::Collect::collect).
    fn collect(&self, desc: &Desc<'_>, sink: &mut dyn Sink) -> Flow;
}

/// What takes the value of a moment.
pub type Take<'a> = dyn FnMut(&Point<'_>, Option<&Details<'_>>) -> Flow + 'a;

/// What can say what it holds: a cell, or something that a host makes at run time.
pub trait Measure {
    /// What it is exposed as.
    const KIND: Kind;
    /// Whether its values are integers.
    const INTEGER: bool;

    /// Gives `take` the value of this moment, and what there is besides.
    ///
    /// # Errors
    ///
    /// Whatever `take` answers.
    fn measure(&self, take: &mut Take<'_>) -> Flow;
}

impl<T: Scalar> Measure for Counter<T> {
    const KIND: Kind = Kind::Counter;
    const INTEGER: bool = T::INTEGER;

    fn measure(&self, take: &mut Take<'_>) -> Flow {
        take(&Point::Number(self.value().number()), None)
    }
}

impl<T: Scalar> Measure for Gauge<T> {
    const KIND: Kind = Kind::Gauge;
    const INTEGER: bool = T::INTEGER;

    fn measure(&self, take: &mut Take<'_>) -> Flow {
        take(&Point::Number(self.value().number()), None)
    }
}

impl<B: Bounds> Measure for Histogram<B> {
    const KIND: Kind = Kind::Histogram;
    const INTEGER: bool = B::Value::INTEGER;

    fn measure(&self, take: &mut Take<'_>) -> Flow {
        let mut counts = B::Buckets::zero_counts();
        let sum = self.read(counts.as_mut());
        take(&Point::Histogram { bounds: &B::BOUNDS, buckets: counts.as_ref(), sum: sum.number() }, None)
    }
}

impl<V: Observed> Measure for Summary<V> {
    const KIND: Kind = Kind::Summary;
    const INTEGER: bool = V::INTEGER;

    fn measure(&self, take: &mut Take<'_>) -> Flow {
        let (count, sum) = self.snapshot();
        take(&Point::Summary { count, sum: sum.number() }, None)
    }
}

impl<E: LabelEnum> Measure for StateSet<E> {
    const KIND: Kind = Kind::StateSet;
    const INTEGER: bool = false;

    fn measure(&self, take: &mut Take<'_>) -> Flow {
        take(&Point::StateSet { states: E::VALUES, active: self.index() }, None)
    }
}

#[diagnostic::do_not_recommend]
impl<C: Measure + Cell> Metric for C {
    const KIND: Kind = C::KIND;
    const INTEGER: bool = C::INTEGER;

    #[inline(never)] // its stack is not under that of the other fields
    fn collect(&self, desc: &Desc<'_>, sink: &mut dyn Sink) -> Flow {
        if sink.family(desc)? > 0 {
            return Ok(());
        }
        self.measure(&mut |point, details| {
            sink.sample(desc, &Sample::new(0, &Labels::NONE, point).with_details(details))
        })
    }
}

impl<K: ClosedLabels, C: Measure + Cell> Metric for Table<K, C> {
    const KIND: Kind = C::KIND;
    const INTEGER: bool = C::INTEGER;
    const LABELS: usize = K::NAMES.len();
    const LABEL_NAMES: &'static [&'static str] = K::NAMES;

    #[inline(never)] // its stack is not under that of the other fields
    fn collect(&self, desc: &Desc<'_>, sink: &mut dyn Sink) -> Flow {
        let from = sink.family(desc)?;
        for (index, cell) in self.cells().iter().enumerate().skip(from) {
            let values = K::values(index);
            let labels = Labels::new(desc.labels().as_slice(), values.as_ref());
            cell.measure(&mut |point, details| {
                sink.sample(desc, &Sample::new(index, &labels, point).with_details(details))
            })?;
        }
        Ok(())
    }
}

impl<L: LabelSet, C: Measure + Cell, const N: usize, const TEXT: usize> Metric for Family<L, C, N, TEXT> {
    const KIND: Kind = C::KIND;
    const INTEGER: bool = C::INTEGER;
    const LABELS: usize = L::LEN;
    const LABEL_NAMES: &'static [&'static str] = L::NAMES;
    const REFUSES: bool = true;

    fn describe(&self, desc: &Desc<'_>, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(desc)?;
        each(&desc.refusals())
    }

    #[inline(never)] // its stack is not under that of the other fields
    fn collect(&self, desc: &Desc<'_>, sink: &mut dyn Sink) -> Flow {
        let from = sink.family(desc)?;
        self.each_series(from, &mut |index, values, cell: &C| {
            let labels = Labels::new(desc.labels().as_slice(), values);
            cell.measure(&mut |point, details| {
                sink.sample(desc, &Sample::new(index, &labels, point).with_details(details))
            })
        })?;
        match self.refused() {
            0 => Ok(()),
            refused => refusals(desc, refused, sink),
        }
    }
}

#[cold]
#[inline(never)] // its stack is not under that of the series
fn refusals(desc: &Desc<'_>, refused: u32, sink: &mut dyn Sink) -> Flow {
    callback(&desc.refusals(), sink, refused)
}

impl<L: LabelSet, const TEXT: usize> Metric for Info<L, TEXT> {
    const KIND: Kind = Kind::Info;
    const INTEGER: bool = false;
    const LABELS: usize = L::LEN;
    const LABEL_NAMES: &'static [&'static str] = L::NAMES;

    fn collect(&self, desc: &Desc<'_>, sink: &mut dyn Sink) -> Flow {
        if sink.family(desc)? > 0 {
            return Ok(());
        }
        self.with(|values| {
            let labels = Labels::new(desc.labels().as_slice(), values);
            sink.sample(desc, &Sample::new(0, &labels, &Point::Info))
        })
        .unwrap_or(Ok(()))
    }
}

/// Marks the field of a group as a counter that is read from a function when it is collected.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use narthex_core::{CounterFn, MetricGroup};
///
/// fn ticks() -> u32 { 7 }
///
/// #[derive(MetricGroup)]
/// struct System {
///     /// Ticks since boot.
///     #[metrics(callback = ticks)]
///     ticks: CounterFn<u32>,
/// }
/// # }
/// ```
pub struct CounterFn<T>(PhantomData<fn() -> T>);

/// Marks the field of a group as a gauge that is read from a function when it is collected; see [`CounterFn`].
pub struct GaugeFn<T>(PhantomData<fn() -> T>);

/// A field whose value comes from a function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take its value from a function",
    label = "`callback` needs a `CounterFn` or a `GaugeFn` here"
)]
pub trait Callback: Zero {
    /// What it is exposed as.
    const KIND: Kind;
    /// What the function gives.
    type Value: Scalar;
}

impl<T: Scalar> Callback for CounterFn<T> {
    const KIND: Kind = Kind::Counter;
    type Value = T;
}

impl<T: Scalar> Callback for GaugeFn<T> {
    const KIND: Kind = Kind::Gauge;
    type Value = T;
}

impl<T> Zero for CounterFn<T> {
    const ZERO: Self = Self(PhantomData);
}

impl<T> Zero for GaugeFn<T> {
    const ZERO: Self = Self(PhantomData);
}

/// A family of one number without labels.
///
/// # Errors
///
/// As [`Sink::family`] and [`Sink::sample`].
pub fn callback(desc: &Desc<'_>, sink: &mut dyn Sink, value: impl Into<Number>) -> Flow {
    if sink.family(desc)? > 0 {
        return Ok(());
    }
    sink.sample(desc, &Sample::new(0, &Labels::NONE, &Point::Number(value.into())))
}
