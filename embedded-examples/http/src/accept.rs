//! What a reader accepts, by RFC 9110: media ranges with their weights, read as they come.
//!
//! No header is an error. A range that cannot be read as the RFC has it counts as not said.

use crate::Format;
use crate::word::Word;

pub struct Accept {
    word: Word,
    range: Range,
    quoted: bool,
    escaped: bool,
    open: Option<Rating>,
    text: Option<Rating>,
}

/// What was said about a format: by how exact a range, and its weight in thousandths. The most exact range decides, and
/// the first of those.
#[derive(Clone, Copy)]
struct Rating {
    exactness: u8,
    weight: u16,
}

/// The media range that is being read.
struct Range {
    media: Option<Media>,
    version: Option<Version>,
    weight: Option<u16>,
}

#[derive(Clone, Copy, PartialEq)]
enum Media {
    Open,
    Application,
    Plain,
    Text,
    Any,
    Other,
}

#[derive(Clone, Copy, PartialEq)]
enum Version {
    OfOpenMetrics,
    OfText,
    Other,
}

const MEDIA: [(&str, Media); 5] = [
    ("application/openmetrics-text", Media::Open),
    ("application/*", Media::Application),
    ("text/plain", Media::Plain),
    ("text/*", Media::Text),
    ("*/*", Media::Any),
];

impl Range {
    const NEW: Self = Self { media: None, version: None, weight: Some(1000) };
}

impl Accept {
    pub const fn new() -> Self {
        Self { word: Word::new(), range: Range::NEW, quoted: false, escaped: false, open: None, text: None }
    }

    /// OpenMetrics when it is asked for, and weighs no less than text; otherwise text.
    pub fn format(&self) -> Format {
        let weight = |rating: Option<Rating>| rating.map_or(0, |rating| rating.weight);
        let (open, text) = (weight(self.open), weight(self.text));
        let asked_for = self.open.is_some_and(|rating| rating.exactness > 0);
        if open > text || open == text && open > 0 && asked_for { Format::OpenMetrics } else { Format::Text }
    }

    /// The next byte of the header's value.
    pub fn push(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.quoted => self.escaped = true,
            b'"' => {
                self.quoted = !self.quoted;
                if self.range.media.is_none() {
                    self.word.push(byte); // a media type has no quotes
                }
            }
            b',' if !self.quoted => self.end_range(),
            b';' if !self.quoted => self.end_word(),
            b' ' | b'\t' | b'\r' => {}
            _ => self.word.push(byte.to_ascii_lowercase()),
        }
    }

    /// The end of the line; another line may go on with the list.
    pub fn end(&mut self) {
        self.end_range();
        (self.quoted, self.escaped) = (false, false);
    }

    fn end_word(&mut self) {
        let word = self.word.take();
        if self.range.media.is_none() {
            let media = MEDIA.iter().find(|(name, _)| name.as_bytes() == word);
            self.range.media = Some(media.map_or(Media::Other, |(_, media)| *media));
        } else if let Some(weight) = word.strip_prefix(b"q=") {
            self.range.weight = thousandths(weight);
        } else if let Some(version) = word.strip_prefix(b"version=") {
            self.range.version = Some(if version == b"1.0.0" {
                Version::OfOpenMetrics
            } else if version == b"0.0.4" {
                Version::OfText
            } else {
                Version::Other
            });
        }
    }

    fn end_range(&mut self) {
        self.end_word();
        let Range { media: Some(media), version, weight: Some(weight) } =
            core::mem::replace(&mut self.range, Range::NEW)
        else {
            return;
        };
        let rate = |format: &mut Option<Rating>, exactness| {
            if format.is_none_or(|before| before.exactness < exactness) {
                *format = Some(Rating { exactness, weight });
            }
        };
        match (media, version) {
            (Media::Open, Some(Version::OfOpenMetrics)) => rate(&mut self.open, 3),
            (Media::Open, None) => rate(&mut self.open, 2),
            (Media::Application, None) => rate(&mut self.open, 1),
            (Media::Plain, Some(Version::OfText)) => rate(&mut self.text, 3),
            (Media::Plain, None) => rate(&mut self.text, 2),
            (Media::Text, None) => rate(&mut self.text, 1),
            (Media::Any, None) => {
                rate(&mut self.open, 0);
                rate(&mut self.text, 0);
            }
            _ => {}
        }
    }
}

/// A weight, `0.5` say, in thousandths.
fn thousandths(weight: &[u8]) -> Option<u16> {
    let (whole, fraction) = match weight {
        [whole, b'.', fraction @ ..] if fraction.len() <= 3 => (whole, fraction),
        [whole] => (whole, &[][..]),
        _ => return None,
    };
    let mut digits = [*whole, b'0', b'0', b'0'];
    for (digit, byte) in digits.iter_mut().skip(1).zip(fraction) {
        *digit = *byte;
    }
    let mut weight = 0;
    for digit in digits {
        weight = weight * 10 + u16::from(digit.is_ascii_digit().then(|| digit - b'0')?);
    }
    (weight <= 1000).then_some(weight)
}
