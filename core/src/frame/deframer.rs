use super::{CHECK, CRC, DATA, DELIMITER, FIRST, HEADER, LAST, VERSION, VERSION_BITS};

/// Finds frames in what comes over a line, and checks them.
///
/// ```
/// use narthex_core::frame::Deframer;
///
/// let mut deframer = Deframer::new();
/// for byte in [0, 2, 0x10, 0] {
///     match deframer.push(byte) {
///         None => {} // goes on
///         Some(Ok(frame)) => println!("{} bytes", frame.data.len()),
///         Some(Err(error)) => println!("{error}"),
///     }
/// }
/// ```
pub struct Deframer {
    encoded: [u8; ENCODED],
    len: usize,
}

/// COBS adds a byte to up to 254.
const ENCODED: usize = HEADER + DATA + CHECK + 1;

/// The length while a frame that was too long is passed over.
const TOO_LONG: usize = usize::MAX;

/// A frame whose check is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// Whether a snapshot begins here.
    pub first: bool,
    /// Whether it ends here.
    pub last: bool,
    /// The number of the frame.
    pub sequence: u16,
    /// What it carries.
    pub data: &'a [u8],
}

/// Why something between two delimiters is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// It is longer than a frame can be. Said once; what follows is passed over to the next delimiter.
    TooLong,
    /// It is not COBS.
    Encoding,
    /// It is shorter than a frame without data.
    TooShort,
    /// The check is wrong: a byte was changed, lost or added.
    Check,
    /// It is a frame of this version, which is not known here.
    Version(u8),
}

impl Deframer {
    /// At the start of a line, or somewhere in it.
    pub const fn new() -> Self {
        Self { encoded: [0; ENCODED], len: 0 }
    }

    /// Takes the next byte. Answers a frame, or what is wrong with it, when the byte ends one.
    #[inline]
    pub fn push(&mut self, byte: u8) -> Option<Result<Frame<'_>, FrameError>> {
        if byte == DELIMITER {
            return match core::mem::take(&mut self.len) {
                0 | TOO_LONG => None,
                len => Some(frame(self.encoded.get_mut(..len)?)),
            };
        }
        if let Some(place) = self.encoded.get_mut(self.len) {
            *place = byte;
            self.len += 1;
            return None;
        }
        (core::mem::replace(&mut self.len, TOO_LONG) != TOO_LONG).then_some(Err(FrameError::TooLong))
    }
}

impl Default for Deframer {
    fn default() -> Self {
        Self::new()
    }
}

fn frame(encoded: &mut [u8]) -> Result<Frame<'_>, FrameError> {
    let len = cobs::decode_in_place(encoded).map_err(|_| FrameError::Encoding)?;
    let raw = encoded.get(..len).unwrap_or_default();
    let (checked, check) = raw.split_last_chunk::<CHECK>().ok_or(FrameError::TooShort)?;
    let ([kind, low, high], data) = checked.split_first_chunk::<HEADER>().ok_or(FrameError::TooShort)?;
    if CRC.checksum(checked) != u32::from_le_bytes(*check) {
        return Err(FrameError::Check);
    }
    match kind & VERSION_BITS {
        VERSION => Ok(Frame {
            first: kind & FIRST != 0,
            last: kind & LAST != 0,
            sequence: u16::from_le_bytes([*low, *high]),
            data,
        }),
        other => Err(FrameError::Version(other >> 4)),
    }
}

impl core::fmt::Display for FrameError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            FrameError::TooLong => write!(f, "more than {ENCODED} bytes without a zero, which no frame has"),
            FrameError::Encoding => f.write_str("a frame is not encoded as COBS"),
            FrameError::TooShort => f.write_str("a frame is too short to have a header and a check"),
            FrameError::Check => f.write_str("the check of a frame is wrong"),
            FrameError::Version(version) => write!(f, "a frame has version {version}, and only version 1 is known"),
        }
    }
}

impl core::error::Error for FrameError {}
