//! What a reader accepts, by [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1): the lists in `Accept` and
//! `Accept-Encoding`, with their weights. For HTTP servers, which give the lines of such a header as they came.
//!
//! No header is an error. What cannot be read as the RFC has it, a weight of `zzz` say, counts as not said.

use super::format::{Format, OpenMetrics, Text};
use core::cmp::Reverse;

/// Whether a reader likes [`OpenMetrics`] better than [`Text`], by the lines of its `Accept`.
///
/// ```
/// use narthex_core::encode::accept;
///
/// let prometheus = b"application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
/// assert!(accept::openmetrics([&prometheus[..]]));
/// assert!(!accept::openmetrics([&b"text/html,*/*;q=0.8"[..]])); // a browser gets what it can show
/// assert!(!accept::openmetrics([]));
/// ```
pub fn openmetrics<'a>(lines: impl IntoIterator<Item = &'a [u8]> + Clone) -> bool {
    let rating = |media_type| rating(lines.clone(), media_type);
    rating(OpenMetrics::MEDIA_TYPE) > rating(Text::MEDIA_TYPE)
}

/// How much a reader likes to have a media type; `None` when it does not accept it. The greater rating is the better one.
///
/// A range that names a parameter of the media type has to name the same value; other parameters fit whatever we write.
///
/// ```
/// use narthex_core::encode::accept::rating;
///
/// let lines = [&b"application/json;q=0.9, text/*;q=0.5"[..]];
/// assert!(rating(lines, "application/json") > rating(lines, "text/plain; version=0.0.4"));
/// assert_eq!(rating(lines, "image/png"), None);
/// ```
pub fn rating<'a>(lines: impl IntoIterator<Item = &'a [u8]>, media_type: &str) -> Option<Rating> {
    let offer = elements(media_type.as_bytes()).next()?;
    let ranges = lines.into_iter().flat_map(elements).enumerate();
    let fits = ranges.filter_map(|(at, range)| Some((range.exactness(&offer)?, Reverse(at), range.weight)));
    // the most exact range decides (12.5.1), and the first of those
    let (exactness, at, weight) = fits.max()?;
    (weight > 0).then_some(Rating { weight, exactness, at })
}

/// See [`rating`]. Among formats of one weight, the one that is named more exactly is liked better, then the one that is
/// named first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rating {
    weight: u16,
    exactness: u8,
    at: Reverse<usize>,
}

impl Rating {
    /// The media range that was decisive, of the same lines.
    pub fn range<'a>(self, lines: impl IntoIterator<Item = &'a [u8]>) -> Option<Element<'a>> {
        lines.into_iter().flat_map(elements).nth(self.at.0)
    }
}

/// The elements of a line, without those that have no name or no proper weight.
///
/// ```
/// use narthex_core::encode::accept::elements;
///
/// let weights: Vec<_> = elements(b"gzip;q=0.5, identity, br;q=much").map(|coding| (coding.name, coding.weight)).collect();
/// assert_eq!(weights, [(&b"gzip"[..], 500), (b"identity", 1000)]);
/// ```
pub fn elements(line: &[u8]) -> impl Iterator<Item = Element<'_>> {
    split(line, b',').filter_map(|element| {
        let (name, parameters) = match element.iter().position(|byte| *byte == b';') {
            Some(at) => element.split_at_checked(at)?,
            None => (element, &[][..]),
        };
        let name = name.trim_ascii();
        let element = Element { name, parameters, weight: 1000 };
        let weight = element.parameter(b"q").map_or(Some(1000), thousandths)?;
        (!name.is_empty()).then_some(Element { weight, ..element })
    })
}

/// One element of a list: a media range or a coding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Element<'a> {
    /// As it was written; upper and lower case are the same (8.3.1, 8.4.1).
    pub name: &'a [u8],
    /// What follows the name.
    parameters: &'a [u8],
    /// In thousandths, up to 1000; zero says that it is not acceptable.
    pub weight: u16,
}

impl<'a> Element<'a> {
    /// The value of a parameter, without the quotes around it.
    pub fn parameter(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.parameters().find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }

    fn parameters(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        split(self.parameters, b';').filter_map(|parameter| {
            let mut sides = parameter.splitn(2, |byte| *byte == b'=').map(<[u8]>::trim_ascii);
            Some((sides.next()?, unquoted(sides.next().unwrap_or_default())))
        })
    }

    /// How exactly this media range names a media type, if it does.
    fn exactness(&self, offer: &Element<'_>) -> Option<u8> {
        let mut exactness = if self.name.eq_ignore_ascii_case(offer.name) {
            2
        } else if self.name == b"*/*" {
            0
        } else {
            let family = self.name.strip_suffix(b"*").filter(|family| family.ends_with(b"/"))?;
            offer.name.get(..family.len())?.eq_ignore_ascii_case(family).then_some(1)?
        };
        for (name, value) in offer.parameters() {
            if let Some(named) = self.parameter(name).filter(|_| !name.is_empty()) {
                if exactness < 2 || named != value {
                    return None;
                }
                exactness = 3;
            }
        }
        Some(exactness)
    }
}

/// The parts between separators that are not in a quoted string.
fn split(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |byte| {
        let inside = quoted;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        *byte == separator && !inside
    })
}

fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

/// A weight, `0.5` say, in thousandths (12.4.2).
fn thousandths(weight: &[u8]) -> Option<u16> {
    let (whole, fraction) = match weight {
        [whole] => (whole, &[][..]),
        [whole, b'.', fraction @ ..] if fraction.len() <= 3 => (whole, fraction),
        _ => return None,
    };
    let digits = [whole].into_iter().chain(fraction).chain(&[b'0'; 3]).take(4);
    let weight = digits.map(|byte| char::from(*byte).to_digit(10)).try_fold(0, |sum, digit| Some(sum * 10 + digit?))?;
    (weight <= 1000).then_some(weight as u16)
}
