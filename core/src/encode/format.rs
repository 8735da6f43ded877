use crate::desc::Kind;
use crate::point::Dialect;

/// A text format. The trait is sealed: [`Text`] and [`OpenMetrics`].
pub trait Format: sealed::Sealed {
    /// Which lines it has.
    const DIALECT: Dialect;
    /// What HTTP calls it, without parameters.
    const MEDIA_TYPE: &'static str;
    /// The parameter `version` of the media type.
    const VERSION: &'static str;
    /// The value of the HTTP header, with all parameters.
    const CONTENT_TYPE: &'static str;
}

/// [Prometheus text 0.0.4](https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
#[derive(Clone, Copy, Debug, Default)]
pub struct Text;

/// [OpenMetrics 1.0](https://prometheus.io/docs/specs/om/open_metrics_spec/).
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenMetrics;

impl Format for Text {
    const DIALECT: Dialect = Dialect::Text;
    const MEDIA_TYPE: &'static str = "text/plain";
    const VERSION: &'static str = "0.0.4";
    const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";
}

impl Format for OpenMetrics {
    const DIALECT: Dialect = Dialect::OpenMetrics;
    const MEDIA_TYPE: &'static str = "application/openmetrics-text";
    const VERSION: &'static str = "1.0.0";
    const CONTENT_TYPE: &'static str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Text {}
    impl Sealed for super::OpenMetrics {}
}

/// What follows the name on the `HELP` and `TYPE` lines, and the end of the `TYPE` line.
///
/// Text 0.0.4 has no info, state set or gauge histogram, and names a counter as its sample is named.
pub(super) fn type_line(dialect: Dialect, kind: Kind) -> (&'static str, &'static str) {
    let open = dialect.open_metrics();
    match kind {
        Kind::Counter => (if open { " " } else { "_total " }, "counter\n"),
        Kind::Gauge => (" ", "gauge\n"),
        Kind::Histogram => (" ", "histogram\n"),
        Kind::GaugeHistogram => (" ", if open { "gaugehistogram\n" } else { "histogram\n" }),
        Kind::Summary => (" ", "summary\n"),
        Kind::Info if open => (" ", "info\n"),
        Kind::Info => ("_info ", "gauge\n"),
        Kind::StateSet => (" ", if open { "stateset\n" } else { "gauge\n" }),
        Kind::Unknown => (" ", if open { "unknown\n" } else { "untyped\n" }),
    }
}
