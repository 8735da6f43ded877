use super::timer::ObserveDuration;
use narthex_core::Observe;
use std::time::Duration;

/// A histogram or summary of integers, as a metric of durations: one is `10^scale` seconds.
///
/// A cell does not know the scale that its group writes it with; give the same one here. A duration is rounded to the
/// nearest integer, and to the largest if it is longer.
///
/// ```
/// use narthex::{Histogram, MetricGroup, ObserveDuration, Scaled};
/// use std::time::Duration;
///
/// #[derive(MetricGroup)]
/// struct Radio {
///     /// Transmit latency.
///     #[metrics(unit = "seconds", scale = -6, buckets(100, 1_000, 10_000))]
///     latency: Histogram<Latency>,
/// }
///
/// static RADIO: Radio = Radio::new();
/// let latency = Scaled::new(&RADIO.latency, -6);
/// latency.observe_duration(Duration::from_nanos(250_400));
/// assert_eq!(RADIO.latency.sum(), 250);
/// latency.time(|| "transmit");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scaled<'a, M> {
    metric: &'a M,
    scale: i8,
}

impl<'a, M: Observe<Value: Whole>> Scaled<'a, M> {
    /// From -18 to 18, as in `#[metrics(scale = -6)]`; more is taken as the limit.
    pub const fn new(metric: &'a M, scale: i8) -> Self {
        Self { metric, scale }
    }
}

impl<M: Observe<Value: Whole>> ObserveDuration for Scaled<'_, M> {
    fn observe_duration(&self, elapsed: Duration) {
        self.metric.observe(Whole::saturating(units(elapsed, self.scale)));
    }
}

/// Of `10^scale` seconds.
fn units(elapsed: Duration, scale: i8) -> u128 {
    const NANOSECONDS: i8 = -9;
    let power = 10_u128.pow(u32::from(scale.clamp(-18, 18).abs_diff(NANOSECONDS)));
    if scale < NANOSECONDS {
        elapsed.as_nanos().saturating_mul(power)
    } else {
        (elapsed.as_nanos() + power / 2) / power
    }
}

/// An integer that can be observed: `u32`, `u64`, `i32` or `i64`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer",
    note = "a metric of floats is observed in seconds, without `Scaled`"
)]
pub trait Whole {
    /// The number, or the largest that there is.
    fn saturating(number: u128) -> Self;
}

macro_rules! whole {
    ($($type:ty)*) => {$(
        impl Whole for $type {
            fn saturating(number: u128) -> Self {
                number.try_into().unwrap_or(Self::MAX)
            }
        }
    )*};
}

whole!(u32 u64 i32 i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_the_nearest_unit() {
        let of = |nanoseconds, scale| units(Duration::from_nanos(nanoseconds), scale);
        assert_eq!(
            [of(1_499, -6), of(1_500, -6), of(1_500, -9), of(2, -12), of(1, -128)],
            [1, 2, 1_500, 2_000, 1_000_000_000]
        );
        assert_eq!([of(1_499_999_999, 0), of(30_000_000_000, 1), of(1, 127)], [1, 3, 0]);
        assert_eq!(u32::saturating(units(Duration::MAX, -18)), u32::MAX);
        assert_eq!(i64::saturating(units(Duration::MAX, -9)), i64::MAX);
    }
}
