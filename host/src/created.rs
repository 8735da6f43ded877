//! Whether `_created` is recorded and shown, and the clock that says when.

use narthex_core::{Kind, Timestamp};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU8, Ordering};

/// Metrics that are made from now on record when their series began; they and those that did before expose it.
///
/// `NAME_created` says when a counter, histogram or summary began, or was last [reset](crate::Handle::reset), so that
/// a server can tell a counter that started anew from one that it missed. It is off unless asked for, by this, or for one
/// metric by [`created`](crate::Builder::created): it costs a line a series, and servers that do not use it store it as
/// one more series.
///
/// The first row that applies decides. What was not recorded is not exposed either.
///
/// | environment | this process | a metric made with `created()` | made while enabled | any other |
/// | --- | --- | --- | --- | --- |
/// | `PROMETHEUS_DISABLE_CREATED_SERIES` is `true`, `1` or `t` | whatever it calls | – | – | – |
/// | anything else | called `disable_created_metrics` last | hidden | hidden | – |
/// | | called `enable_created_metrics` last | shown | shown | – |
/// | | called neither | shown | – | – |
///
/// The variable's value may be in any case; it is read once, when the first metric is made. A metric that is hidden goes
/// on recording.
///
/// OpenMetrics and Protobuf have it; the text format 0.0.4 does not. Neither have metrics that are declared as a group of
/// cells: those have no clock, also on a host. The name `NAME_created` is reserved in any case.
///
/// When the clock turns out to have been set back, so that a series would begin in the future, it begins with the scrape
/// that finds out, for good.
///
/// ```
/// use narthex::{Registry, disable_created_metrics, enable_created_metrics};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// enable_created_metrics();
/// registry.counter("jobs_total", "Jobs.").register()?;
/// assert!(registry.sample_value("jobs_created", &[]).unwrap() > 1.7e9); // seconds since 1970
///
/// disable_created_metrics();
/// assert_eq!(registry.sample_value("jobs_created", &[]), None);
/// # Ok(())
/// # }
/// ```
pub fn enable_created_metrics() {
    SWITCH.store(ENABLED, Ordering::Relaxed);
}

/// No metric exposes when its series began, from the next collection on, and none that is made from now on records it
/// unless it [asks](crate::Builder::created); see [`enable_created_metrics`]. What was given as a value is exposed all the
/// same: [`MetricValue::with_created`](crate::MetricValue::with_created), and what a parsed page has.
pub fn disable_created_metrics() {
    SWITCH.store(DISABLED, Ordering::Relaxed);
}

static SWITCH: AtomicU8 = AtomicU8::new(UNTOUCHED);
const UNTOUCHED: u8 = 0;
const ENABLED: u8 = 1;
const DISABLED: u8 = 2;

static FORBIDDEN: LazyLock<bool> = LazyLock::new(|| {
    std::env::var("PROMETHEUS_DISABLE_CREATED_SERIES")
        .is_ok_and(|value| ["true", "1", "t"].iter().any(|yes| value.eq_ignore_ascii_case(yes)))
});

/// Whether a metric of this kind that is made now records when its series begin.
pub(crate) fn recorded(kind: Kind, asked: bool) -> bool {
    has_created(kind) && !*FORBIDDEN && (asked || SWITCH.load(Ordering::Relaxed) == ENABLED)
}

/// Whether what was recorded is exposed now.
pub(crate) fn shown() -> bool {
    SWITCH.load(Ordering::Relaxed) != DISABLED
}

/// Whether a metric of this kind has `_created`.
pub(crate) const fn has_created(kind: Kind) -> bool {
    matches!(kind, Kind::Counter | Kind::Histogram | Kind::Summary)
}

/// This moment, by the system's clock; a clock before 1970 is not set yet.
pub(crate) fn now() -> Timestamp {
    Timestamp::now().max(Timestamp::EPOCH)
}
