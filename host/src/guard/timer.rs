use super::pointers;
use crate::instrument::RuntimeHistogram;
use narthex_core::{Bounds, Clock, Gauge, Histogram, Observed, Scalar, Summary};
use std::time::{Duration, Instant};

/// A metric of durations in seconds: a histogram or summary of floats, which observes them, or a gauge of floats, which
/// is set to the last. A [`Scaled`](crate::Scaled) is one of integers.
///
/// What leads to such a metric is one as well: a [`Handle`](crate::Handle), a reference, an `Arc`, a `LazyLock`.
///
/// ```
/// use narthex::ObserveDuration;
///
/// # fn main() -> Result<(), narthex::Error> {
/// # let registry = narthex::Registry::new();
/// # fn fetch() {}
/// let latency = registry.histogram("fetch_seconds", "Time to fetch.").register()?;
///
/// let timer = latency.start_timer();
/// fetch();
/// let seconds = timer.stop(); // or when it is dropped
///
/// latency.time(fetch); // answers what `fetch` answers
/// assert_eq!(latency.count(), 2);
///
/// let last = registry.gauge("last_fetch_seconds", "Time that the last took.").float().register()?;
/// last.time(fetch);
/// assert!(last.value() > 0.0);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a metric of durations",
    label = "not a histogram, summary or gauge of floats",
    note = "a metric with labels gives one by `get`: `family.get([\"GET\"])`"
)]
pub trait ObserveDuration {
    /// Takes a duration.
    fn observe_duration(&self, elapsed: Duration);

    /// Starts now; the time until the timer is dropped is observed, when unwinding as well.
    fn start_timer(&self) -> DurationTimer<&Self>
    where
        Self: Sized,
    {
        Stopwatch::start().bind(self)
    }

    /// Runs `f` and observes how long it took, also when it panics.
    fn time<R>(&self, f: impl FnOnce() -> R) -> R
    where
        Self: Sized,
    {
        let _timer = self.start_timer();
        f()
    }
}

/// The time since a moment, of which it is not yet known where it will be observed.
///
/// ```
/// use narthex::Stopwatch;
///
/// # fn main() -> Result<(), narthex::Error> {
/// # let registry = narthex::Registry::new();
/// # fn fetch() -> u16 { 200 }
/// let latency = registry.histogram("fetch_seconds", "Time to fetch.").labels(["status"]).register()?;
///
/// let stopwatch = Stopwatch::start();
/// let status = fetch();
/// stopwatch.bind(latency.get([&status.to_string()])).stop();
/// # assert_eq!(registry.sample_value("fetch_seconds_count", &[("status", "200")]), Some(1.0));
/// # Ok(())
/// # }
/// ```
///
/// When an early return is to be observed too, start a timer of a series for that, and
/// [bind](DurationTimer::bind) it to another when the labels are known.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch<C: Clock<Span = Duration> = Monotonic> {
    clock: C,
    start: C::Instant,
}

/// The time that never goes back, whatever becomes of the time of day: [`std::time::Instant`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Monotonic;

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self::with_clock(Monotonic)
    }
}

impl<C: Clock<Span = Duration>> Stopwatch<C> {
    /// Starts now, by a clock of your own.
    pub fn with_clock(clock: C) -> Self {
        let start = clock.now();
        Self { clock, start }
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.clock.since(self.start)
    }

    /// Has the time observed by `metric`, when the timer is stopped or dropped.
    pub fn bind<M: ObserveDuration>(self, metric: M) -> DurationTimer<M, C> {
        DurationTimer { metric: Some(metric), stopwatch: self }
    }
}

/// Observes how long it lived when it is dropped, when unwinding as well.
///
/// Made by [`start_timer`](ObserveDuration::start_timer), which borrows the metric, or by [`Stopwatch::bind`], which can
/// be given a [`Handle`](crate::Handle) to keep.
#[must_use = "the time until the timer is dropped is what is observed"]
pub struct DurationTimer<M: ObserveDuration, C: Clock<Span = Duration> = Monotonic> {
    metric: Option<M>,
    stopwatch: Stopwatch<C>,
}

impl<M: ObserveDuration, C: Clock<Span = Duration>> DurationTimer<M, C> {
    /// Observes now instead of when dropped, and answers the seconds.
    pub fn stop(mut self) -> f64 {
        self.observe().as_secs_f64()
    }

    /// Observes nothing.
    pub fn discard(mut self) {
        self.metric = None;
    }

    /// Goes on for another metric: a series whose labels are known only now.
    ///
    /// ```
    /// use narthex::Stopwatch;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let registry = narthex::Registry::new();
    /// # fn receive() -> std::io::Result<u16> { Ok(200) }
    /// # let latency = registry.histogram("fetch_seconds", "Time to fetch.").labels(["status"]).register()?;
    /// let timer = Stopwatch::start().bind(latency.get(["failed"]));
    /// let status = receive()?; // an error is observed as `failed`
    /// timer.bind(latency.get([&status.to_string()])).stop();
    /// # assert_eq!(latency.get(["failed"]).count(), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn bind<N: ObserveDuration>(mut self, metric: N) -> DurationTimer<N, C>
    where
        C: Clone,
    {
        self.metric = None;
        Stopwatch { clock: self.stopwatch.clock.clone(), start: self.stopwatch.start }.bind(metric)
    }

    fn observe(&mut self) -> Duration {
        let elapsed = self.stopwatch.elapsed();
        if let Some(metric) = self.metric.take() {
            metric.observe_duration(elapsed);
        }
        elapsed
    }
}

impl<M: ObserveDuration, C: Clock<Span = Duration>> Drop for DurationTimer<M, C> {
    fn drop(&mut self) {
        if self.metric.is_some() {
            self.observe();
        }
    }
}

impl Clock for Monotonic {
    type Instant = Instant;
    type Span = Duration;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn since(&self, start: Instant) -> Duration {
        self.now().saturating_duration_since(start)
    }
}

/// A number that can be of seconds: `f64` or `f32`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold a time in seconds",
    label = "this metric is of `{Self}`",
    note = "an integer does not know its scale: `Scaled::new(&metric, -6)` counts microseconds, as `scale = -6` says"
)]
pub trait Seconds: Scalar {
    /// The seconds of a duration.
    fn seconds(elapsed: Duration) -> Self;
}

impl Seconds for f64 {
    fn seconds(elapsed: Duration) -> Self {
        elapsed.as_secs_f64()
    }
}

impl Seconds for f32 {
    fn seconds(elapsed: Duration) -> Self {
        elapsed.as_secs_f32()
    }
}

impl ObserveDuration for RuntimeHistogram {
    fn observe_duration(&self, elapsed: Duration) {
        self.observe(elapsed.as_secs_f64());
    }
}

impl<B: Bounds<Value: Seconds>> ObserveDuration for Histogram<B> {
    fn observe_duration(&self, elapsed: Duration) {
        self.observe(Seconds::seconds(elapsed));
    }
}

impl<V: Observed + Seconds> ObserveDuration for Summary<V> {
    fn observe_duration(&self, elapsed: Duration) {
        self.observe(V::seconds(elapsed));
    }
}

impl<T: Seconds> ObserveDuration for Gauge<T> {
    fn observe_duration(&self, elapsed: Duration) {
        self.set(T::seconds(elapsed));
    }
}

pointers! { ObserveDuration,
    fn observe_duration(&self, elapsed: Duration) {
        (**self).observe_duration(elapsed);
    }
}
