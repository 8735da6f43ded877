//! From text to samples: what others expose, checked and collected anew.

mod error;
mod exposition;
mod family;
mod kind;
mod labels;
mod openmetrics;
mod page;
mod scan;
mod series;
mod value;

pub use error::{ParseError, ParseErrorKind};
pub use exposition::{Exposition, ParsedExemplar, ParsedFamily, ParsedSeries};
pub use value::Timestamp;

/// Reads a page of [OpenMetrics 1.0](https://prometheus.io/docs/specs/om/open_metrics_spec/) text, all of it or nothing.
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
