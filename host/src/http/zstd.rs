//! The coding of [RFC 8878](https://www.rfc-editor.org/rfc/rfc8878).

use super::coding::{Coder, Coding};
use super::options::HttpOptions;
use bytes::Bytes;
use std::io::{self, Write};
use zstd::stream::write::Encoder;

impl HttpOptions {
    /// Sends pages in zstd to readers who like that at least as well as gzip.
    ///
    /// ```
    /// use narthex::HttpOptions;
    ///
    /// let options = HttpOptions::new().zstd();
    /// ```
    pub fn zstd(mut self) -> Self {
        if !self.codings.iter().any(|coding| std::ptr::eq(*coding, &ZSTD)) {
            self.codings.insert(0, &ZSTD);
        }
        self
    }
}

static ZSTD: Coding = Coding { name: "zstd", alias: "zstd", begin: || Ok(Box::new(Encoder::new(Vec::new(), FAST)?)) };

/// The level. Pages are made while readers wait.
const FAST: i32 = 1;

impl Coder for Encoder<'static, Vec<u8>> {
    fn code(&mut self, bytes: &[u8], last: bool) -> io::Result<Bytes> {
        self.write_all(bytes)?;
        if last {
            self.do_finish()?;
        }
        Ok(std::mem::take(self.get_mut()).into())
    }
}
