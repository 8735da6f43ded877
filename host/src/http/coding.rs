//! Content codings: an exposition can be sent smaller.

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// A coding that a reader may accept.
#[derive(Debug)]
pub(crate) struct Coding {
    /// What `Content-Encoding` calls it.
    pub(crate) name: &'static str,
    /// Another name that readers may use.
    pub(super) alias: &'static str,
    pub(super) begin: fn() -> io::Result<Box<dyn Coder>>,
}

/// Codes one exposition, part by part.
pub(super) trait Coder: Send {
    /// What there is to send after these bytes, which may be nothing unless they are the last.
    fn code(&mut self, bytes: &[u8], last: bool) -> io::Result<Bytes>;
}

/// [RFC 1952](https://www.rfc-editor.org/rfc/rfc1952).
pub(crate) static GZIP: Coding =
    Coding { name: "gzip", alias: "x-gzip", begin: || Ok(Box::new(GzEncoder::new(Vec::new(), Compression::fast()))) };

impl Coder for GzEncoder<Vec<u8>> {
    fn code(&mut self, bytes: &[u8], last: bool) -> io::Result<Bytes> {
        self.write_all(bytes)?;
        if last {
            self.try_finish()?;
        }
        Ok(std::mem::take(self.get_mut()).into())
    }
}
