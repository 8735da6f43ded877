//! Pages written to async sinks: every `embedded_io_async::Write` of version 0.7, with the feature
//! `embedded-io-async-v0.7`.
//!
//! A page goes through a buffer of the caller's, which has to hold the longest sample, not the page. Between two buffers
//! other tasks run, and metrics change; each sample is of one moment.
//!
//! Whoever drops such a future has written the start of a page, and lost nothing else.

use crate::collect::Collect;
use crate::encode::{Cursor, CursorError, EncodeError, Format, OpenMetrics, Text, WriteError};
use embedded_io_async::Write;

/// Writes `metrics` as Prometheus text 0.0.4, and does not flush.
///
/// # Errors
///
/// As [`encode::text`](crate::encode::text), and [`EncodeError::BufferTooSmall`].
///
/// ```
/// # #[cfg(feature = "derive")]
/// # embassy_futures::block_on(async {
/// use narthex_core::{Gauge, MetricGroup, embedded_io_async_v0_7 as async_io};
///
/// #[derive(MetricGroup)]
/// struct Air {
///     /// Temperature.
///     #[metrics(unit = "celsius", scale = -3)]
///     temperature: Gauge<i32>,
/// }
/// static AIR: Air = Air::new();
///
/// AIR.temperature.set(21_500);
/// # let mut sent = [0; 256];
/// # let mut socket = &mut sent[..];
/// let mut buffer = [0; 128];
/// async_io::text(&AIR, &mut buffer, &mut socket).await.unwrap(); // any embedded_io_async::Write
/// # let left = socket.len();
/// # assert!(std::str::from_utf8(&sent[..256 - left]).unwrap().contains("\ntemperature_celsius 21.5"));
/// # })
/// ```
pub async fn text<W: Write + ?Sized>(
    metrics: &dyn Collect,
    buffer: &mut [u8],
    out: &mut W,
) -> Result<(), EncodeError<W::Error>> {
    page::<Text, W>(metrics, buffer, out).await
}

/// Writes `metrics` as OpenMetrics 1.0, to its `# EOF`, and does not flush.
///
/// # Errors
///
/// As [`text`].
pub async fn openmetrics<W: Write + ?Sized>(
    metrics: &dyn Collect,
    buffer: &mut [u8],
    out: &mut W,
) -> Result<(), EncodeError<W::Error>> {
    page::<OpenMetrics, W>(metrics, buffer, out).await
}

async fn page<F: Format, W: Write + ?Sized>(
    metrics: &dyn Collect,
    buffer: &mut [u8],
    out: &mut W,
) -> Result<(), EncodeError<W::Error>> {
    let mut cursor = Cursor::<F>::new();
    loop {
        let filled = match cursor.fill(metrics, buffer) {
            Ok(0) => return Ok(()),
            Ok(filled) => filled,
            Err(CursorError::BufferTooSmall { needed }) => return Err(EncodeError::BufferTooSmall { needed }),
            Err(CursorError::Collector(error)) => return Err(EncodeError::Collector(error)),
        };
        match write_all(out, buffer.get(..filled).unwrap_or_default()).await {
            Ok(()) => {}
            Err(WriteError::Sink(error)) => return Err(EncodeError::Sink(error)),
            Err(WriteError::Zero) => return Err(EncodeError::WriteZero),
        }
    }
}

/// As the trait's own, which panics when the sink takes nothing.
async fn write_all<W: Write + ?Sized>(out: &mut W, mut bytes: &[u8]) -> Result<(), WriteError<W::Error>> {
    while !bytes.is_empty() {
        match out.write(bytes).await {
            Ok(0) => return Err(WriteError::Zero),
            Ok(taken) => bytes = bytes.get(taken..).unwrap_or_default(),
            Err(error) => return Err(WriteError::Sink(error)),
        }
    }
    Ok(())
}
