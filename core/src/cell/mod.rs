//! Numbers that you own: no name, no labels, no lock, and every method takes `&self`.
//!
//! A cell starts as zero, so a `static` of it lives in `.bss`. Any method may be called from an interrupt handler
//! that the application's critical section masks; no update is lost or torn.

pub mod bounds;
mod counter;
mod gauge;
mod histogram;
mod summary;

pub use counter::{Counter, Decrease};
pub use gauge::Gauge;
pub use histogram::{Bounds, Buckets, Histogram, Observed, bucket_of, record};
pub use summary::Summary;

use crate::word::Zero;

/// What a family can hold one of per series.
pub trait Cell: Zero {
    /// Back to the start.
    fn reset(&self);
}
