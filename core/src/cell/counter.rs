use super::Cell;
use crate::number::Scalar;
use crate::word::Zero;

/// A value that only goes up: `u64` (the default), `u32`, `f64` or `f32`.
///
/// An integer counter that passes its maximum starts again at zero, which Prometheus reads as a counter reset; `rate`
/// and `increase` stay right. An `f64` counter stops growing by one at 2^53, an integer counter is exact.
///
/// ```
/// use narthex_core::Counter;
///
/// static REQUESTS: Counter = Counter::new();
/// REQUESTS.inc();
/// REQUESTS.inc_by(2);
/// assert_eq!(REQUESTS.value(), 3);
/// ```
pub struct Counter<T: Scalar = u64> {
    word: T::Word,
}

impl<T: Scalar> Counter<T> {
    /// A counter at zero.
    pub const fn new() -> Self {
        Self { word: Zero::ZERO }
    }

    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.add(T::ONE);
    }

    /// Adds what was checked.
    #[inline]
    pub(crate) fn add(&self, amount: T) {
        T::add(&self.word, amount);
    }

    /// The value now.
    pub fn value(&self) -> T {
        T::load(&self.word)
    }
}

macro_rules! integer {
    ($($type:ty),*) => {$(
        impl Counter<$type> {
            /// Adds `amount`, wrapping past the maximum.
            #[inline]
            pub fn inc_by(&self, amount: $type) {
                <$type as Scalar>::add(&self.word, amount);
            }
        }
    )*};
}

macro_rules! float {
    ($($type:ty),*) => {$(
        impl Counter<$type> {
            /// Adds `amount`.
            ///
            /// # Errors
            ///
            /// [`Decrease`] when `amount` is negative or NaN; the counter keeps its value.
            pub fn inc_by(&self, amount: $type) -> Result<(), Decrease> {
                if amount >= 0.0 {
                    <$type as Scalar>::add(&self.word, amount);
                    Ok(())
                } else {
                    Err(Decrease(f64::from(amount)))
                }
            }
        }
    )*};
}

integer!(u32, u64);
float!(f32, f64);

impl<T: Scalar> Zero for Counter<T> {
    const ZERO: Self = Self::new();
}

impl<T: Scalar> Default for Counter<T> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<T: Scalar> Cell for Counter<T> {
    fn reset(&self) {
        T::store(&self.word, T::ZERO);
    }
}

impl<T: Scalar> core::fmt::Debug for Counter<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Counter").field(&self.value()).finish()
    }
}

/// A counter cannot go down, and NaN would stay in it for ever. Holds the refused amount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decrease(pub f64);

impl core::fmt::Display for Decrease {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "a counter can only be incremented by zero or more, not by {}", self.0)
    }
}

impl core::error::Error for Decrease {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_count_exactly_and_wrap() {
        let c = Counter::<u64>::new();
        c.inc_by(1 << 53);
        c.inc();
        assert_eq!(c.value(), (1 << 53) + 1);
        c.inc_by(u64::MAX - c.value());
        c.inc();
        assert_eq!(c.value(), 0);

        let c = Counter::<u32>::new();
        c.inc_by(u32::MAX);
        c.inc();
        assert_eq!(c.value(), 0);
    }

    #[test]
    fn a_float_counter_refuses_what_would_break_it() {
        let c = Counter::<f64>::new();
        assert_eq!(c.inc_by(0.5), Ok(()));
        assert_eq!(c.inc_by(-0.1), Err(Decrease(-0.1)));
        assert!(c.inc_by(f64::NAN).is_err());
        assert!(c.inc_by(f64::NEG_INFINITY).is_err());
        assert_eq!(c.inc_by(-0.0), Ok(()));
        assert_eq!(c.value(), 0.5);
        assert_eq!(c.inc_by(f64::INFINITY), Ok(()));
        assert_eq!(c.value(), f64::INFINITY);
    }
}
