use crate::Format;
use crate::accept::Accept;
use crate::word::Word;

/// The longest head that is read, in bytes. What scrapers send is a tenth of it.
const LONGEST: u16 = 4096;

/// The head of a request, read byte by byte.
pub struct Head {
    part: Part,
    word: Word,
    request: Request,
    accept: Accept,
    length: u16,
}

#[derive(Clone, Copy)]
enum Part {
    Method,
    Path,
    Query,
    Version,
    FieldName,
    Accept,
    OtherField,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Request {
    pub method: Method,
    pub metrics: bool,
    /// Whether the client knows the chunked transfer coding.
    pub chunked: bool,
    pub format: Format,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Method {
    Get,
    Head,
    Other,
}

/// Why there is no [`Request`].
#[derive(Clone, Copy)]
pub enum Rejected {
    /// This is not HTTP.
    Malformed,
    /// HTTP of another major version.
    Version,
    TooLong,
}

impl Head {
    pub const fn new() -> Self {
        let request = Request { method: Method::Other, metrics: false, chunked: false, format: Format::Text };
        Self { part: Part::Method, word: Word::new(), request, accept: Accept::new(), length: 0 }
    }

    /// Takes the next byte; answers what is asked for at the end of the head, and rubbish at once.
    pub fn push(&mut self, byte: u8) -> Option<Result<Request, Rejected>> {
        self.length += 1;
        if self.length > LONGEST {
            return Some(Err(Rejected::TooLong));
        }
        match (self.part, byte) {
            // an empty line before the request is not part of it (RFC 9112, 2.2)
            (Part::Method, b'\r' | b'\n') if self.word.is_empty() => {}
            (Part::Method, b' ') if !self.word.is_empty() => {
                let method = self.word.take();
                self.request.method = if method == b"GET" {
                    Method::Get
                } else if method == b"HEAD" {
                    Method::Head
                } else {
                    Method::Other
                };
                self.part = Part::Path;
            }
            (Part::Method, b'!'..=b'~') => self.word.push(byte),

            (Part::Path, b' ' | b'?') if !self.word.is_empty() => {
                self.request.metrics = self.word.take() == b"/metrics";
                self.part = if byte == b'?' { Part::Query } else { Part::Version };
            }
            (Part::Query, b' ') => self.part = Part::Version,
            (Part::Path, b'!'..=b'~') => self.word.push(byte),
            (Part::Query, b'!'..=b'~') => {}

            (Part::Version, b'\n') => match version(self.word.take()) {
                Some((b'1', minor)) => {
                    self.request.chunked = minor != b'0';
                    self.part = Part::FieldName;
                }
                Some(_) => return Some(Err(Rejected::Version)),
                None => return Some(Err(Rejected::Malformed)),
            },
            (Part::Version, b'!'..=b'~' | b'\r') => self.word.push(byte),

            (Part::Method | Part::Path | Part::Query | Part::Version, _) => return Some(Err(Rejected::Malformed)),

            // fields: what is not understood is passed over
            (Part::FieldName, b'\n') if self.word.is_empty() => {
                self.request.format = self.accept.format();
                return Some(Ok(self.request));
            }
            (Part::FieldName, b'\r') => {}
            (Part::FieldName, b'\n') => drop(self.word.take()),
            (Part::FieldName, b':') => {
                self.part = if self.word.take() == b"accept" { Part::Accept } else { Part::OtherField }
            }
            (Part::FieldName, _) => self.word.push(byte.to_ascii_lowercase()),
            (Part::Accept, b'\n') => {
                self.accept.end();
                self.part = Part::FieldName;
            }
            (Part::Accept, _) => self.accept.push(byte),
            (Part::OtherField, b'\n') => self.part = Part::FieldName,
            (Part::OtherField, _) => {}
        }
        None
    }
}

/// The two digits of `HTTP/1.1`; the end of the line may have its carriage return.
fn version(word: &[u8]) -> Option<(u8, u8)> {
    match word.strip_prefix(b"HTTP/")? {
        [major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9'] | [major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9', b'\r'] => {
            Some((*major, *minor))
        }
        _ => None,
    }
}
