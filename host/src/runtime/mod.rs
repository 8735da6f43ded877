//! Metrics that are named at run time: one cell, or a family that grows.

mod desc;
mod growing;
mod handle;
mod index;
mod single;
mod text;

pub(crate) use desc::OwnedDesc;
pub use growing::GrowingFamily;
pub use handle::Handle;
pub(crate) use single::Single;
