use super::{Cell, Observed};
use crate::number::{Scalar, Wide};
use crate::word::{Word64, Zero, section};

/// Count and sum of observations, without buckets.
///
/// NaN is counted and left out of the sum.
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

    /// Count and sum; of one moment on a microcontroller.
    pub fn snapshot(&self) -> (u64, V::Sum) {
        section(|s| (self.count.load_in(s), Wide::load_in(s, &self.sum)))
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
