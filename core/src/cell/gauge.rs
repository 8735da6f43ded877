use super::Cell;
use crate::number::Scalar;
use crate::word::Zero;

/// A value that goes up and down: `i64` (the default), `i32`, `u32`, `u64`, `f64` or `f32`.
///
/// Integers wrap, so that an increment and its decrement always cancel, in whatever order they come.
///
/// ```
/// use narthex_core::Gauge;
///
/// static SIGNAL: Gauge<i32> = Gauge::new();
/// SIGNAL.set(-70);
/// SIGNAL.set_max(-60);
/// SIGNAL.dec();
/// assert_eq!(SIGNAL.value(), -61);
/// ```
pub struct Gauge<T: Scalar = i64> {
    word: T::Word,
}

impl<T: Scalar> Gauge<T> {
    /// A gauge at zero.
    pub const fn new() -> Self {
        Self { word: Zero::ZERO }
    }

    /// Replaces the value.
    #[inline]
    pub fn set(&self, value: T) {
        T::store(&self.word, value);
    }

    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.inc_by(T::ONE);
    }

    /// Subtracts one.
    #[inline]
    pub fn dec(&self) {
        self.dec_by(T::ONE);
    }

    /// Adds `amount`.
    #[inline]
    pub fn inc_by(&self, amount: T) {
        T::add(&self.word, amount);
    }

    /// Subtracts `amount`.
    #[inline]
    pub fn dec_by(&self, amount: T) {
        T::sub(&self.word, amount);
    }

    /// Raises the value to `value` if it is lower. NaN changes nothing.
    pub fn set_max(&self, value: T) {
        T::update(&self.word, |old| (value > old).then_some(value));
    }

    /// Lowers the value to `value` if it is higher. NaN changes nothing.
    pub fn set_min(&self, value: T) {
        T::update(&self.word, |old| (value < old).then_some(value));
    }

    /// The value now.
    pub fn value(&self) -> T {
        T::load(&self.word)
    }
}

impl<T: Scalar> Zero for Gauge<T> {
    const ZERO: Self = Self::new();
}

impl<T: Scalar> Default for Gauge<T> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<T: Scalar> Cell for Gauge<T> {
    fn reset(&self) {
        self.set(T::ZERO);
    }
}

impl<T: Scalar> core::fmt::Debug for Gauge<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Gauge").field(&self.value()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_down_and_extremes() {
        let g = Gauge::<i64>::new();
        g.inc_by(5);
        g.dec_by(7);
        g.inc();
        g.dec();
        assert_eq!(g.value(), -2);
        g.set_max(-3);
        assert_eq!(g.value(), -2);
        g.set_max(4);
        g.set_min(9);
        assert_eq!(g.value(), 4);
        g.set_min(i64::MIN);
        g.dec();
        g.inc();
        assert_eq!(g.value(), i64::MIN);
    }

    #[test]
    fn floats() {
        let g = Gauge::<f64>::new();
        g.set(1.5);
        g.dec();
        g.set_max(f64::NAN);
        assert_eq!(g.value(), 0.5);
        let g = Gauge::<f32>::new();
        g.inc_by(0.1);
        assert_eq!(g.value(), 0.1);
    }
}
