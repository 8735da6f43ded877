use super::cursor::CursorError;
use super::encoder::Lines;
use super::position::Position;
use super::protobuf::Messages;
use super::write::Buffer;
use crate::collect::Collect;
use crate::desc::Kind;
use crate::escaping::Escaping;
use crate::point::Dialect;

/// A format. The trait is sealed: [`Text`], [`OpenMetrics`] and [`Protobuf`].
pub trait Format: sealed::Sealed {
    /// What HTTP calls it, with the parameters that a reader who names them has to name like this.
    const MEDIA_TYPE: &'static str;
    /// The value of the HTTP header, with all parameters.
    const CONTENT_TYPE: &'static str;

    /// Fills a buffer with what comes next; see [`Cursor::fill`](super::Cursor::fill).
    #[doc(hidden)]
    fn fill(position: &mut Position, metrics: &dyn Collect, buffer: &mut Buffer<'_>) -> Result<usize, CursorError>;
}

/// A text format: [`Text`] or [`OpenMetrics`].
pub trait TextFormat: Format {
    /// Which lines it has.
    const DIALECT: Dialect;
}

/// [Prometheus text 0.0.4](https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
#[derive(Clone, Copy, Debug, Default)]
pub struct Text;

/// [OpenMetrics 1.0](https://prometheus.io/docs/specs/om/open_metrics_spec/).
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenMetrics;

/// [Protobuf](https://prometheus.io/docs/instrumenting/exposition_formats/#protobuf-format): delimited
/// `io.prometheus.client.MetricFamily` messages.
///
/// The length of a message is before it, so that a family which does not fit into one buffer becomes several messages
/// of one name. Prometheus takes that for one family; a Pushgateway keeps only the last: give it a buffer that has room
/// for the largest family.
#[derive(Clone, Copy, Debug, Default)]
pub struct Protobuf;

impl TextFormat for Text {
    const DIALECT: Dialect = Dialect::Text;
}

impl TextFormat for OpenMetrics {
    const DIALECT: Dialect = Dialect::OpenMetrics;
}

impl Format for Text {
    const MEDIA_TYPE: &'static str = "text/plain; version=0.0.4";
    const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    fn fill(position: &mut Position, metrics: &dyn Collect, buffer: &mut Buffer<'_>) -> Result<usize, CursorError> {
        position.fill(metrics, Lines::new(buffer, Self::DIALECT))
    }
}

impl Format for OpenMetrics {
    const MEDIA_TYPE: &'static str = "application/openmetrics-text; version=1.0.0";
    const CONTENT_TYPE: &'static str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    fn fill(position: &mut Position, metrics: &dyn Collect, buffer: &mut Buffer<'_>) -> Result<usize, CursorError> {
        position.fill(metrics, Lines::new(buffer, Self::DIALECT))
    }
}

impl Format for Protobuf {
    const MEDIA_TYPE: &'static str =
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    const CONTENT_TYPE: &'static str = Self::MEDIA_TYPE;

    fn fill(position: &mut Position, metrics: &dyn Collect, buffer: &mut Buffer<'_>) -> Result<usize, CursorError> {
        position.fill(metrics, Messages::new(buffer, Escaping::Underscores))
    }
}

impl Protobuf {
    /// [`Cursor::fill`](super::Cursor::fill) with names as a scheme writes them.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn fill_escaped(
        escaping: Escaping,
        position: &mut Position,
        metrics: &dyn Collect,
        buffer: &mut Buffer<'_>,
    ) -> Result<usize, CursorError> {
        position.fill(metrics, Messages::new(buffer, escaping))
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Text {}
    impl Sealed for super::OpenMetrics {}
    impl Sealed for super::Protobuf {}
}

impl Dialect {
    /// What follows the name on the `HELP` and `TYPE` lines, and the end of the `TYPE` line.
    ///
    /// Text 0.0.4 has no info, state set or gauge histogram, and names a counter as its sample is named.
    pub const fn type_line(self, kind: Kind) -> (&'static str, &'static str) {
        let open = self.open_metrics();
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
}
