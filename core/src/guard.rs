//! Guards that measure a scope.

use crate::cell::{Bounds, Counter, Gauge, Histogram, Observed, Summary};
use crate::number::Scalar;

/// A clock that the application has: a timer peripheral, a cycle counter, `std::time::Instant`.
///
/// It decides the unit of a span, and what happens when its counter wraps.
///
/// ```
/// use narthex_core::{Clock, Histogram, Timer, buckets};
///
/// /// A timer that counts microseconds in 32 bits.
/// struct Micros;
/// # fn read_timer() -> u32 { 0 }
///
/// impl Clock for Micros {
///     type Instant = u32;
///     type Span = u32;
///     fn now(&self) -> u32 { read_timer() }
///     fn since(&self, start: u32) -> u32 { self.now().wrapping_sub(start) } // right across one wrap
/// }
///
/// buckets!(pub Busy: u32 = [10, 100]);
/// static BUSY: Histogram<Busy> = Histogram::new();
/// {
///     let _timer = Timer::start(&BUSY, &Micros);
///     // work
/// }
/// assert_eq!(BUSY.count(), 1);
/// ```
pub trait Clock {
    /// A point in time.
    type Instant: Copy;
    /// What is observed.
    type Span;
    /// The time now.
    fn now(&self) -> Self::Instant;
    /// How long ago `start` was.
    fn since(&self, start: Self::Instant) -> Self::Span;
}

/// A histogram or a summary.
pub trait Observe {
    /// What it takes.
    type Value: Copy;
    /// Counts one observation.
    fn observe(&self, value: Self::Value);
}

impl<B: Bounds> Observe for Histogram<B> {
    type Value = B::Value;

    fn observe(&self, value: B::Value) {
        Histogram::observe(self, value);
    }
}

impl<V: Observed> Observe for Summary<V> {
    type Value = V;

    fn observe(&self, value: V) {
        Summary::observe(self, value);
    }
}

/// Observes how long it lived when it is dropped.
#[must_use = "the time until the timer is dropped is what is observed"]
pub struct Timer<'a, H: Observe, C: Clock<Span = H::Value>> {
    histogram: &'a H,
    clock: &'a C,
    start: C::Instant,
    armed: bool,
}

impl<'a, H: Observe, C: Clock<Span = H::Value>> Timer<'a, H, C> {
    /// Starts now.
    pub fn start(histogram: &'a H, clock: &'a C) -> Self {
        Self { histogram, clock, start: clock.now(), armed: true }
    }

    /// Observes now instead of when dropped, and answers the span.
    pub fn stop(mut self) -> H::Value {
        self.armed = false;
        let span = self.clock.since(self.start);
        self.histogram.observe(span);
        span
    }

    /// Observes nothing.
    pub fn discard(mut self) {
        self.armed = false;
    }
}

impl<H: Observe, C: Clock<Span = H::Value>> Drop for Timer<'_, H, C> {
    fn drop(&mut self) {
        if self.armed {
            self.histogram.observe(self.clock.since(self.start));
        }
    }
}

/// Counts as one in a gauge until it is dropped.
#[must_use = "the gauge goes down again when this is dropped"]
pub struct InProgress<'a, T: Scalar>(&'a Gauge<T>);

impl<T: Scalar> Gauge<T> {
    /// Adds one now and subtracts it when the guard is dropped.
    pub fn track_inprogress(&self) -> InProgress<'_, T> {
        self.inc();
        InProgress(self)
    }
}

impl<T: Scalar> Drop for InProgress<'_, T> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl<T: Scalar> Counter<T> {
    /// Runs `f` and counts an `Err`, which is passed on.
    ///
    /// # Errors
    ///
    /// Those of `f`.
    pub fn count_errors<R, E>(&self, f: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
        self.count_errors_where(|_| true, f)
    }

    /// Runs `f` and counts an `Err` that `counts` accepts; every one is passed on.
    ///
    /// ```
    /// use core::str::Utf8Error;
    /// use narthex_core::Counter;
    ///
    /// static SHORT: Counter = Counter::new();
    /// let early = |error: &Utf8Error| error.valid_up_to() < 2;
    /// let parsed = SHORT.count_errors_where(early, || core::str::from_utf8(b"a\xff"));
    /// assert!(parsed.is_err() && SHORT.value() == 1);
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `f`.
    pub fn count_errors_where<R, E>(
        &self,
        counts: impl FnOnce(&E) -> bool,
        f: impl FnOnce() -> Result<R, E>,
    ) -> Result<R, E> {
        f().inspect_err(|error| {
            if counts(error) {
                self.inc();
            }
        })
    }

    /// Runs `f` and counts a panic, which goes on.
    ///
    /// For errors and panics alike: `counter.count_panics(|| counter.count_errors(f))`.
    pub fn count_panics<R>(&self, f: impl FnOnce() -> R) -> R {
        let unwinding = Unwinding(self);
        let answer = f();
        core::mem::forget(unwinding);
        answer
    }
}

/// Dropped only when a panic passes.
struct Unwinding<'a, T: Scalar>(&'a Counter<T>);

impl<T: Scalar> Drop for Unwinding<'_, T> {
    fn drop(&mut self) {
        self.0.inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;

    struct Fake(Cell<u32>);

    impl Clock for Fake {
        type Instant = u32;
        type Span = u32;

        fn now(&self) -> u32 {
            self.0.get()
        }

        fn since(&self, start: u32) -> u32 {
            self.now().wrapping_sub(start)
        }
    }

    #[test]
    fn a_timer_observes_once() {
        let (summary, clock) = (Summary::<u32>::new(), Fake(Cell::new(u32::MAX)));
        let timer = Timer::start(&summary, &clock);
        clock.0.set(4); // past the wrap
        assert_eq!(timer.stop(), 5);
        drop(Timer::start(&summary, &clock));
        Timer::start(&summary, &clock).discard();
        assert_eq!(summary.snapshot(), (2, 5));
    }

    #[test]
    fn in_progress_and_errors() {
        let gauge = Gauge::<i32>::new();
        {
            let _one = gauge.track_inprogress();
            let _two = gauge.track_inprogress();
            assert_eq!(gauge.value(), 2);
        }
        assert_eq!(gauge.value(), 0);

        let errors = Counter::<u64>::new();
        assert_eq!(errors.count_errors(|| Err::<(), _>("no")), Err("no"));
        assert_eq!(errors.count_errors(|| Ok::<_, ()>(3)), Ok(3));
        assert_eq!(errors.value(), 1);
    }
}
