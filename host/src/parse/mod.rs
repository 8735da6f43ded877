//! From text to samples: what others expose, checked and collected anew.

mod error;
mod exposition;
mod family;
mod kind;
mod labels;
mod openmetrics;
mod page;
mod parsed;
mod scale;
mod scan;
mod seen;
mod series;
mod value;

pub use error::{ParseError, ParseErrorKind};
pub use exposition::{Exposition, ParsedFamily};
pub use parsed::{ParsedExemplar, ParsedSeries};

/// Reads a page of [OpenMetrics 1.0](https://prometheus.io/docs/specs/om/open_metrics_spec/) text, all of it or nothing.
///
/// What the project's encoders write is read back to the byte: integers and scaled integers stay exact, others are
/// doubles. Only a sum below zero whose bounds are not is refused, as the specification does. All that it demands is
/// checked, and some things more, since a page that is not quite right has rather been damaged on its way:
///
/// | the specification allows | here |
/// | --- | --- |
/// | no line feed after `# EOF` | refused, as every other torn page |
/// | `\x` for `\\x` with any `x` | `\\`, `\"` and `\n` are the only escapes |
/// | `infinity`; more than a double holds | refused |
/// | timestamps of any size | 64-bit seconds, to the nanosecond; each newer than the one before in its series |
/// | label names that begin with `__` | refused, as Prometheus reserves them |
///
/// A page may have 2 GiB. It takes at most 64 bytes of memory for each byte of the page to read it, 16 to keep it (4 and 2
/// for what firmware writes), and time in proportion to its size, whatever is in it.
///
/// # Errors
///
/// [`ParseError`] with the first place that breaks a rule.
///
/// ```
/// use narthex::{parse_openmetrics, sample_value};
///
/// let page = "# TYPE frames counter\nframes_total{port=\"a\"} 7\n# EOF\n";
/// let exposition = parse_openmetrics(page).unwrap();
/// assert_eq!(exposition.families()[0].name(), "frames");
/// assert_eq!(sample_value(&exposition, "frames_total", &[("port", "a")]), Some(7.0));
///
/// let torn = parse_openmetrics("# TYPE frames counter\nframes_total{port=\"a\"} 7\n").unwrap_err();
/// assert_eq!(torn.to_string(), "line 3, column 1: the page is torn: it has to end in a line \"# EOF\"");
/// ```
pub fn parse_openmetrics(page: &str) -> Result<Exposition, ParseError> {
    openmetrics::parse(page)
}

/// Reads a page as it came over the wire.
///
/// # Errors
///
/// As [`parse_openmetrics`]; and [`ParseErrorKind::Encoding`] at the first place that is not UTF-8.
///
/// ```
/// let error = narthex::parse_openmetrics_bytes(b"frames{port=\"\xFF\"} 7\n# EOF\n").unwrap_err();
/// assert_eq!(error.to_string(), "line 1, column 14: the byte 0xFF is not UTF-8, which a page has to be");
/// ```
pub fn parse_openmetrics_bytes(page: &[u8]) -> Result<Exposition, ParseError> {
    match std::str::from_utf8(page) {
        Ok(page) => parse_openmetrics(page),
        Err(error) => Err(ParseError::encoding(page, error)),
    }
}
