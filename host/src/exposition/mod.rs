//! From a registry to the bytes of a format.

mod format;
mod page;
mod text;

pub(crate) use format::{FORMATS, Offer};
pub use format::{content_type, format_float};
pub(crate) use page::{Pages, append_part};
pub use page::{
    append_latest, encode_protobuf, encode_protobuf_escaped, generate_latest, generate_latest_escaped, write_latest,
};
