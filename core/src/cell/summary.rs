use super::{Cell, Observed};
use crate::number::{Scalar, Wide};
use crate::word::{Word64, Zero, section};

/// Count and sum of observations, without buckets.
///
/// Of floats, NaN is counted and left out of the sum; infinities are added, as in a [`Histogram`](crate::Histogram). OpenMetrics
/// takes neither a negative sum nor NaN, and `_sum` is left out there.
///
/// ```
/// use narthex_core::Summary;
///
/// static PAYLOAD: Summary<u32> = Summary::new();
/// PAYLOAD.observe(1_500);
/// PAYLOAD.observe(40);
/// assert_eq!((PAYLOAD.count(), PAYLOAD.sum()), (2, 1_540));
/// ```
pub struct Summary<V: Observed> {
    count: Word64,
    sum: Word64,
    value: core::marker::PhantomData<fn(V)>,
}

impl<V: Observed> Summary<V> {
    /// A summary without observations.
    pub const fn new() -> Self {
        Self { count: Word64::new(), sum: Word64::new(), value: core::marker::PhantomData }
    }

    /// Counts one observation.
    #[inline]
    pub fn observe(&self, value: V) {
        super::record(&[], core::slice::from_ref(&self.count), &self.sum, value);
    }

    /// How many observations there were.
    pub fn count(&self) -> u64 {
        self.count.load()
    }

    /// The sum of all observations.
    pub fn sum(&self) -> V::Sum {
        Scalar::load(&self.sum)
    }

    /// Count and sum; of one moment on a microcontroller. Elsewhere the sum may lack observations that the count has, and has
    /// none that it lacks, except while the summary is reset.
    pub fn snapshot(&self) -> (u64, V::Sum) {
        section(|s| {
            let sum = Wide::load_in(s, &self.sum); // before the count: it has what the sum has
            (self.count.load_in(s), sum)
        })
    }
}

impl<V: Observed> Zero for Summary<V> {
    const ZERO: Self = Self::new();
}

impl<V: Observed> Default for Summary<V> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<V: Observed> Cell for Summary<V> {
    fn reset(&self) {
        section(|s| {
            self.count.store_in(s, 0);
            self.sum.store_in(s, 0);
        });
    }
}

impl<V: Observed> core::fmt::Debug for Summary<V> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (count, sum) = self.snapshot();
        f.debug_struct("Summary").field("count", &count).field("sum", &sum).finish()
    }
}
