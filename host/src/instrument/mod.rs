//! What a series can be: the cells of the core, those whose bounds or states are known only at run time, and those that
//! keep exemplars.

mod clock;
mod exemplars;
#[expect(unsafe_code, reason = "half of what two boxed slices take, and places for threads that fight")]
mod histogram;
mod info;
mod state_set;

pub use clock::SetToCurrentTime;
pub(crate) use exemplars::Provider;
pub use exemplars::{GiveExemplar, WithExemplars};
pub use histogram::{DEFAULT_BUCKETS, RuntimeHistogram};
pub use info::RuntimeInfo;
pub use state_set::{RuntimeStateSet, UnknownState};

use crate::error::Error;
use narthex_core::{Cell, Counter, Desc, Flow, Labels, Measure, Number, Point, Sample, Sink};
use std::sync::Arc;

/// What the series of a run-time family can hold: every cell of the core, and those of this crate.
pub trait Instrument: Measure + Send + Sync + Sized + 'static {
    /// What all series of a family have in common: the bounds of a histogram, the names of states, labels
    /// that are taken.
    type Shared: Send + Sync + 'static;

    /// A series at its start.
    fn make(shared: &Self::Shared) -> Self;

    /// Back to the start, as [`make`](Self::make) gave it, with what is kept besides the value: exemplars are dropped.
    fn restart(&self);

    /// What tells whether the value has changed: two words that differ from those of before when it has. A histogram's or
    /// summary's are count and sum.
    fn fingerprint(&self) -> [u64; 2] {
        let mut words = [0; 2];
        let _ = self.measure(&mut |point, _| {
            words = match point {
                Point::Number(value) => [bits(value), 0],
                Point::Histogram { buckets, sum, .. } => [buckets.last().copied().unwrap_or(0), bits(sum)],
                Point::Summary { count, sum } => [*count, bits(sum)],
                Point::StateSet { active, .. } => [*active as u64, 0],
                _ => words,
            };
            Ok(())
        });
        words
    }

    /// Whether a family can have these in common.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    fn check(_: &Self::Shared) -> Result<(), Error> {
        Ok(())
    }

    /// Takes note of labels that every series has: those of the family, and constant ones. What a series holds has others.
    fn reserve(_: &mut Self::Shared, _names: &[&str]) {}

    /// The count of exemplars that a provider gave in vain, where series ask one.
    fn refused_exemplars(_: &Self::Shared) -> Option<Arc<Counter>> {
        None
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

    fn restart(&self) {
        Cell::reset(self);
    }
}

fn bits(value: &Number) -> u64 {
    match *value {
        Number::U64(value) => value,
        Number::I64(value) => value as u64,
        Number::F64(value, _) => value.to_bits(),
        Number::F32(value, _) => u64::from(value.to_bits()),
        ref other => other.to_f64(0).to_bits(),
    }
}
