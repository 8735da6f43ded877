//! From a registry to the bytes of a format.

mod format;
mod page;

pub(crate) use format::{FORMATS, Offer};
#[cfg(test)]
pub(crate) use page::Filled;
pub use page::generate_latest;
pub(crate) use page::{Pages, append};
