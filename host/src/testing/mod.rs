//! For tests of a program's metrics: how many series there are, whether a page is as expected, whether names are good ones.
//!
//! For the value of one series there is [`sample_value`](crate::sample_value), and for names that are exposed twice
//! [`collisions`](crate::collisions).

mod compare;
mod lint;

pub use compare::{Difference, compare};
pub use lint::{Lint, Problem, lint};

use narthex_core::{Collect, CollectError, Desc, Flow, Sample, Sink, Stop};

/// How many series there are, of all families or of one. `family` is its name, with or without the ending of a sample.
///
/// ```
/// use narthex::{Registry, testing::count_series};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// let jobs = registry.counter("jobs_total", "Jobs.").labels(["queue"]).register()?;
/// jobs.get(["mail"]).inc();
/// jobs.get(["sms"]).inc();
/// assert_eq!(count_series(&registry, Some("jobs_total")), Ok(2));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The failure of a collector, of whose series only some were counted.
pub fn count_series(metrics: &dyn Collect, family: Option<&str>) -> Result<usize, CollectError> {
    let mut counter = SeriesCounter { family, series: 0 };
    match metrics.collect(&mut counter) {
        Err(Stop::Collector(error)) => Err(error),
        _ => Ok(counter.series),
    }
}

struct SeriesCounter<'a> {
    family: Option<&'a str>,
    series: usize,
}

impl Sink for SeriesCounter<'_> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        Ok(if self.wants(desc) { 0 } else { usize::MAX })
    }

    fn sample(&mut self, desc: &Desc<'_>, _: &Sample<'_>) -> Flow {
        self.series += usize::from(self.wants(desc));
        Ok(())
    }
}

impl SeriesCounter<'_> {
    fn wants(&self, desc: &Desc<'_>) -> bool {
        self.family.is_none_or(|name| desc.suffix_of(name).is_some())
    }
}

#[cfg(test)]
mod tests;
