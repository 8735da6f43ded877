use super::write::Buffer;
use super::{EncodeError, text};
use crate::collect::Collect;
use core::convert::Infallible;

/// The text exposition of some metrics, kept for tests that look at it.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use narthex_core::encode::Recorder;
/// use narthex_core::{Counter, MetricGroup};
///
/// #[derive(MetricGroup)]
/// struct Wifi {
///     /// Frames transmitted.
///     frames_sent: Counter,
/// }
/// let wifi = Wifi::new();
/// wifi.frames_sent.inc();
/// let recorded = Recorder::<256>::record(&wifi).unwrap();
/// assert_eq!(recorded.value("frames_sent_total"), Some("1"));
/// # }
/// ```
pub struct Recorder<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Recorder<N> {
    /// Collects `metrics` once.
    ///
    /// # Errors
    ///
    /// [`EncodeError::WriteZero`] when the text has more than `N` bytes, [`EncodeError::Collector`].
    pub fn record(metrics: &dyn Collect) -> Result<Self, EncodeError<Infallible>> {
        let mut bytes = [0; N];
        let mut buffer = Buffer::new(&mut bytes);
        text(metrics, &mut buffer)?;
        if !buffer.fits() {
            return Err(EncodeError::WriteZero);
        }
        let len = buffer.len();
        Ok(Self { bytes, len })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The value of a series, called as it is on its line: `http_requests_total{method="GET"}`.
    pub fn value(&self, series: &str) -> Option<&str> {
        self.as_str().lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
    }
}
