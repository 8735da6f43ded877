//! Snapshots of metrics on a serial line, in frames: a byte that is flipped, lost or doubled on the way is never taken for
//! a value.
//!
//! A device sends with a [`Framer`]; what reads the line has a [`Deframer`], which finds and checks frames, and an
//! [`Assembly`], which puts them together. `narthex relay`, the command-line tool of the crate `narthex`, is a reader.
//!
//! # On the line
//!
//! A snapshot is a page of [OpenMetrics 1.0](https://prometheus.io/docs/specs/om/open_metrics_spec/), to its `# EOF`, cut
//! into frames anywhere. A frame is
//!
//! | | bytes | |
//! | --- | --- | --- |
//! | begin | 1 | `00` |
//! | body | | [COBS](https://en.wikipedia.org/wiki/Consistent_Overhead_Byte_Stuffing) of the four fields below: it has no `00` |
//! | end | 1 | `00` |
//!
//! | field | bytes | |
//! | --- | --- | --- |
//! | kind | 1 | `10`, plus 1 in the first frame of a snapshot, plus 2 in the last; the high digit is the version |
//! | sequence | 2 | of the frame, little endian: one more than that of the frame sent before, and 0 after FFFF |
//! | data | at most [`DATA`] | a part of the page; in the last frame followed by the check of the whole page, 4 bytes |
//! | check | 4 | of kind, sequence and data, little endian |
//!
//! Both checks are [CRC-32/ISO-HDLC](https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-32-iso-hdlc), as
//! zlib has it. Nothing between two `00` is no frame. The page `# EOF` in one frame, the first after the device started,
//! is on the line, in hexadecimal:
//!
//! ```text
//! 00 02 13 01 0F 23 20 45 4F 46 0A 50 9A C1 60 FC 3B 77 C4 00
//! ```
//!
//! A reader waits for a first frame, takes those whose sequence follows, and has a snapshot when the last has come and the
//! check of the whole page is right. A first frame begins a snapshot whatever its sequence is, because the device may have
//! started again; any other that comes twice counts once. After anything else a reader drops what it has of that snapshot
//! and waits for the next first frame.
//!
//! To ask for a snapshot, send `f` and a newline; `m` and a newline asks for the page as plain text. A device may also send
//! snapshots unasked.

mod assembly;
mod deframer;
mod framer;
#[cfg(test)]
mod tests;

pub use assembly::{Assembly, Progress, Step};
pub use deframer::{Deframer, Frame, FrameError};
pub use framer::Framer;

use crc::{CRC_32_ISO_HDLC, Crc, Digest, NoTable};

/// The most data that a frame has, in bytes.
pub const DATA: usize = 240;

/// Between frames.
const DELIMITER: u8 = 0;

/// Kind and sequence.
const HEADER: usize = 3;
const CHECK: usize = 4;

const VERSION: u8 = 0x10;
const VERSION_BITS: u8 = 0xF0;
const FIRST: u8 = 1;
const LAST: u8 = 2;

/// Without a table: a serial line is slower than the eight steps for each byte.
static CRC: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

type Check = Digest<'static, u32, NoTable>;
