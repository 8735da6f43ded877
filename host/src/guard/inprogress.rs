use super::pointers;
use narthex_core::{Gauge, Scalar};

/// A gauge of what is going on, or what leads to one: a [`Handle`](crate::Handle), a reference, an `Arc`, a `LazyLock`.
///
/// As a guard: [`Gauge::track_inprogress`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a gauge",
    label = "not a gauge",
    note = "a metric with labels gives one by `get`: `family.get([\"GET\"])`"
)]
pub trait TrackInprogress {
    /// One more is going on.
    fn begin(&self);
    /// One less is going on.
    fn end(&self);
}

impl<T: Scalar> TrackInprogress for Gauge<T> {
    fn begin(&self) {
        self.inc();
    }

    fn end(&self) {
        self.dec();
    }
}

pointers! { TrackInprogress,
    fn begin(&self) {
        (**self).begin();
    }
    fn end(&self) {
        (**self).end();
    }
}

/// One that is going on until it is dropped.
pub struct Tracking<G: TrackInprogress>(G);

impl<G: TrackInprogress> Tracking<G> {
    pub(super) fn begin(gauge: G) -> Self {
        gauge.begin();
        Self(gauge)
    }
}

impl<G: TrackInprogress> Drop for Tracking<G> {
    fn drop(&mut self) {
        self.0.end();
    }
}
