use super::pointers;
use narthex_core::{Counter, Scalar};

/// A counter of failures, or what leads to one: a [`Handle`](crate::Handle), a reference, an `Arc`, a `LazyLock`.
///
/// Around closures there are also [`Counter::count_errors`], [`Counter::count_errors_where`] and
/// [`Counter::count_panics`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a counter",
    label = "not a counter",
    note = "a metric with labels gives one by `get`: `family.get([\"GET\"])`"
)]
pub trait CountErrors {
    /// One more failed.
    fn count_error(&self);

    /// Runs `f`, which fails if it panics.
    fn count_panics<R>(&self, f: impl FnOnce() -> R) -> R
    where
        Self: Sized;
}

impl<T: Scalar> CountErrors for Counter<T> {
    fn count_error(&self) {
        self.inc();
    }

    fn count_panics<R>(&self, f: impl FnOnce() -> R) -> R {
        Counter::count_panics(self, f)
    }
}

pointers! { CountErrors,
    fn count_error(&self) {
        (**self).count_error();
    }
    fn count_panics<R>(&self, f: impl FnOnce() -> R) -> R {
        (**self).count_panics(f)
    }
}
