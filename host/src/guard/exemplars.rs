use super::{CountErrors, ObserveDuration};
use crate::instrument::{RuntimeHistogram, WithExemplars};
use narthex_core::{Counter, Exemplified, Scalar};
use std::time::Duration;

impl ObserveDuration for WithExemplars<RuntimeHistogram> {
    fn observe_duration(&self, elapsed: Duration) {
        self.observe(elapsed.as_secs_f64());
    }
}

impl<T: Scalar> CountErrors for WithExemplars<Counter<T>>
where
    Counter<T>: Exemplified<Value = T>,
{
    fn count_error(&self) {
        self.inc();
    }

    fn count_panics<R>(&self, f: impl FnOnce() -> R) -> R {
        WithExemplars::count_panics(self, f)
    }
}

/// As [`Counter`] has them, but what is counted may have an exemplar.
impl<T: Scalar> WithExemplars<Counter<T>>
where
    Counter<T>: Exemplified<Value = T>,
{
    /// Runs `f` and counts an `Err`, which is passed on, as [`inc`](Self::inc) does.
    ///
    /// # Errors
    ///
    /// Those of `f`.
    pub fn count_errors<R, E>(&self, f: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
        self.count_errors_where(|_| true, f)
    }

    /// Runs `f` and counts an `Err` that `counts` accepts, as [`inc`](Self::inc) does; every one is passed on.
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

    /// Runs `f` and counts a panic, which goes on, as [`inc`](Self::inc) does.
    pub fn count_panics<R>(&self, f: impl FnOnce() -> R) -> R {
        let unwinding = Unwinding(|| self.inc());
        let answer = f();
        std::mem::forget(unwinding);
        answer
    }
}

/// Dropped only when a panic passes.
struct Unwinding<F: Fn()>(F);

impl<F: Fn()> Drop for Unwinding<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
