use crate::number::{Number, NumberText};

/// A moment: seconds and nanoseconds since the Unix epoch.
///
/// ```
/// use narthex_core::Timestamp;
///
/// assert_eq!(Timestamp::new(12, 3).unwrap().to_string(), "12.000000003");
/// assert_eq!(Timestamp::new(12, 1_000_000_000), None);
/// ```
///
/// With the feature `std`, a `SystemTime` becomes one, and there is `Timestamp::now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

const NANOSECONDS: u32 = 1_000_000_000;

impl Timestamp {
    /// The beginning of 1970.
    pub const EPOCH: Self = Self { seconds: 0, nanoseconds: 0 };

    /// A moment `nanoseconds` after `seconds`, also before the epoch: half a second before it is `(-1, 500_000_000)`.
    /// Nothing when there are a thousand million nanoseconds or more.
    pub const fn new(seconds: i64, nanoseconds: u32) -> Option<Self> {
        if nanoseconds < NANOSECONDS { Some(Self { seconds, nanoseconds }) } else { None }
    }

    /// Whole seconds.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds from there, below 1,000,000,000.
    pub const fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// In seconds, as a double: near today exact to a quarter of a microsecond.
    pub fn to_f64(self) -> f64 {
        self.seconds as f64 + f64::from(self.nanoseconds) / f64::from(NANOSECONDS)
    }

    /// In milliseconds, rounded down.
    pub const fn milliseconds(self) -> i64 {
        self.seconds.saturating_mul(1000).saturating_add((self.nanoseconds / 1_000_000) as i64)
    }

    /// As OpenMetrics writes it: seconds, with as many decimals as it needs.
    pub fn text(self) -> NumberText {
        let (seconds, nanoseconds) = match (self.seconds, self.nanoseconds) {
            (..0, 1..) => (self.seconds + 1, NANOSECONDS - self.nanoseconds), // the fraction counts away from zero
            moment => (moment.0, moment.1),
        };
        let mut text = NumberText::new();
        if nanoseconds > 0 {
            // one more digit in front keeps the zeros that follow the point
            let fraction = Number::U64(u64::from(NANOSECONDS + nanoseconds)).text(-9);
            text.push_all(fraction.as_bytes().get(1..).unwrap_or_default());
        }
        text.push_number(&Number::U64(seconds.unsigned_abs()), 0);
        if self.seconds < 0 {
            text.push(b'-');
        }
        text
    }
}

impl core::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text().as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn text_is_exact() {
        for (seconds, nanoseconds, text, milliseconds) in [
            (0, 0, "0", 0),
            (12, 3, "12.000000003", 12_000),
            (1_520_879_607, 789_000_000, "1520879607.789", 1_520_879_607_789),
            (-1, 500_000_000, "-0.5", -500),
            (-2, 0, "-2", -2000),
            (-2, 1, "-1.999999999", -2000),
            (i64::MAX, 999_999_999, "9223372036854775807.999999999", i64::MAX),
            (i64::MIN, 0, "-9223372036854775808", i64::MIN),
        ] {
            let moment = Timestamp::new(seconds, nanoseconds).unwrap();
            assert_eq!((moment.to_string().as_str(), moment.milliseconds()), (text, milliseconds));
        }
        assert_eq!(Timestamp::new(-1, 500_000_000).unwrap().to_f64(), -0.5);
    }
}
