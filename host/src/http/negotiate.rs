//! What a reader accepts, by RFC 9110: `Accept` and `Accept-Encoding` with their weights.
//!
//! No header is an error. What cannot be read as the RFC has it, a weight of `zzz` say, counts as not said.

use crate::exposition::Offer;
use std::cmp::Reverse;

/// The offer that the reader likes best; the first when it accepts none, or does not say.
pub(super) fn format<'o>(accept: &str, offers: &'o [Offer]) -> &'o Offer {
    let ranges: Vec<_> = elements(accept).collect();
    let rated = offers.iter().rev().filter_map(|offer| {
        // the most specific range decides about an offer (12.5.1)
        let fits = ranges.iter().enumerate().filter_map(|(at, range)| Some((range.names(offer)?, Reverse(at), range)));
        let (specific, at, range) = fits.max_by_key(|(specific, at, _)| (*specific, *at))?;
        (range.weight > 0).then_some(((range.weight, specific, at), offer))
    });
    // among equals: the one that is named more exactly, then the one that is named first, then our first
    match rated.max_by_key(|(rating, _)| *rating) {
        Some((_, offer)) => offer,
        None => &offers[0],
    }
}

/// Whether to compress with gzip.
pub(super) fn gzip(accept_encoding: &str) -> bool {
    let mut weights = [None; 3];
    for element in elements(accept_encoding) {
        let coding = match &*element.name.to_ascii_lowercase() {
            "gzip" | "x-gzip" => 0,
            "identity" => 1,
            "*" => 2,
            _ => continue,
        };
        weights[coding] = weights[coding].max(Some(element.weight));
    }
    let [gzip, identity, any] = weights;
    // identity need not be named to be acceptable (12.5.3), but only a weight of its own puts it before gzip
    gzip.or(any).is_some_and(|weight| weight > 0 && weight >= identity.unwrap_or(0))
}

/// One element of a list: a media range or a coding.
struct Element<'a> {
    name: &'a str,
    version: Option<&'a str>,
    /// In thousandths.
    weight: u16,
}

impl Element<'_> {
    /// How exactly this range names the offer, if it does.
    fn names(&self, offer: &Offer) -> Option<u8> {
        let (ours, _) = offer.media_type.split_once('/')?;
        let (media_type, subtype) = self.name.split_once('/')?;
        match self.version {
            None if self.name == "*/*" => Some(0),
            None if subtype == "*" && media_type.eq_ignore_ascii_case(ours) => Some(1),
            None if self.name.eq_ignore_ascii_case(offer.media_type) => Some(2),
            Some(version) if self.name.eq_ignore_ascii_case(offer.media_type) && version == offer.version => Some(3),
            _ => None,
        }
    }
}

fn elements(header: &str) -> impl Iterator<Item = Element<'_>> {
    split(header, ',').filter_map(|element| {
        let mut parts = split(element, ';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let (mut version, mut weight) = (None, 1000);
        for parameter in parts {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match key.trim().to_ascii_lowercase().as_str() {
                "q" => weight = thousandths(value.trim())?,
                "version" => version = Some(value.trim().trim_matches('"')),
                _ => {} // `charset` and `escaping` fit whatever we write
            }
        }
        Some(Element { name, version, weight })
    })
}

/// The parts between separators that are not in a quoted string.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        let inside = quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        c == separator && !inside
    })
}

/// A weight, `0.5` say, in thousandths (12.4.2).
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    if !matches!(whole, "0" | "1") || fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let weight = format!("{whole}{fraction:0<3}").parse().ok()?;
    (weight <= 1000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposition::FORMATS;

    #[test]
    fn formats() {
        const TEXT: &str = "text/plain";
        const OPEN: &str = "application/openmetrics-text";
        for (accept, expected) in [
            ("", TEXT),
            ("*/*", TEXT),
            ("image/png", TEXT),
            ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", TEXT),
            ("application/openmetrics-text", OPEN),
            ("application/openmetrics-text; version=1.0.0", OPEN),
            ("APPLICATION/OpenMetrics-Text;Version=\"1.0.0\"", OPEN),
            ("application/*", OPEN),
            // only versions that are written
            ("application/openmetrics-text;version=0.0.1", TEXT),
            ("application/openmetrics-text;version=2.0.0", TEXT),
            ("application/openmetrics-text;version=abc", TEXT),
            ("application/openmetrics-text;version=1.0.0-rc.1,text/plain;version=1..0", TEXT),
            // Prometheus 2.42, and one with protobuf and escaping
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                 text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                OPEN,
            ),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,\
                 application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.3",
                OPEN,
            ),
            // weights
            ("application/openmetrics-text;q=0.1, text/plain", TEXT),
            ("text/plain;q=0.1, application/openmetrics-text;q=0.2", OPEN),
            ("application/openmetrics-text;q=0", TEXT),
            ("application/openmetrics-text;version=1.0.0;q=0.000, */*", TEXT),
            ("text/plain;q=0, */*", OPEN),
            ("text/*;q=0, application/openmetrics-text;q=0.001", OPEN),
            ("text/plain;version=0.0.4;q=0.1, text/plain;q=1, application/openmetrics-text;q=0.5", OPEN),
            ("*/*;q=0", TEXT),
            // equal weights: the exact one, then the first
            ("application/openmetrics-text, */*", OPEN),
            ("text/plain, application/openmetrics-text", TEXT),
            ("application/openmetrics-text, text/plain", OPEN),
            // not said properly: not said
            ("application/openmetrics-text;q=zzz", TEXT),
            ("application/openmetrics-text;q=-1", TEXT),
            ("application/openmetrics-text;q=1.5", TEXT),
            ("application/openmetrics-text;q=0.1234", TEXT),
            ("application/openmetrics-text;q=", TEXT),
            (",;;=,\"application/openmetrics-text", TEXT),
            ("text/plain;x=\",application/openmetrics-text;q=1\"", TEXT),
            ("text/plain;x=\"\\\",a\";q=0.2,application/openmetrics-text;q=0.4", OPEN),
            ("\u{FFFD}\u{FFFD}", TEXT),
        ] {
            assert_eq!(format(accept, FORMATS).media_type, expected, "{accept:?}");
        }
    }

    #[test]
    fn codings() {
        for (accept, expected) in [
            ("", false),
            ("gzip", true),
            ("GZIP", true),
            ("x-gzip", true),
            ("deflate, gzip;q=1.0, *;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip;q=0.000, *", false),
            ("gzip;q=0.5", true),
            ("identity, gzip;q=0.5", false),
            ("identity;q=0.5, gzip;q=0.5", true),
            ("identity;q=0", false),
            ("*", true),
            ("*;q=0", false),
            ("br, zstd", false),
            ("gzip;q=zzz", false),
            ("gzipped", false),
        ] {
            assert_eq!(gzip(accept), expected, "{accept:?}");
        }
    }
}
