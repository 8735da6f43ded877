use crate::Format;

/// Where metrics come from: one page of them, a part at a time.
pub trait Page {
    /// At the start of a page.
    fn start(format: Format) -> Self;

    /// Writes what comes next to the start of `room`; answers how many bytes, zero at the end of the page.
    ///
    /// # Errors
    ///
    /// [`TooSmall`] when not even the next sample fits.
    fn fill(&mut self, room: &mut [u8]) -> Result<usize, TooSmall>;
}

/// The room is too small for the next sample.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooSmall;

/// A page on its way, in chunks or as it is.
pub struct Body<P> {
    page: P,
    chunked: bool,
    over: bool,
}

/// Three hexadecimal digits and the end of their line; a chunk ends with another end of line.
const CHUNK_HEAD: usize = 5;
const LINE_END: &[u8] = b"\r\n";
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

impl<P: Page> Body<P> {
    pub fn new(format: Format, chunked: bool) -> Self {
        Self { page: P::start(format), chunked, over: false }
    }

    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Writes the next part to the start of `room`.
    pub fn fill(&mut self, room: &mut [u8]) -> Result<usize, TooSmall> {
        if !self.chunked {
            let filled = self.page.fill(room)?;
            self.over = filled == 0;
            return Ok(filled);
        }
        let (head, rest) = room.split_at_mut_checked(CHUNK_HEAD).ok_or(TooSmall)?;
        let within = rest.len().checked_sub(LINE_END.len()).ok_or(TooSmall)?.min(0xFFF);
        let filled = self.page.fill(&mut rest[..within])?;
        if filled == 0 {
            self.over = true;
            head.copy_from_slice(LAST_CHUNK);
            return Ok(LAST_CHUNK.len());
        }
        let digit = |shift: usize| b"0123456789abcdef"[filled >> shift & 0xF];
        head.copy_from_slice(&[digit(8), digit(4), digit(0), b'\r', b'\n']);
        rest[filled..][..LINE_END.len()].copy_from_slice(LINE_END);
        Ok(CHUNK_HEAD + filled + LINE_END.len())
    }
}

/// Writes all of `parts` to the start of `room`; answers how many bytes, or nothing when they do not fit.
pub fn write(parts: &[&str], room: &mut [u8]) -> Option<usize> {
    let mut at = 0;
    for part in parts {
        room.get_mut(at..)?.get_mut(..part.len())?.copy_from_slice(part.as_bytes());
        at += part.len();
    }
    Some(at)
}
