//! What a series can be: the cells of the core, and those whose bounds or states are known only at run time.

#[expect(unsafe_code, reason = "half of what two boxed slices take")]
mod histogram;
mod info;
mod state_set;

pub use histogram::{DEFAULT_BUCKETS, RuntimeHistogram};
pub use info::RuntimeInfo;
pub use state_set::{RuntimeStateSet, UnknownState};

use crate::error::Error;
use narthex_core::{Cell, Desc, Flow, Labels, Measure, Sample, Sink};

/// What the series of a run-time family can hold: every cell of the core, and those of this crate.
pub trait Instrument: Measure + Send + Sync + Sized + 'static {
    /// What all series of a family have in common: the bounds of a histogram, the names of states.
    type Shared: Send + Sync + 'static;

    /// A series at its start.
    fn make(shared: &Self::Shared) -> Self;

    /// Whether a family can have these in common.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    fn check(_: &Self::Shared) -> Result<(), Error> {
        Ok(())
    }

    /// Gives the series to a sink.
    ///
    /// # Errors
    ///
    /// As [`Sink::sample`].
    fn sample(&self, desc: &Desc<'_>, index: usize, labels: &Labels<'_>, sink: &mut dyn Sink) -> Flow {
        self.measure(&mut |point, details| sink.sample(desc, &Sample::new(index, labels, point).with_details(details)))
    }
}

impl<C: Cell + Measure + Send + Sync + 'static> Instrument for C {
    type Shared = ();

    fn make((): &()) -> Self {
        Self::ZERO
    }
}
