//! Cells that keep an example of what they counted.

mod kept;

use crate::cell::{Bounds, Buckets, Cell, Counter, Decrease, Histogram, bucket_of};
use crate::collect::Flow;
use crate::desc::Kind;
use crate::details::{Details, Exemplar, ExemplarError, Timestamp};
use crate::guard::Observe;
use crate::metric::{Measure, Take};
use crate::number::Scalar;
use crate::word::{Zero, exclusive};
use core::cell::RefCell;
use critical_section::Mutex;
use kept::Kept;

/// What OpenMetrics allows exemplars on: counters and histograms.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no exemplars",
    note = "OpenMetrics has exemplars on counters (`u32`, `u64`, `f32`, `f64`) and histograms"
)]
pub trait Exemplified: Measure {
    /// What is added or observed.
    type Value: Scalar;
    /// As many places as there can be exemplars: one for a counter, one for each bucket of a histogram.
    type Exemplars<'a>: AsRef<[Option<Exemplar<'a>>]> + AsMut<[Option<Exemplar<'a>>]>;

    /// Whether [`update`](Self::update) takes this.
    ///
    /// # Errors
    ///
    /// [`Decrease`] where a counter would go down, or become NaN.
    fn permits(value: Self::Value) -> Result<(), Decrease>;

    /// Adds or observes a value that was [permitted](Self::permits).
    fn update(&self, value: Self::Value);

    /// The index of the exemplar that belongs to this value.
    fn place(&self, value: Self::Value) -> usize;

    /// No exemplars.
    fn exemplars<'a>(&self) -> Self::Exemplars<'a>;
}

/// A counter or a histogram that keeps its last exemplar, in `TEXT` bytes for the names and values of up to `LABELS`
/// labels: it costs that much RAM more, and nothing when it is not used.
///
/// A histogram keeps *one*, that of the bucket which was hit last with an exemplar: one for each bucket would take as
/// many times the memory, and a scrape every few seconds sees them all in turn. Sizes for a trace and a span, as
/// W3C Trace Context has them, are the default.
///
/// It dereferences to the cell, for updates without an exemplar. Text is copied, and read, in a critical section.
///
/// ```
/// use narthex_core::{Counter, Timestamp, WithExemplar};
///
/// static FAILURES: WithExemplar<Counter<u32>> = WithExemplar::new();
///
/// FAILURES.inc();
/// let now = Timestamp::new(1_520_879_607, 0); // from the application's clock, if it has one
/// FAILURES.inc_with_exemplar(&[("session", "17")], now).unwrap();
/// assert_eq!(FAILURES.value(), 2);
/// assert!(FAILURES.inc_with_exemplar(&[("no-name", "17")], now).is_err());
/// assert_eq!(FAILURES.value(), 2);
/// ```
pub struct WithExemplar<C: Exemplified, const TEXT: usize = 64, const LABELS: usize = 2> {
    cell: C,
    kept: Mutex<RefCell<Kept<C::Value, TEXT, LABELS>>>,
}

impl<C: Exemplified + Zero, const TEXT: usize, const LABELS: usize> WithExemplar<C, TEXT, LABELS> {
    /// A cell at its start, without an exemplar.
    pub const fn new() -> Self {
        Self { cell: C::ZERO, kept: Mutex::new(RefCell::new(Kept::new())) }
    }
}

impl<T: Scalar, const TEXT: usize, const LABELS: usize> WithExemplar<Counter<T>, TEXT, LABELS>
where
    Counter<T>: Exemplified<Value = T>,
{
    /// Adds one, with names and values of labels that lead to what was counted, and when that was. Without labels there
    /// is no exemplar, and the one before stays.
    ///
    /// # Errors
    ///
    /// [`NoExemplar`]; nothing is counted then.
    pub fn inc_with_exemplar<'a>(
        &self,
        labels: &[(&'a str, &'a str)],
        at: Option<Timestamp>,
    ) -> Result<(), NoExemplar<'a>> {
        self.update(T::ONE, labels, at)
    }

    /// Adds `amount`; otherwise as [`inc_with_exemplar`](Self::inc_with_exemplar).
    ///
    /// # Errors
    ///
    /// [`NoExemplar`]; nothing is counted then.
    pub fn inc_by_with_exemplar<'a>(
        &self,
        amount: T,
        labels: &[(&'a str, &'a str)],
        at: Option<Timestamp>,
    ) -> Result<(), NoExemplar<'a>> {
        self.update(amount, labels, at)
    }
}

impl<B: Bounds, const TEXT: usize, const LABELS: usize> WithExemplar<Histogram<B>, TEXT, LABELS> {
    /// Counts one observation, with names and values of labels that lead to it, and when it was. Without labels there is
    /// no exemplar, and the one before stays.
    ///
    /// # Errors
    ///
    /// [`NoExemplar`]; nothing is counted then.
    pub fn observe_with_exemplar<'a>(
        &self,
        value: B::Value,
        labels: &[(&'a str, &'a str)],
        at: Option<Timestamp>,
    ) -> Result<(), NoExemplar<'a>> {
        self.update(value, labels, at)
    }
}

