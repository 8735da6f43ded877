use crate::created;
use narthex_core::Gauge;

/// Gauges that can hold a moment.
pub trait SetToCurrentTime {
    /// Sets the gauge to now, in seconds since 1970: for the age of what happened last, `time() - x` in PromQL.
    ///
    /// ```
    /// use narthex::{Registry, SetToCurrentTime};
    ///
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = Registry::new();
    /// let backup = registry.gauge("last_backup_timestamp_seconds", "When the last backup ended.").register()?;
    /// backup.set_to_current_time();
    /// assert!(backup.value() > 1_700_000_000);
    /// # Ok(())
    /// # }
    /// ```
    fn set_to_current_time(&self);
}

impl SetToCurrentTime for Gauge<i64> {
    fn set_to_current_time(&self) {
        self.set(created::now().seconds());
    }
}

impl SetToCurrentTime for Gauge<f64> {
    fn set_to_current_time(&self) {
        self.set(created::now().to_f64());
    }
}
