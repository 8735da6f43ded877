//! What a reader likes best of what we have, by the lines of its `Accept` and `Accept-Encoding`.

use crate::exposition::Offer;
use hyper::header::HeaderValue;
use narthex_core::encode::Escaping;
use narthex_core::encode::accept::{elements, rating};

/// A format, and how names are written in it.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    pub(super) offer: &'static Offer,
    /// What the reader asked for.
    escaping: Option<Escaping>,
}

impl Chosen {
    pub(super) fn escaping(self) -> Escaping {
        self.escaping.unwrap_or_default()
    }

    /// The `Content-Type`. It says how names are escaped if the reader knows of that.
    pub(super) fn content_type(self) -> HeaderValue {
        let Self { offer, escaping } = self;
        let plain = HeaderValue::from_static(offer.content_type);
        match escaping {
            None if !offer.names_escaping => plain,
            _ => format!("{}; escaping={}", offer.content_type, self.escaping()).try_into().unwrap_or(plain),
        }
    }
}

/// What the reader likes best; the first offer when it accepts none, or does not say.
pub(super) fn format(accept: &[&[u8]], offers: &'static [Offer]) -> Chosen {
    let rated = offers.iter().rev().filter_map(|offer| {
        let rating = rating(accept.iter().copied(), offer.media_type)?;
        Some((rating, offer))
    });
    let Some((rating, offer)) = rated.max_by_key(|(rating, _)| *rating) else {
        return Chosen { offer: &offers[0], escaping: None };
    };
    let range = rating.range(accept.iter().copied());
    let escaping = range.and_then(|range| str::from_utf8(range.parameter(b"escaping")?).ok()).and_then(Escaping::named);
    Chosen { offer, escaping }
}

/// Whether to compress with gzip.
pub(super) fn gzip(accept_encoding: &[&[u8]]) -> bool {
    let mut weights = [None; 3];
    for element in accept_encoding.iter().copied().flat_map(elements) {
        let coding = match &*element.name.to_ascii_lowercase() {
            b"gzip" | b"x-gzip" => 0,
            b"identity" => 1,
            b"*" => 2,
            _ => continue,
        };
        weights[coding] = weights[coding].max(Some(element.weight));
    }
    let [gzip, identity, any] = weights;
    // identity need not be named to be acceptable (12.5.3), but only a weight of its own puts it before gzip
    gzip.or(any).is_some_and(|weight| weight > 0 && weight >= identity.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposition::FORMATS;

    #[test]
    fn formats() {
        const TEXT: &str = "text/plain; version=0.0.4";
        const TEXT_1: &str = "text/plain; version=1.0.0";
        const OPEN: &str = "application/openmetrics-text; version=1.0.0";
        const PROTO: &str =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
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
                PROTO,
            ),
            ("application/vnd.google.protobuf", PROTO),
            ("application/vnd.google.protobuf;encoding=text, text/plain;q=0.1", TEXT),
            ("application/vnd.google.protobuf;encoding=compact-text, application/openmetrics-text;q=0.1", OPEN),
            ("application/vnd.google.protobuf;proto=io.prometheus.write.v2.Request", TEXT),
            ("application/vnd.google.protobuf;encoding=delimited;q=0.1, */*;q=0.2", TEXT),
            // weights
            ("application/openmetrics-text;q=0.1, text/plain", TEXT),
            ("text/plain;q=0.1, application/openmetrics-text;q=0.2", OPEN),
            ("application/openmetrics-text;q=0", TEXT),
            ("application/openmetrics-text;version=1.0.0;q=0.000, */*", TEXT),
            ("text/plain;q=0, */*", OPEN),
            ("text/*;q=0, application/openmetrics-text;q=0.001", OPEN),
            ("text/plain;version=0.0.4;q=0.1, text/plain;q=1, application/openmetrics-text;q=0.5", TEXT_1),
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
            assert_eq!(format(&[accept.as_bytes()], FORMATS).offer.media_type, expected, "{accept:?}");
        }
    }

    #[test]
    fn escapings() {
        let content_type = |accept: &str| format(&[accept.as_bytes()], FORMATS).content_type();
        // Prometheus 3
        let prometheus = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
                          application/openmetrics-text;version=0.0.1;q=0.5,\
                          text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        for (accept, expected) in [
            (prometheus, "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8"),
            ("text/plain;version=1.0.0;escaping=dots", "text/plain; version=1.0.0; charset=utf-8; escaping=dots"),
            ("text/plain;version=1.0.0", "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"),
            ("text/plain;version=1.0.0;escaping=no", "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"),
            ("text/plain;escaping=values", "text/plain; version=0.0.4; charset=utf-8; escaping=values"),
            (
                "text/plain;escaping=\"values\";q=0.1, */*;q=0",
                "text/plain; version=0.0.4; charset=utf-8; escaping=values",
            ),
            ("text/plain", "text/plain; version=0.0.4; charset=utf-8"),
            (
                "text/plain;version=0.0.4;q=0.1, text/plain;version=1.0.0;escaping=dots;q=0.09",
                "text/plain; version=0.0.4; charset=utf-8",
            ),
            ("text/plain;escaping=dots;q=zzz", "text/plain; version=0.0.4; charset=utf-8"),
        ] {
            assert_eq!(content_type(accept), expected, "{accept:?}");
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
            assert_eq!(gzip(&[accept.as_bytes()]), expected, "{accept:?}");
        }
    }
}
