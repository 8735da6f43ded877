//! One value out of many, for tests and conditions.

use crate::collect::{Collect, Flow, Sink, Stop};
use crate::desc::Desc;
use crate::point::{Dialect, Extra, Sample};

/// The value of the sample `name` with exactly these labels, in any order, as a scrape would show it.
///
/// `name` is the name on the line: `http_requests_total`, `latency_seconds_bucket` (with its `le`), …, of a gauge histogram
/// also `_gsum` and `_gcount`, as OpenMetrics has it; that of a family
/// with other names for readers who take [any UTF-8](crate::Utf8Names), and its labels, may be those.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use narthex_core::{Counter, MetricGroup, sample_value};
///
/// #[derive(MetricGroup)]
/// struct Wifi {
///     /// Frames transmitted.
///     frames_sent: Counter,
/// }
/// let wifi = Wifi::new();
/// wifi.frames_sent.inc();
/// assert_eq!(sample_value(&wifi, "frames_sent_total", &[]), Some(1.0));
/// # }
/// ```
pub fn sample_value(metrics: &dyn Collect, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let mut finder = Finder { name, labels, value: None };
    let _ = metrics.collect(&mut finder);
    finder.value
}

struct Finder<'a> {
    name: &'a str,
    labels: &'a [(&'a str, &'a str)],
    value: Option<f64>,
}

impl Sink for Finder<'_> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        Ok(if desc.suffix_of(self.name).is_some() { 0 } else { usize::MAX })
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        let Some(suffix) = desc.suffix_of(self.name) else { return Ok(()) };
        // OpenMetrics alone has these names; it leaves out sums, which the others have
        let dialect = if let "_gsum" | "_gcount" = suffix { Dialect::OpenMetrics } else { Dialect::Text };
        sample.lines(desc.kind(), dialect, |line_suffix, extra, value, scaled| {
            if line_suffix == suffix && self.matches(desc, sample, extra) {
                self.value = Some(value.to_f64(if scaled { desc.scale() } else { 0 }));
                return Err(Stop::Sink);
            }
            Ok(())
        })?;
        let created = sample.details.and_then(|details| details.created()).filter(|_| suffix == "_created");
        if let Some(created) = created.filter(|_| self.matches(desc, sample, &Extra::None)) {
            self.value = Some(created.to_f64());
            return Err(Stop::Sink);
        }
        Ok(())
    }
}

impl Finder<'_> {
    fn matches(&self, desc: &Desc<'_>, sample: &Sample<'_>, extra: &Extra<'_>) -> bool {
        let given = |name: &str, value: &str| self.labels.contains(&(name, value));
        let (extra, count) = match *extra {
            Extra::None => (true, 0),
            Extra::Le(Some(bound)) => (given("le", bound.text(desc.scale()).as_str()), 1),
            Extra::Le(None) => (given("le", "+Inf"), 1),
            Extra::State(state) => (self.labels.iter().any(|(n, v)| desc.is_named(n) && *v == state), 1),
        };
        extra
            && sample.labels.iter().count() + count == self.labels.len()
            && sample.labels.iter().all(|(name, value)| given(name, value) || given(desc.utf8_label(name), value))
    }
}
