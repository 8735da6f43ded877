extern crate std;

use crate::details::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

impl Timestamp {
    /// This moment, by the system's clock.
    ///
    /// ```
    /// use narthex_core::Timestamp;
    ///
    /// assert!(Timestamp::now().seconds() > 1_700_000_000);
    /// ```
    pub fn now() -> Self {
        SystemTime::now().into()
    }
}

/// Exact, also before 1970. One that no 64-bit count of seconds reaches is the last or the first that one does.
impl From<SystemTime> for Timestamp {
    fn from(moment: SystemTime) -> Self {
        let (seconds, nanoseconds) = match moment.duration_since(UNIX_EPOCH) {
            Ok(since) => (i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos()),
            Err(before) => {
                let before = before.duration();
                let seconds = 0_i64.checked_sub_unsigned(before.as_secs()).unwrap_or(i64::MIN);
                match before.subsec_nanos() {
                    0 => (seconds, 0),
                    nanoseconds => (seconds.saturating_sub(1), 1_000_000_000 - nanoseconds),
                }
            }
        };
        Self::new(seconds, nanoseconds).unwrap_or(Self::EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::time::Duration;

    #[test]
    fn moments_of_the_system_are_exact() {
        let nanosecond = Duration::from_nanos(1);
        for (moment, text) in [
            (UNIX_EPOCH, "0"),
            (UNIX_EPOCH + Duration::new(1_520_879_607, 789_000_001), "1520879607.789000001"),
            (UNIX_EPOCH - nanosecond, "-0.000000001"),
            (UNIX_EPOCH - Duration::from_millis(1_500), "-1.5"),
            (UNIX_EPOCH - Duration::from_secs(2), "-2"),
        ] {
            assert_eq!(Timestamp::from(moment).to_string(), text);
        }
        let (before, now) = (Timestamp::from(SystemTime::now()), Timestamp::now());
        assert!(before <= now && now.seconds() - before.seconds() < 60);
    }
}
