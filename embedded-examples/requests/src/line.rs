/// What a line asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// `m`: the page, as text.
    Text,
    /// `f`: the page, in frames.
    Frames,
    /// Nothing that there is. A line that begins with `#` is not even that: it is a comment, such as [`HELP`] that an echo
    /// sends back.
    Unknown,
}

/// The answer to [`Request::Unknown`].
pub const HELP: &[u8] = b"# send m for metrics, f for frames\r\n";

/// Puts the bytes that come together to lines, of any length.
#[derive(Default)]
pub struct Lines {
    line: Line,
    /// Whether the byte before was a carriage return, which ends a line for terminals.
    returned: bool,
}

/// As much of a line as tells what it is.
#[derive(Clone, Copy, Default)]
enum Line {
    #[default]
    Empty,
    One(u8),
    Comment,
    Other,
}

impl Lines {
    /// Nothing has come.
    pub const fn new() -> Self {
        Self { line: Line::Empty, returned: false }
    }

    /// Takes the next byte; answers what is asked for when it ends a line.
    pub fn take(&mut self, byte: u8) -> Option<Request> {
        let returned = core::mem::replace(&mut self.returned, byte == b'\r');
        if !matches!(byte, b'\r' | b'\n') {
            self.line = match self.line {
                Line::Empty if byte == b'#' => Line::Comment,
                Line::Empty => Line::One(byte),
                Line::One(_) => Line::Other,
                longer => longer,
            };
            return None;
        }
        match core::mem::replace(&mut self.line, Line::Empty) {
            Line::One(b'm') => Some(Request::Text),
            Line::One(b'f') => Some(Request::Frames),
            Line::Comment => None,
            Line::Empty if returned && byte == b'\n' => None, // the second half of its end
            Line::Empty | Line::One(_) | Line::Other => Some(Request::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Request::*;

    #[test]
    fn lines_and_what_they_ask_for() {
        for (line, asked) in [
            ("m\nf\n", &[Text, Frames][..]),
            ("m\rf\r", &[Text, Frames]),
            ("m\r\nf\r\n", &[Text, Frames]),
            ("m", &[]),
            ("\n", &[Unknown]),
            ("\r\r\n\n", &[Unknown; 3]),
            ("mm\nM\nm f\n\u{e9}\n\0m\n", &[Unknown; 5]),
            ("#\n# EOF\n##m\nm\n", &[Text]),
            ("nothing of this counts\nf\n", &[Unknown, Frames]),
        ] {
            let mut lines = Lines::new();
            assert!(line.bytes().filter_map(|byte| lines.take(byte)).eq(asked.iter().copied()), "{line:?}");
        }
    }
}
