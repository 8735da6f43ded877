use super::Cell;
use crate::number::{Scalar, Wide};
use crate::word::{Word64, Zero, section};

/// The upper bounds of a histogram, as a type: the cell holds counts only and stays all zero.
///
/// Declare one with [`buckets!`](crate::buckets), or with `buckets(…)` in `#[derive(MetricGroup)]`, which check it.
pub trait Bounds: 'static {
    /// What is observed.
    type Value: Observed;
    /// `[Word64; N]`, one more than there are bounds.
    type Buckets: Buckets;
    /// The upper bounds, increasing, without `+Inf`.
    const BOUNDS: &'static [Self::Value];
}

/// `[Word64; N]`. The trait is sealed.
pub trait Buckets: Zero + AsRef<[Word64]> + sealed::Sealed + 'static {
    /// `[u64; N]`.
    type Counts: AsRef<[u64]> + AsMut<[u64]>;
    /// `[T; N]`.
    type Each<T>: AsRef<[T]> + AsMut<[T]>;
    /// All zero. (As a constant they would be copied from flash.)
    fn zero_counts() -> Self::Counts;
    /// The same for each bucket.
    fn each<T: Copy>(value: T) -> Self::Each<T>;
}

mod sealed {
    pub trait Sealed {}
    impl<const N: usize> Sealed for [crate::word::Word64; N] {}
}

impl<const N: usize> Buckets for [Word64; N] {
    type Counts = [u64; N];
    type Each<T> = [T; N];

    #[inline]
    fn zero_counts() -> [u64; N] {
        [0; N]
    }

    #[inline]
    fn each<T: Copy>(value: T) -> [T; N] {
        [value; N]
    }
}

/// A value that a histogram or a summary takes: `u32`, `i32`, `u64`, `i64`, `f32` or `f64`.
pub trait Observed: Scalar {
    /// The sum is kept in 64 bits: `u64`, `i64` or `f64`.
    type Sum: Wide;
    /// What to add to the sum: NaN counts as zero there, so that one bad reading does not spoil the sum for ever.
    /// Infinities are added as they are.
    fn addend(self) -> Self::Sum;
}

macro_rules! observed {
    ($($value:ty => $sum:ty, $addend:expr;)*) => {$(
        impl Observed for $value {
            type Sum = $sum;
            #[inline]
            fn addend(self) -> $sum {
                ($addend)(self)
            }
        }
    )*};
}

observed! {
    u32 => u64, u64::from;
    u64 => u64, |v| v;
    i32 => i64, i64::from;
    i64 => i64, |v| v;
    f32 => f64, |v: f32| if v.is_nan() { 0.0 } else { f64::from(v) };
    f64 => f64, |v: f64| if v.is_nan() { 0.0 } else { v };
}

/// Counts `value` into the first bucket whose bound is not below it, and adds it to the sum.
///
/// `buckets` has one more element than `bounds`, the last for `+Inf`, where NaN goes as well. On a microcontroller the
/// two updates are one step; elsewhere a reader may see the count before the sum, and never the sum before the count if it
/// loads them in a [`section`], the sum first.
#[inline]
pub fn record<V: Observed>(bounds: &[V], buckets: &[Word64], sum: &Word64, value: V) {
    let Some(bucket) = buckets.get(bucket_of(bounds, value)) else { return };
    section(|s| {
        bucket.add_in(s, 1);
        V::Sum::add_in(s, sum, value.addend());
    });
}

/// The index of the bucket that `value` is counted into: the first whose bound is not below it; that of `+Inf` for NaN.
#[inline]
pub fn bucket_of<V: Observed>(bounds: &[V], value: V) -> usize {
    bounds.iter().position(|bound| value <= *bound).unwrap_or(bounds.len())
}

/// Counts observations into buckets, and adds them up.
///
/// The count is the sum of the buckets, so `_count` and the `+Inf` bucket always agree. The sum wraps as an integer
/// counter does.
///
/// Of floats, NaN is counted in the `+Inf` bucket and left out of the sum. An infinity stays in the sum for ever, and `+Inf`
/// and `-Inf` together make it NaN. OpenMetrics takes neither a negative sum nor NaN: `_sum` and `_count` are left out
/// there, and the buckets tell the count.
///
/// ```
/// use narthex_core::{Histogram, buckets};
///
/// buckets!(pub Latency: u32 = [100, 1_000, 10_000]);
/// static LATENCY: Histogram<Latency> = Histogram::new();
/// LATENCY.observe(250);
/// LATENCY.observe(99_999);
/// assert_eq!((LATENCY.count(), LATENCY.sum()), (2, 100_249));
/// ```
pub struct Histogram<B: Bounds> {
    buckets: B::Buckets,
    sum: Word64,
}

impl<B: Bounds> Histogram<B> {
    /// A histogram without observations.
    pub const fn new() -> Self {
        Self { buckets: Zero::ZERO, sum: Word64::new() }
    }

    /// Counts one observation.
    #[inline]
    pub fn observe(&self, value: B::Value) {
        record(B::BOUNDS, self.buckets.as_ref(), &self.sum, value);
    }

    /// How many observations there were.
    pub fn count(&self) -> u64 {
        self.snapshot().0.as_ref().last().copied().unwrap_or_default()
    }

    /// The sum of all observations.
    pub fn sum(&self) -> <B::Value as Observed>::Sum {
        Scalar::load(&self.sum)
    }

    /// The counts of the buckets, cumulative as `le` has them and `+Inf` last, and the sum.
    ///
    /// On a microcontroller both are of one moment. Elsewhere the sum may lack observations that the counts have; it has none
    /// that they lack, except while the histogram is reset.
    #[inline]
    pub fn snapshot(&self) -> (<B::Buckets as Buckets>::Counts, <B::Value as Observed>::Sum) {
        let mut counts = B::Buckets::zero_counts();
        let sum = self.read(counts.as_mut());
        (counts, sum)
    }

    #[inline]
    pub(crate) fn read(&self, counts: &mut [u64]) -> <B::Value as Observed>::Sum {
        section(|s| {
            let sum = Wide::load_in(s, &self.sum); // before the counts: they have what it has
            let mut count = 0_u64;
            for (to, from) in counts.iter_mut().zip(self.buckets.as_ref()) {
                count = count.wrapping_add(from.load_in(s));
                *to = count;
            }
            sum
        })
    }
}

impl<B: Bounds> Zero for Histogram<B> {
    const ZERO: Self = Self::new();
}

impl<B: Bounds> Default for Histogram<B> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<B: Bounds> Cell for Histogram<B> {
    fn reset(&self) {
        section(|s| {
            for word in self.buckets.as_ref() {
                word.store_in(s, 0);
            }
            self.sum.store_in(s, 0);
        });
    }
}

impl<B: Bounds> core::fmt::Debug for Histogram<B> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (counts, sum) = self.snapshot();
        f.debug_struct("Histogram")
            .field("bounds", &B::BOUNDS)
            .field("counts", &counts.as_ref())
            .field("sum", &sum)
            .finish()
    }
}

#[cfg(test)]
mod tests;
