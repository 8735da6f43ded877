//! Formats: text 0.0.4, OpenMetrics 1.0 and protobuf, written to a sink as they are collected.

pub mod accept;
mod cursor;
mod detailed;
mod encoder;
mod format;
mod position;
mod protobuf;
mod recorder;
#[cfg(test)]
mod tests;
mod write;

pub use cursor::{Cursor, CursorError};
pub use encoder::Encoder;
pub use format::{Format, OpenMetrics, Protobuf, Text, TextFormat};
pub use position::{Encode, Position};
pub use recorder::Recorder;
pub use write::{Buffer, Write, WriteError};

pub use crate::escaping::Escaping;

use crate::collect::{Collect, CollectError, Stop};

/// Writes `metrics` as Prometheus text 0.0.4.
///
/// # Errors
///
/// [`EncodeError::Collector`] when a collector failed: the page is complete but for what that one did not give.
/// Otherwise the sink's error, and the page is not complete.
///
/// ```
/// # #[cfg(all(feature = "derive", feature = "embedded-io-v0.7"))] {
/// use narthex_core::{Counter, MetricGroup, encode};
///
/// #[derive(MetricGroup)]
/// struct Wifi {
///     /// Frames transmitted.
///     frames_sent: Counter,
/// }
/// static WIFI: Wifi = Wifi::new();
///
/// let mut page = [0; 128];
/// let mut sink = &mut page[..]; // any embedded_io::Write: a UART, a socket
/// encode::text(&WIFI, &mut sink).unwrap();
/// let left = sink.len();
/// assert_eq!(
///     core::str::from_utf8(&page[..128 - left]).unwrap(),
///     "# HELP frames_sent_total Frames transmitted.\n# TYPE frames_sent_total counter\nframes_sent_total 0\n"
/// );
/// # }
/// ```
pub fn text<W: Write + ?Sized>(metrics: &dyn Collect, out: &mut W) -> Result<(), EncodeError<W::Error>> {
    page::<Text, W>(metrics, out)
}

/// Writes `metrics` as OpenMetrics 1.0, to its `# EOF`.
///
/// # Errors
///
/// As [`text`].
pub fn openmetrics<W: Write + ?Sized>(metrics: &dyn Collect, out: &mut W) -> Result<(), EncodeError<W::Error>> {
    page::<OpenMetrics, W>(metrics, out)
}

fn page<F: TextFormat, W: Write + ?Sized>(metrics: &dyn Collect, out: &mut W) -> Result<(), EncodeError<W::Error>> {
    let mut encoder = Encoder::<'_, W, F>::new(out);
    let outcome = metrics.collect(&mut encoder);
    if outcome != Err(Stop::Sink) {
        let _ = encoder.end();
    }
    match (encoder.into_error(), outcome) {
        (Some(error), _) => Err(error.into()),
        (None, Err(Stop::Collector(error))) => Err(EncodeError::Collector(error)),
        (None, _) => Ok(()),
    }
}

/// Why an exposition is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError<E> {
    /// The sink failed with this error.
    Sink(E),
    /// The sink took no bytes without giving an error.
    WriteZero,
    /// The next sample needs a buffer of at least this many bytes; the page ends before it.
    BufferTooSmall {
        /// How many.
        needed: usize,
    },
    /// A collector failed; everything else was written.
    Collector(CollectError),
}

impl<E> From<WriteError<E>> for EncodeError<E> {
    fn from(error: WriteError<E>) -> Self {
        match error {
            WriteError::Sink(error) => EncodeError::Sink(error),
            WriteError::Zero => EncodeError::WriteZero,
        }
    }
}

impl<E: core::fmt::Debug> core::fmt::Display for EncodeError<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            EncodeError::Sink(error) => write!(f, "the sink failed: {error:?}"),
            EncodeError::WriteZero => f.write_str("the sink took no bytes"),
            EncodeError::BufferTooSmall { needed } => CursorError::BufferTooSmall { needed: *needed }.fmt(f),
            EncodeError::Collector(error) => write!(f, "a collector failed: {error}"),
        }
    }
}

impl<E: core::fmt::Debug> core::error::Error for EncodeError<E> {}
