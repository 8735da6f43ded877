//! The characters of a page, read once from its start to its end.

use crate::parse::error::{ParseError, ParseErrorKind, shown};

/// A place in the text of a page. `u32` is enough: larger pages are refused.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
}

impl Span {
    pub(super) fn of(self, text: &str) -> &str {
        let start = self.start as usize;
        text.get(start..start + self.len as usize).unwrap_or_default()
    }
}

/// The text of a page, followed by that which was escaped in it.
pub(super) struct Scan<'t> {
    text: &'t str,
    at: usize,
    unescaped: String,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, unescaped: String::new() }
    }

    /// The text to keep, which spans point into.
    pub(super) fn into_text(self) -> Box<str> {
        if self.unescaped.is_empty() { self.text.into() } else { [self.text, &self.unescaped].concat().into() }
    }

    #[inline]
    pub(super) fn str(&self, span: Span) -> &str {
        match (span.start as usize).checked_sub(self.text.len()) {
            None => span.of(self.text),
            Some(start) => self.unescaped.get(start..start + span.len as usize).unwrap_or_default(),
        }
    }

    /// Where a span is in the page; text that was escaped is taken to be at `line`.
    pub(super) fn place(&self, span: Span, line: usize) -> usize {
        Some(span.start as usize).filter(|start| *start < self.text.len()).unwrap_or(line)
    }

    #[inline]
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes past `byte`, if it is the next.
    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.at += usize::from(next);
        next
    }

    /// Goes past `byte`, which has to follow `before`.
    #[inline]
    pub(super) fn expect(&mut self, byte: u8, before: &str) -> Result<(), ParseError> {
        if self.take(byte) { Ok(()) } else { Err(self.unexpected(name_of(byte), before)) }
    }

    /// Letters, digits and underscores, and where colons may be, colons.
    #[inline]
    pub(super) fn name(&mut self, colons: bool) -> &'t str {
        let is_in = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || (colons && *byte == b':');
        let rest = self.rest();
        let len = rest.bytes().take_while(|byte| is_in(byte)).count();
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    /// What comes before the next space or the end of the line.
    #[inline]
    pub(super) fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let len = rest.bytes().position(|byte| matches!(byte, b' ' | b'\n' | b'\r')).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    /// Escaped text up to `end`, which is gone past: a quote or a line end.
    #[inline]
    pub(super) fn escaped(&mut self, end: u8) -> Result<Span, ParseError> {
        let (start, bytes) = (self.at, self.text.as_bytes());
        loop {
            match bytes.get(self.at) {
                Some(byte) if *byte == end => break,
                Some(b'\\') => return self.unescape(start, end),
                None | Some(b'\n') | Some(b'"') => return Err(self.unclosed(end)),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(self.span(start, self.at - 1))
    }

    #[cold]
    fn unescape(&mut self, start: usize, end: u8) -> Result<Span, ParseError> {
        let from = self.unescaped.len();
        let mut copied = start;
        loop {
            let Some(byte) = self.peek() else { return Err(self.unclosed(end)) };
            match byte {
                b'\\' => {
                    self.unescaped.push_str(self.text.get(copied..self.at).unwrap_or_default());
                    self.unescaped.push(match self.text.as_bytes().get(self.at + 1) {
                        Some(b'\\') => '\\',
                        Some(b'"') => '"',
                        Some(b'n') => '\n',
                        _ => {
                            let message = r#"an escape that does not exist; there are \\, \" and \n"#;
                            return Err(self.fault(self.at, ParseErrorKind::Syntax, message));
                        }
                    });
                    self.at += 2;
                    copied = self.at;
                }
                _ if byte == end => break,
                b'\n' | b'"' => return Err(self.unclosed(end)),
                _ => self.at += 1,
            }
        }
        self.unescaped.push_str(self.text.get(copied..self.at).unwrap_or_default());
        self.at += 1;
        let start = self.text.len() + from;
        Ok(self.span(start, self.text.len() + self.unescaped.len()))
    }

    #[cold]
    fn unclosed(&self, end: u8) -> ParseError {
        let message = match (end, self.peek()) {
            (b'\n', Some(_)) => r#"a quote in a help text has to be escaped: \""#,
            (_, None) => return self.unexpected("a line end or a quote", "text"),
            _ => "a label value without a closing quote; a line end in it is written \\n",
        };
        self.fault(self.at, ParseErrorKind::Syntax, message)
    }

    #[inline]
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span { start: start as u32, len: (end - start) as u32 }
    }

    pub(super) fn span_of_last(&self, text: &str) -> Span {
        self.span(self.at - text.len(), self.at)
    }

    #[cold]
    pub(super) fn unexpected(&self, wanted: &str, before: &str) -> ParseError {
        let next = self.rest().chars().next();
        let kind = if next.is_none() { ParseErrorKind::End } else { ParseErrorKind::Syntax };
        let found = match next {
            None => "the page ends".into(),
            Some('\n') => "the line ends".into(),
            Some('\r') => "there is a carriage return; lines end with a line feed alone".into(),
            Some(c) => format!("there is {c:?}"),
        };
        self.fault(self.at, kind, format!("{wanted} has to follow {before}, but {found}"))
    }

    #[cold]
    pub(super) fn fault(&self, at: usize, kind: ParseErrorKind, message: impl Into<String>) -> ParseError {
        ParseError::new(self.text, at, kind, message)
    }

    /// An error about `text`, which was the last to be read.
    #[cold]
    pub(super) fn wrong(&self, text: &str, kind: ParseErrorKind, message: &str) -> ParseError {
        self.fault(self.at - text.len(), kind, format!("{} {message}", shown(text)))
    }
}

fn name_of(byte: u8) -> &'static str {
    match byte {
        b' ' => "a single space",
        b'\n' => "a line end",
        b'=' => "an equals sign",
        b'"' => "a quote",
        b'{' => "an opening brace",
        b'#' => "a hash",
        _ => "something else",
    }
}
