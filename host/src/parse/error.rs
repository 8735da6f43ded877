/// Why a page was refused, where, and what would be right.
///
/// Match on [`kind`](Self::kind); the text is for people.
pub struct ParseError(Box<Inner>);

struct Inner {
    kind: ParseErrorKind,
    line: usize,
    column: usize,
    message: String,
}

/// The kinds of [`ParseError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The page is not UTF-8.
    Encoding,
    /// The page is larger than 2 GiB.
    TooLarge,
    /// A line that is none: spaces, quotes, escapes, line ends.
    Syntax,
    /// The name of a family or a sample.
    Name,
    /// A label that is invalid, missing, or at the wrong place.
    Label,
    /// A `TYPE`, `HELP` or `UNIT` line.
    Metadata,
    /// A value that is no number, or none that the sample may have.
    Value,
    /// A timestamp.
    Timestamp,
    /// An exemplar.
    Exemplar,
    /// A family, series or sample that is there twice, or interleaved with another.
    Duplicate,
    /// The samples of a series do not make up a whole.
    Incomplete,
    /// The page ends without `# EOF`, or something follows that.
    End,
}

impl ParseError {
    /// An error at the byte `at` of `text`.
    #[cold]
    pub(super) fn new(text: &str, at: usize, kind: ParseErrorKind, message: impl Into<String>) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self(Box::new(Inner {
            kind,
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            message: message.into(),
        }))
    }

    pub(super) fn encoding(page: &[u8], error: std::str::Utf8Error) -> Self {
        let (valid, rest) = page.split_at(error.valid_up_to());
        let valid = std::str::from_utf8(valid).unwrap_or_default();
        let byte = rest.first().copied().unwrap_or_default();
        let message = format!("the byte 0x{byte:02X} is not UTF-8, which a page has to be");
        Self::new(valid, valid.len(), ParseErrorKind::Encoding, message)
    }

    /// What kind of error this is.
    pub fn kind(&self) -> ParseErrorKind {
        self.0.kind
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// The column, in characters from 1.
    pub fn column(&self) -> usize {
        self.0.column
    }

    /// What is wrong and what would be right, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}: {}", self.0.line, self.0.column, self.0.message)
    }
}

impl std::fmt::Debug for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParseError").field("kind", &self.0.kind).field("message", &self.to_string()).finish()
    }
}

impl std::error::Error for ParseError {}

/// Text from a page as an error shows it: quoted, and no more of it than a reader wants to see.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}