impl<C: Exemplified, const TEXT: usize, const LABELS: usize> WithExemplar<C, TEXT, LABELS> {
    fn update<'a>(
        &self,
        value: C::Value,
        labels: &[(&'a str, &'a str)],
        at: Option<Timestamp>,
    ) -> Result<(), NoExemplar<'a>> {
        C::permits(value).map_err(NoExemplar::Decrease)?;
        let exemplar = Kept::make(value, self.cell.place(value), labels, at)?;
        exclusive(|cs| {
            self.cell.update(value);
            if let (Some(exemplar), Ok(mut kept)) = (exemplar, self.kept.borrow(cs).try_borrow_mut()) {
                kept.replace(exemplar);
            }
        });
        Ok(())
    }

    fn kept(&self) -> Kept<C::Value, TEXT, LABELS> {
        exclusive(|cs| self.kept.borrow(cs).try_borrow().map_or(Kept::new(), |kept| kept.clone()))
    }

    fn resets(&self) -> u32 {
        exclusive(|cs| self.kept.borrow(cs).try_borrow().map_or(0, |kept| kept.resets()))
    }
}

impl<C: Exemplified, const TEXT: usize, const LABELS: usize> Measure for WithExemplar<C, TEXT, LABELS> {
    const KIND: Kind = C::KIND;
    const INTEGER: bool = C::INTEGER;

    fn measure(&self, take: &mut Take<'_>) -> Flow {
        let kept = self.kept(); // before the value, which thus counts it
        let outcome = kept.lend(|place, exemplar| {
            let mut exemplars = self.cell.exemplars();
            if let Some(place) = exemplars.as_mut().get_mut(place) {
                *place = Some(exemplar);
            }
            let details = Details::new().with_exemplars(exemplars.as_ref());
            self.cell.measure(&mut |point, _| {
                let counted = self.resets() == kept.resets(); // not if it was reset in between
                take(point, counted.then_some(&details))
            })
        });
        outcome.unwrap_or_else(|| self.cell.measure(take))
    }
}

impl<C: Exemplified + Zero, const TEXT: usize, const LABELS: usize> Zero for WithExemplar<C, TEXT, LABELS> {
    const ZERO: Self = Self::new();
}

impl<C: Exemplified + Zero, const TEXT: usize, const LABELS: usize> Default for WithExemplar<C, TEXT, LABELS> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<C: Exemplified + Cell, const TEXT: usize, const LABELS: usize> Cell for WithExemplar<C, TEXT, LABELS> {
    fn reset(&self) {
        exclusive(|cs| {
            if let Ok(mut kept) = self.kept.borrow(cs).try_borrow_mut() {
                kept.clear();
            }
            self.cell.reset();
        });
    }
}

impl<C: Exemplified, const TEXT: usize, const LABELS: usize> core::ops::Deref for WithExemplar<C, TEXT, LABELS> {
    type Target = C;

    #[inline]
    fn deref(&self) -> &C {
        &self.cell
    }
}

impl<B: Bounds, const TEXT: usize, const LABELS: usize> Observe for WithExemplar<Histogram<B>, TEXT, LABELS> {
    type Value = B::Value;

    fn observe(&self, value: B::Value) {
        self.cell.observe(value);
    }
}

impl<C: Exemplified + core::fmt::Debug, const TEXT: usize, const LABELS: usize> core::fmt::Debug
    for WithExemplar<C, TEXT, LABELS>
{
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("WithExemplar").field(&self.cell).finish()
    }
}

macro_rules! counters {
    ($($type:ty: |$value:pat_param| $fits:expr;)*) => {$(
        impl Exemplified for Counter<$type> {
            type Value = $type;
            type Exemplars<'a> = [Option<Exemplar<'a>>; 1];

            #[inline]
            fn permits(value: $type) -> Result<(), Decrease> {
                let $value = value;
                if $fits { Ok(()) } else { Err(Decrease(value as f64)) }
            }

            #[inline]
            fn update(&self, value: $type) {
                let _: () = self.add(value);
            }

            #[inline]
            fn place(&self, _: $type) -> usize {
                0
            }

            fn exemplars<'a>(&self) -> [Option<Exemplar<'a>>; 1] {
                [None]
            }
        }
    )*};
}

counters! {
    u32: |_| true;
    u64: |_| true;
    f32: |value| value >= 0.0;
    f64: |value| value >= 0.0;
}

impl<B: Bounds> Exemplified for Histogram<B> {
    type Value = B::Value;
    type Exemplars<'a> = <B::Buckets as Buckets>::Each<Option<Exemplar<'a>>>;

    #[inline]
    fn permits(_: B::Value) -> Result<(), Decrease> {
        Ok(())
    }

    #[inline]
    fn update(&self, value: B::Value) {
        self.observe(value);
    }

    #[inline]
    fn place(&self, value: B::Value) -> usize {
        bucket_of(B::BOUNDS, value)
    }

    fn exemplars<'a>(&self) -> Self::Exemplars<'a> {
        B::Buckets::each(None)
    }
}

/// Why an update with an exemplar was refused. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum NoExemplar<'a> {
    /// The labels cannot be an exemplar's.
    Labels(ExemplarError<'a>),
    /// There are more labels than the cell has places for.
    TooManyLabels {
        /// How many.
        labels: usize,
        /// How many it has places for: `LABELS`.
        places: usize,
    },
    /// Names and values are longer than the cell has room for.
    TextTooLong {
        /// How long, in bytes.
        bytes: usize,
        /// How many bytes it has room for: `TEXT`.
        room: usize,
    },
    /// A counter cannot go down.
    Decrease(Decrease),
}

impl core::fmt::Display for NoExemplar<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            NoExemplar::Labels(error) => write!(f, "{error}"),
            NoExemplar::TooManyLabels { labels, places } => {
                write!(f, "the exemplar has {labels} labels, and the cell has places for {places}")
            }
            NoExemplar::TextTooLong { bytes, room } => {
                write!(f, "the labels of the exemplar take {bytes} bytes, and the cell has room for {room}")
            }
            NoExemplar::Decrease(decrease) => write!(f, "{decrease}"),
        }
    }
}

impl core::error::Error for NoExemplar<'_> {}
