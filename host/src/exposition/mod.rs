//! From a registry to the bytes of a format.

mod format;
mod page;
mod text;

pub(crate) use format::{FORMATS, Offer};
pub use page::generate_latest;
pub(crate) use page::{Pages, append};
