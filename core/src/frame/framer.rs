use super::{CHECK, CRC, Check, DELIMITER, FIRST, HEADER, LAST, VERSION};
use crate::collect::Collect;
use crate::encode::{self, EncodeError, Write};

/// Sends snapshots in frames.
///
/// ```
/// use narthex_core::{Counter, MetricGroup, frame::Framer};
///
/// #[derive(MetricGroup)]
/// struct Wifi {
///     /// Frames transmitted.
///     frames_sent: Counter,
/// }
/// static WIFI: Wifi = Wifi::new();
///
/// let mut framer = Framer::new(); // one for a line, for ever
/// # let mut bytes = [0; 256];
/// # let mut uart = &mut bytes[..];
/// framer.snapshot(&WIFI, &mut uart).unwrap(); // any embedded_io::Write
/// ```
///
/// It takes 300 bytes of stack besides what the encoder takes.
pub struct Framer {
    sequence: u16,
}

/// Data of a frame that is sent. Less than a frame may have, to save memory on the device.
const DATA: usize = 120;
const RAW: usize = HEADER + DATA + CHECK;
/// COBS adds a byte to up to 254.
const ENCODED: usize = RAW + 1;

impl Framer {
    /// A line on which nothing was sent.
    pub const fn new() -> Self {
        Self { sequence: 0 }
    }

    /// Sends `metrics` as they are now.
    ///
    /// # Errors
    ///
    /// As [`encode::openmetrics`]. When a collector failed, the snapshot is complete but for what that one did not give.
    /// When the sink failed, the reader drops what it has of this snapshot; the next one starts anew.
    pub fn snapshot<W: Write + ?Sized>(
        &mut self,
        metrics: &dyn Collect,
        out: &mut W,
    ) -> Result<(), EncodeError<W::Error>> {
        let mut frames =
            Frames { out, framer: self, kind: VERSION | FIRST, raw: [0; RAW], data: 0, page: CRC.digest() };
        let outcome = encode::openmetrics(metrics, &mut frames).map_err(|error| match error {
            EncodeError::Sink(stopped) => stopped.into(),
            EncodeError::WriteZero => EncodeError::WriteZero,
            EncodeError::BufferTooSmall { needed } => EncodeError::BufferTooSmall { needed },
            EncodeError::Collector(error) => EncodeError::Collector(error),
        });
        if !matches!(outcome, Ok(()) | Err(EncodeError::Collector(_))) {
            return outcome;
        }
        frames.end()?;
        outcome
    }
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}

/// A sink for the page, which sends it in frames.
struct Frames<'a, W: ?Sized> {
    out: &'a mut W,
    framer: &'a mut Framer,
    /// Of the next frame.
    kind: u8,
    raw: [u8; RAW],
    /// How many bytes of data there are behind the header.
    data: usize,
    page: Check,
}

/// Why the line took no more.
enum Stopped<E> {
    Sink(E),
    Zero,
}

impl<E> From<Stopped<E>> for EncodeError<E> {
    fn from(stopped: Stopped<E>) -> Self {
        match stopped {
            Stopped::Sink(error) => EncodeError::Sink(error),
            Stopped::Zero => EncodeError::WriteZero,
        }
    }
}

impl<W: Write + ?Sized> Frames<'_, W> {
    /// Takes some of `bytes`; a full frame is sent when more comes, because it is not the last then.
    fn take(&mut self, bytes: &[u8]) -> Result<usize, Stopped<W::Error>> {
        if self.data == DATA {
            self.send()?;
        }
        let room = self.raw.get_mut(HEADER + self.data..HEADER + DATA).unwrap_or_default();
        let taken = room.len().min(bytes.len());
        if let (Some(room), Some(bytes)) = (room.get_mut(..taken), bytes.get(..taken)) {
            room.copy_from_slice(bytes);
        }
        self.data += taken;
        Ok(taken)
    }

    /// The last frame.
    fn end(&mut self) -> Result<(), Stopped<W::Error>> {
        if self.data > DATA - CHECK {
            self.send()?;
        }
        let check = self.page.clone().finalize().to_le_bytes();
        self.take(&check)?;
        self.kind |= LAST;
        self.send()
    }

    fn send(&mut self) -> Result<(), Stopped<W::Error>> {
        let end = HEADER + self.data;
        let [low, high] = self.framer.sequence.to_le_bytes();
        self.framer.sequence = self.framer.sequence.wrapping_add(1);
        let header = [core::mem::replace(&mut self.kind, VERSION), low, high];
        self.data = 0;

        let Self { raw, out, .. } = self;
        if let Some(place) = raw.get_mut(..HEADER) {
            place.copy_from_slice(&header);
        }
        let check = CRC.checksum(raw.get(..end).unwrap_or_default()).to_le_bytes();
        if let Some(place) = raw.get_mut(end..end + CHECK) {
            place.copy_from_slice(&check);
        }
        let mut encoded = [0; ENCODED];
        let len = cobs::try_encode(raw.get(..end + CHECK).unwrap_or_default(), &mut encoded).unwrap_or_default();
        for part in [&[DELIMITER][..], encoded.get(..len).unwrap_or_default(), &[DELIMITER]] {
            put(*out, part)?;
        }
        Ok(())
    }
}

impl<W: Write + ?Sized> Write for Frames<'_, W> {
    type Error = Stopped<W::Error>;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let taken = self.take(bytes)?;
        self.page.update(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }
}

fn put<W: Write + ?Sized>(out: &mut W, mut bytes: &[u8]) -> Result<(), Stopped<W::Error>> {
    while !bytes.is_empty() {
        match out.write(bytes).map_err(Stopped::Sink)? {
            0 => return Err(Stopped::Zero),
            taken => bytes = bytes.get(taken..).unwrap_or_default(),
        }
    }
    Ok(())
}
