//! What a reader likes best of what we have, by the lines of its `Accept` and `Accept-Encoding`.

use super::coding::Coding;
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

/// The coding that the reader likes best; the first of these among those that it likes as well.
pub(super) fn coding(accept_encoding: &[&[u8]], codings: &[&'static Coding]) -> Option<&'static Coding> {
    let weight = |names: [&str; 2]| {
        let elements = accept_encoding.iter().copied().flat_map(elements);
        let named =
            elements.filter(|element| names.iter().any(|name| element.name.eq_ignore_ascii_case(name.as_bytes())));
        named.map(|element| element.weight).max()
    };
    // identity need not be named to be acceptable (12.5.3), but only a weight of its own puts it before others
    let (any, identity) = (weight(["*"; 2]), weight(["identity"; 2]).unwrap_or(0));
    let weighed = codings.iter().rev().filter_map(|coding| {
        let weight = weight([coding.name, coding.alias]).or(any)?;
        (weight > 0 && weight >= identity).then_some((weight, *coding))
    });
    weighed.max_by_key(|(weight, _)| *weight).map(|(_, coding)| coding)
}

#[cfg(test)]
mod tests {
    use super::super::coding::GZIP;
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
        static ZSTD: Coding =
            Coding { name: "zstd", alias: "zstd", begin: || Err(std::io::ErrorKind::Unsupported.into()) };
        for (accept, expected, with_zstd) in [
            ("", None, None),
            ("gzip", Some("gzip"), Some("gzip")),
            ("GZIP", Some("gzip"), Some("gzip")),
            ("x-gzip", Some("gzip"), Some("gzip")),
            ("deflate, gzip;q=1.0, *;q=0.5", Some("gzip"), Some("gzip")),
            ("gzip;q=0", None, None),
            ("gzip;q=0.000, *", None, Some("zstd")),
            ("gzip;q=0.5", Some("gzip"), Some("gzip")),
            ("identity, gzip;q=0.5", None, None),
            ("identity;q=0.5, gzip;q=0.5", Some("gzip"), Some("gzip")),
            ("identity;q=0", None, None),
            ("*", Some("gzip"), Some("zstd")),
            ("*;q=0", None, None),
            ("br, zstd", None, Some("zstd")),
            ("gzip, zstd", Some("gzip"), Some("zstd")),
            ("zstd;q=0.8, gzip", Some("gzip"), Some("gzip")),
            ("zstd;q=0.8, gzip;q=0.7, identity;q=0.75", None, Some("zstd")),
            ("zstd;q=0, gzip;q=0", None, None),
            ("gzip;q=zzz", None, None),
            ("gzipped", None, None),
        ] {
            let name = |codings| coding(&[accept.as_bytes()], codings).map(|coding| coding.name);
            assert_eq!((name(&[&GZIP]), name(&[&ZSTD, &GZIP])), (expected, with_zstd), "{accept:?}");
        }
    }
}
