//! The narrow waist: what lends samples, and what takes them.

use crate::desc::Desc;
use crate::point::Sample;

/// A source of metrics.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a collector",
    label = "not a collector",
    note = "a collector is a struct with `#[derive(MetricGroup)]`, or what implements `Collect`"
)]
pub trait Collect {
    /// Names every family that [`collect`](Self::collect) may give. Registering calls this, and never `collect`.
    ///
    /// # Errors
    ///
    /// Whatever `each` answers.
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow;

    /// Gives every family and its samples to `sink`: for each family once [`Sink::family`], then its samples, each label
    /// set once.
    ///
    /// A page that is made part by part calls this once for each part, each time from the start. So keep the order of the
    /// families, and the [index](Sample::index) of each series, while a page is written; where they change at any time, read
    /// them once for a page (with a registry, by a source). And stop when the sink answers an error: what it did not take is
    /// lost if this answers `Ok` all the same.
    ///
    /// # Errors
    ///
    /// [`Stop::Sink`] as the sink answered it, or [`Stop::Collector`] when the collector itself cannot go on.
    fn collect(&self, sink: &mut dyn Sink) -> Flow;
}

/// A destination of metrics.
pub trait Sink {
    /// A family begins. Answers the index of the first series that the sink wants; series below it need not be given.
    ///
    /// # Errors
    ///
    /// [`Stop::Sink`] when the sink takes no more.
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize>;

    /// One series of the family that began last.
    ///
    /// # Errors
    ///
    /// [`Stop::Sink`] when the sink takes no more; it took nothing of this sample then.
    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow;
}

/// Go on, or why not.
pub type Flow<T = ()> = Result<T, Stop>;

/// Why a collection stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// The sink takes no more; it knows why.
    Sink,
    /// The collector failed.
    Collector(CollectError),
}

/// Why a collector failed, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectError(&'static &'static str); // thin: a `Flow` fits into two registers

impl CollectError {
    /// A failure, described in lower case without a full stop: `CollectError::new(&"the sensor does not answer")`.
    pub const fn new(reason: &'static &'static str) -> Self {
        Self(reason)
    }

    /// The description.
    pub const fn reason(self) -> &'static str {
        self.0
    }
}

impl core::fmt::Display for CollectError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for CollectError {}

impl From<CollectError> for Stop {
    fn from(error: CollectError) -> Self {
        Stop::Collector(error)
    }
}

impl<C: Collect + ?Sized> Collect for &C {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        (**self).describe(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        (**self).collect(sink)
    }
}

/// Several collectors, one after the other. One that fails does not keep the others from being collected; the first
/// failure is answered at the end.
impl Collect for [&dyn Collect] {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.iter().try_for_each(|collector| collector.describe(each))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        let mut outcome = Ok(());
        for collector in self {
            match collector.collect(sink) {
                Ok(()) => {}
                Err(Stop::Sink) => return Err(Stop::Sink),
                failed => outcome = outcome.and(failed),
            }
        }
        outcome
    }
}

/// As a slice of them: `encode::text(&[&RADIO as &dyn Collect, &SENSOR], &mut uart)`.
impl<const N: usize> Collect for [&dyn Collect; N] {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.as_slice().describe(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.as_slice().collect(sink)
    }
}

/// Calls `found` with each pair of families of `metrics` that expose the same name; whether there were none.
///
/// For a test of a firmware's metrics, or a check at boot: a page with a name twice is refused whole by Prometheus.
pub fn collisions(metrics: &dyn Collect, found: &mut dyn FnMut(&Desc<'_>, &Desc<'_>)) -> bool {
    let mut clean = true;
    let mut first = 0_usize;
    let _ = metrics.describe(&mut |a| {
        let mut second = 0_usize;
        let _ = metrics.describe(&mut |b| {
            if second > first && a.collides(b) {
                clean = false;
                found(a, b);
            }
            second += 1;
            Ok(())
        });
        first += 1;
        Ok(())
    });
    clean
}
