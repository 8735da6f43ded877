//! What the attributes expand to.

use super::errors::CountErrors;
use super::inprogress::{TrackInprogress, Tracking};
use super::timer::ObserveDuration;

// Neither names the type of its guard: that would tell a mistake twice.
pub fn start_timer<M: ObserveDuration>(metric: &M) -> impl Sized {
    metric.start_timer()
}

pub fn track_inprogress<G: TrackInprogress>(gauge: &G) -> impl Sized {
    Tracking::begin(gauge)
}

/// What a function answers that can fail.
#[diagnostic::on_unimplemented(
    message = "`#[count_errors]` is for functions that answer a `Result`, not `{Self}`",
    label = "not a `Result`"
)]
pub trait Fallible {
    type Error;

    fn error(&self) -> Option<&Self::Error>;
}

impl<T, E> Fallible for Result<T, E> {
    type Error = E;

    fn error(&self) -> Option<&E> {
        self.as_ref().err()
    }
}

pub fn count_errors<R: Fallible>(
    counter: &impl CountErrors,
    counts: impl FnOnce(&R::Error) -> bool,
    f: impl FnOnce() -> R,
) -> R {
    let answer = f();
    if answer.error().is_some_and(counts) {
        counter.count_error();
    }
    answer
}
