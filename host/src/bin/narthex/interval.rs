//! How often, on the command line.

use humantime::parse_duration;
use std::time::Duration;

/// Longer than nothing.
pub fn parse(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(Duration::ZERO) => Err("it has to be longer than that; write 500ms, 10s or 5min say".into()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; write 500ms, 10s or 5min say")),
    }
}
