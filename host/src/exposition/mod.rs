//! From a registry to the bytes of a format.

mod format;
mod page;
mod text;

pub(crate) use format::{FORMATS, Offer};
pub(crate) use page::{Pages, append};
pub use page::{encode_protobuf, generate_latest};
