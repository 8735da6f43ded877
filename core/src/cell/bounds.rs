//! The upper bounds of histogram buckets: checked, and made by formula.
//!
//! One module a type, so that a macro can name the functions by the type. All are `const`.
//!
//! ```
//! use narthex_core::{Histogram, bounds, buckets};
//!
//! buckets!(
//!     /// Time on air, in microseconds.
//!     pub TimeOnAir: u32 = bounds::u32::exponential::<5>(100, 4)
//! );
//! static TIME_ON_AIR: Histogram<TimeOnAir> = Histogram::new(); // 100, 400, 1600, 6400, 25600, +Inf
//! TIME_ON_AIR.observe(300);
//! ```
//!
//! Bounds that are not in order do not compile:
//!
//! ```compile_fail
//! narthex_core::buckets!(pub Wrong: u32 = [10, 5]);
//! ```

/// Why a list of bounds was refused. The number is the index of the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BoundsError {
    /// There are none: a histogram needs a bound below `+Inf`.
    Empty,
    /// The bound is not greater than the one before it.
    NotIncreasing(usize),
    /// The bound is NaN or infinite; the `+Inf` bucket is always there.
    NotFinite(usize),
}

impl BoundsError {
    /// Ends a constant evaluation with the rule.
    #[doc(hidden)]
    #[track_caller]
    pub const fn refuse(self) -> ! {
        match self {
            BoundsError::Empty => panic!("a histogram needs at least one bucket bound below +Inf"),
            BoundsError::NotIncreasing(_) => panic!("bucket bounds must increase from each to the next"),
            BoundsError::NotFinite(_) => {
                panic!("bucket bounds must be finite numbers; the +Inf bucket is always there")
            }
        }
    }
}

impl core::fmt::Display for BoundsError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            BoundsError::Empty => write!(f, "a histogram needs at least one bucket bound below +Inf"),
            BoundsError::NotIncreasing(at) => {
                write!(f, "bucket bounds must increase: bound {at} is not greater than the one before it")
            }
            BoundsError::NotFinite(at) => {
                write!(f, "bucket bounds must be finite numbers (+Inf is always there): bound {at} is not")
            }
        }
    }
}

impl core::error::Error for BoundsError {}

macro_rules! bounds {
    ($($type:ident, $doc:literal;)*) => {$(
        #[doc = $doc]
        pub mod $type {
            use super::BoundsError;

            /// Whether these can be the bounds of a histogram.
            ///
            /// # Errors
            ///
            /// [`BoundsError`] with the index of the first bound that is wrong.
            pub const fn check(bounds: &[$type]) -> Result<(), BoundsError> {
                if bounds.is_empty() {
                    return Err(BoundsError::Empty);
                }
                let mut at = 0;
                while at < bounds.len() {
                    if bounds[at] - bounds[at] != 0 as $type {
                        // x - x is zero exactly when x is finite
                        return Err(BoundsError::NotFinite(at));
                    }
                    if at > 0 && bounds[at - 1] >= bounds[at] {
                        return Err(BoundsError::NotIncreasing(at));
                    }
                    at += 1;
                }
                Ok(())
            }

            /// `N` bounds from `start`, `width` apart.
            ///
            /// # Panics
            ///
            /// In a constant, as a compile error: when the result is not increasing, or an integer overflows.
            pub const fn linear<const N: usize>(start: $type, width: $type) -> [$type; N] {
                let mut bounds = [start; N];
                let mut at = 1;
                while at < N {
                    bounds[at] = start + width * at as $type;
                    at += 1;
                }
                must(&bounds);
                bounds
            }

            /// `N` bounds from `start`, each `factor` times the one before.
            ///
            /// # Panics
            ///
            /// In a constant, as a compile error: when the result is not increasing, or an integer overflows.
            pub const fn exponential<const N: usize>(start: $type, factor: $type) -> [$type; N] {
                let mut bounds = [start; N];
                let mut at = 1;
                while at < N {
                    bounds[at] = bounds[at - 1] * factor;
                    at += 1;
                }
                must(&bounds);
                bounds
            }

            /// Ends a constant evaluation when the bounds are wrong.
            #[doc(hidden)]
            #[track_caller]
            pub const fn must(bounds: &[$type]) {
                if let Err(error) = check(bounds) {
                    error.refuse()
                }
            }
        }
    )*};
}

bounds! {
    u32, "Bounds of `u32`.";
    u64, "Bounds of `u64`.";
    i32, "Bounds of `i32`.";
    i64, "Bounds of `i64`.";
    f32, "Bounds of `f32`.";
    f64, "Bounds of `f64`.";
}

/// Declares a type of [`Bounds`](crate::Bounds): the upper bounds of a histogram's buckets, without `+Inf`.
///
/// ```
/// use narthex_core::{Histogram, buckets};
///
/// buckets!(pub Latency: u32 = [100, 1_000, 10_000]);
/// static LATENCY: Histogram<Latency> = Histogram::new();
/// LATENCY.observe(250);
/// assert_eq!(LATENCY.count(), 1);
/// ```
#[macro_export]
macro_rules! buckets {
    ($(#[$meta:meta])* $vis:vis $name:ident: $type:ident = $bounds:expr) => {
        $(#[$meta])*
        $vis struct $name;

        impl $crate::Bounds for $name {
            type Value = $type;
            type Buckets = [$crate::word::Word64; {
                let bounds: &[$type] = &$bounds;
                bounds.len() + 1
            }];
            const BOUNDS: &'static [$type] = {
                let bounds: &[$type] = &$bounds;
                $crate::bounds::$type::must(bounds);
                bounds
            };
        }
        const _: &[$type] = <$name as $crate::Bounds>::BOUNDS;
    };
}

#[cfg(test)]
mod tests {
    use super::BoundsError;
    use super::{f64 as f64_bounds, i64 as i64_bounds, u32 as u32_bounds};

    #[test]
    fn bounds_are_checked() {
        assert_eq!(u32_bounds::check(&[]), Err(BoundsError::Empty));
        assert_eq!(u32_bounds::check(&[1, 2, 2]), Err(BoundsError::NotIncreasing(2)));
        assert_eq!(i64_bounds::check(&[-5, -6]), Err(BoundsError::NotIncreasing(1)));
        assert_eq!(f64_bounds::check(&[0.1, f64::NAN]), Err(BoundsError::NotFinite(1)));
        assert_eq!(f64_bounds::check(&[f64::NEG_INFINITY]), Err(BoundsError::NotFinite(0)));
        assert_eq!(f64_bounds::check(&[-0.0, 0.0]), Err(BoundsError::NotIncreasing(1)));
        assert_eq!(f64_bounds::check(&[-1.0, 0.0, 1e300]), Ok(()));
    }

    #[test]
    fn bounds_by_formula() {
        assert_eq!(u32_bounds::linear::<3>(10, 5), [10, 15, 20]);
        assert_eq!(f64_bounds::exponential::<4>(0.25, 2.0), [0.25, 0.5, 1.0, 2.0]);
    }
}
