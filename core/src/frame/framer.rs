use super::{CHECK, CRC, Check, DELIMITER, FIRST, HEADER, LAST, VERSION};
use crate::collect::Collect;
use crate::encode::{self, EncodeError, Write, WriteError};
use cobs::{EncoderState, PushResult};
use heapless::Vec;

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
/// It takes some 200 bytes of stack besides what the encoder takes.
pub struct Framer {
    sequence: u16,
}

/// Data of a frame that is sent. Less than a frame may have, to save memory on the device.
const DATA: usize = 120;
/// What is in front of the data: delimiter, the first code of COBS, header.
const FRONT: [u8; 2 + HEADER] = [0; 2 + HEADER];
/// With its delimiters. COBS adds no other code to so few bytes.
const FRAME: usize = FRONT.len() + DATA + CHECK + 1;

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
        let mut frames = Frames { out, framer: self, kind: VERSION | FIRST, frame: Vec::new(), page: CRC.digest() };
        frames.begin();
        // As `dyn`, for the encoder to be the same as that of other sinks with these errors.
        let outcome = encode::openmetrics(metrics, &mut frames as &mut dyn Write<Error = W::Error>);
        if matches!(outcome, Ok(()) | Err(EncodeError::Collector(_))) {
            frames.end()?;
        }
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
    frame: Vec<u8, FRAME, u8>,
    page: Check,
}

impl<W: Write + ?Sized> Frames<'_, W> {
    fn begin(&mut self) {
        self.frame.clear();
        self.push(&FRONT);
    }

    /// Takes all of `bytes`; a full frame is sent when more comes, because it is not the last then.
    fn take(&mut self, bytes: &[u8]) -> Result<(), WriteError<W::Error>> {
        for byte in bytes {
            if self.frame.len() == FRONT.len() + DATA {
                self.send()?;
            }
            self.push(&[*byte]);
        }
        Ok(())
    }

    /// The last frame.
    fn end(&mut self) -> Result<(), WriteError<W::Error>> {
        if self.frame.len() > FRONT.len() + DATA - CHECK {
            self.send()?; // the check of the page stays in one piece
        }
        let check = self.page.clone().finalize();
        self.push(&check.to_le_bytes());
        self.kind |= LAST;
        self.send()
    }

    fn send(&mut self) -> Result<(), WriteError<W::Error>> {
        let [low, high] = self.framer.sequence.to_le_bytes();
        self.framer.sequence = self.framer.sequence.wrapping_add(1);
        let kind = core::mem::replace(&mut self.kind, VERSION);
        if let Some(front) = self.frame.first_chunk_mut() {
            *front = [DELIMITER, 0, kind, low, high];
        }
        let check = CRC.checksum(self.frame.get(2..).unwrap_or_default());
        self.push(&check.to_le_bytes());
        encode_in_place(self.frame.get_mut(1..).unwrap_or_default());
        self.push(&[DELIMITER]);
        put(self.out, &self.frame)?;
        self.begin();
        Ok(())
    }

    /// There is always room.
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let _ = self.frame.push(*byte);
        }
    }
}

/// COBS of what is behind the first byte: where a zero was is then how far it is to the next, and where the first is, in
/// the first byte.
fn encode_in_place(frame: &mut [u8]) {
    let mut state = EncoderState::default();
    for at in 1..frame.len() {
        let Some(byte) = frame.get(at) else { break };
        if let PushResult::ModifyFromStartAndSkip(code) = state.push(*byte) {
            replace(frame, code);
        }
    }
    replace(frame, state.finalize());
}

fn replace(frame: &mut [u8], (at, byte): (usize, u8)) {
    if let Some(place) = frame.get_mut(at) {
        *place = byte;
    }
}

impl<W: Write + ?Sized> Write for Frames<'_, W> {
    type Error = W::Error;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.page.update(bytes);
        match self.take(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(WriteError::Sink(error)) => Err(error),
            Err(WriteError::Zero) => Ok(0),
        }
    }
}

fn put<W: Write + ?Sized>(out: &mut W, mut bytes: &[u8]) -> Result<(), WriteError<W::Error>> {
    while !bytes.is_empty() {
        match out.write(bytes).map_err(WriteError::Sink)? {
            0 => return Err(WriteError::Zero),
            taken => bytes = bytes.get(taken..).unwrap_or_default(),
        }
    }
    Ok(())
}
