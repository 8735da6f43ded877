//! Numbers in the width that they were measured in.

mod decimal;
mod float;
mod scalar;

pub use decimal::NumberText;
pub use scalar::{Scalar, Wide};

/// A value on its way out. It keeps its native width until it is written, so `0.1_f32` is written `0.1`.
///
/// A float brings its formatter along: a firmware of integers links no float code.
///
/// ```
/// use narthex_core::Number;
///
/// assert_eq!(Number::from(u64::MAX).text(0).as_str(), "18446744073709551615");
/// assert_eq!(Number::from(1_500_u32).text(-6).as_str(), "0.0015"); // 1500 µs in seconds
/// assert_eq!(Number::from(0.1_f32).text(0).as_str(), "0.1");
/// assert_eq!(Number::from(1e6).text(0).as_str(), "1e+06");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Number {
    /// An unsigned integer.
    U64(u64),
    /// A signed integer.
    I64(i64),
    /// A double, and how it is written.
    F64(f64, FloatText<f64>),
    /// A single, and how it is written.
    F32(f32, FloatText<f32>),
}

/// Writes a float to the start of the buffer as Go's `%g` with the shortest digits; answers the length.
pub type FloatText<F> = fn(F, &mut [u8; 24]) -> usize;

impl Number {
    /// The number as text: integers as plain decimals, floats as Go's `strconv.FormatFloat(v, 'g', -1, 64)`.
    ///
    /// `scale` moves the decimal point of an *integer*: the value is `self × 10^scale`, from -18 to 18 (more is taken
    /// as the limit). Floats are written as they are.
    pub fn text(&self, scale: i8) -> NumberText {
        let mut text = NumberText::new();
        text.push_number(self, scale);
        text
    }

    /// The number as a double, `scale` applied to integers: what Prometheus stores when it has read the text.
    pub fn to_f64(&self, scale: i8) -> f64 {
        match *self {
            Number::U64(v) => shift(v as f64, scale),
            Number::I64(v) => shift(v as f64, scale),
            Number::F64(v, _) => v,
            Number::F32(v, text) => {
                let mut buffer = [0; 24];
                let len = text(v, &mut buffer);
                let text = core::str::from_utf8(buffer.get(..len).unwrap_or_default());
                text.ok().and_then(|text| text.parse().ok()).unwrap_or(f64::from(v))
            }
        }
    }

    /// Whether the number is below zero, or NaN: what neither a counter nor a sum in OpenMetrics can be.
    pub fn is_negative_or_nan(&self) -> bool {
        // Bits are compared, not floats: that would link a routine into firmware that has none.
        match *self {
            Number::U64(_) => false,
            Number::I64(v) => v < 0,
            Number::F64(v, _) => v.to_bits() > f64::INFINITY.to_bits() && v.to_bits() != MINUS_ZERO_64,
            Number::F32(v, _) => v.to_bits() > f32::INFINITY.to_bits() && v.to_bits() != MINUS_ZERO_32,
        }
    }

    /// Whether the number is an integer by type.
    pub fn is_integer(&self) -> bool {
        matches!(self, Number::U64(_) | Number::I64(_))
    }
}

const MINUS_ZERO_64: u64 = (-0.0_f64).to_bits();
const MINUS_ZERO_32: u32 = (-0.0_f32).to_bits();

impl<const N: usize> NumberText<N> {
    /// Puts a number in front; see [`Number::text`].
    #[inline(never)]
    pub(crate) fn push_number(&mut self, number: &Number, scale: i8) {
        let (value, negative) = match *number {
            Number::U64(v) => (v, false),
            Number::I64(v) => (v.unsigned_abs(), v < 0),
            Number::F64(v, text) => return self.float(v, text),
            Number::F32(v, text) => return self.float(v, text),
        };
        self.integer(value, scale);
        if negative {
            self.push(b'-');
        }
    }

    #[cold] // for the many targets where most numbers are integers
    #[inline(never)]
    fn float<F>(&mut self, value: F, text: FloatText<F>) {
        let mut buffer = NumberText::new();
        let len = text(value, buffer.bytes_mut());
        self.push_all(buffer.bytes_mut().get(..len).unwrap_or_default());
    }
}

/// Division by an exact power of ten rounds once; multiplication by its inexact inverse would round twice.
fn shift(value: f64, scale: i8) -> f64 {
    let power = (0..scale.unsigned_abs().min(decimal::SCALE_LIMIT)).fold(1.0, |p, _| p * 10.0);
    if scale < 0 { value / power } else { value * power }
}

macro_rules! from {
    ($($from:ty => $make:expr),* $(,)?) => {$(
        impl From<$from> for Number {
            fn from(value: $from) -> Self {
                ($make)(value)
            }
        }
    )*};
}

from! {
    u64 => Number::U64,
    i64 => Number::I64,
    u32 => |v| Number::U64(u64::from(v)),
    i32 => |v| Number::I64(i64::from(v)),
    f64 => |v| Number::F64(v, float::text_f64),
    f32 => |v| Number::F32(v, float::text_f32),
}

/// A list of numbers of one type: the upper bounds of a histogram.
pub trait Numbers {
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The number at `index`.
    fn get(&self, index: usize) -> Option<Number>;
}

impl<T: Scalar> Numbers for &[T] {
    fn len(&self) -> usize {
        <[T]>::len(self)
    }

    fn get(&self, index: usize) -> Option<Number> {
        <[T]>::get(self, index).map(|v| v.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_double_is_what_the_text_says() {
        for (number, double) in
            [(Number::from(0.1_f32), 0.1), (0.1_f64.into(), 0.1), (f32::INFINITY.into(), f64::INFINITY)]
        {
            assert_eq!(number.to_f64(0), double);
        }
        assert!(Number::from(f32::NAN).to_f64(0).is_nan());
        assert_eq!(Number::from(f32::MIN_POSITIVE).to_f64(0), 1.1754944e-38);
    }

    #[test]
    fn what_is_below_zero_or_nan() {
        const SMALLEST: f64 = f64::from_bits(1);
        for value in [0.0, -0.0, 1.0, -1.0, SMALLEST, -SMALLEST, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN]
        {
            assert_eq!(Number::from(value).is_negative_or_nan(), value < 0.0 || value.is_nan(), "{value}");
            let single = value as f32;
            assert_eq!(Number::from(single).is_negative_or_nan(), single < 0.0 || single.is_nan(), "{value}");
        }
        assert!(Number::from(-1).is_negative_or_nan() && !Number::from(0).is_negative_or_nan());
    }
}
