//! Where text is written.

use super::digits::{EIGHT, ZEROS, digits};
use super::escape::{escape_each, is_special, special};
use narthex_core::Number;
use std::ops::Range;

/// What is appended to a vector. Behind it the vector has bytes that are no text yet, so that a line is written into a
/// slice, at a place that stays in a register; who made this shortens the vector in the end.
pub(super) struct Out<'a> {
    bytes: &'a mut Vec<u8>,
    start: usize,
    end: usize,
}

/// So many bytes are made ready at a time.
const AHEAD: usize = 4096;
/// What every line has room for besides the texts that it was begun for: a number, punctuation, the rest of a block.
pub(in crate::exposition) const SLACK: usize = 128;

impl<'a> Out<'a> {
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self { start: bytes.len(), end: bytes.len(), bytes }
    }

    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// A line, or the rest of one, with room for `need` bytes.
    #[inline(always)]
    pub(super) fn line(&mut self, need: usize) -> Line<'_> {
        let until = self.end + need + SLACK;
        if until > self.bytes.len() {
            self.make_ready(until);
        }
        Line { bytes: self.bytes, at: self.end }
    }

    #[cold]
    fn make_ready(&mut self, until: usize) {
        self.bytes.resize((until + AHEAD).min(self.bytes.capacity()).max(until), 0);
    }

    /// What a [`Line`] wrote up to this place stays.
    #[inline(always)]
    pub(super) fn keep(&mut self, at: usize) {
        self.end = at;
    }

    #[inline]
    pub(super) fn put(&mut self, text: &[u8]) {
        let mut line = self.line(text.len());
        line.put(text);
        self.end = line.at;
    }

    #[inline]
    pub(super) fn escape(&mut self, value: &str) {
        let mut line = self.line(2 * value.len());
        line.escape(value);
        self.end = line.at;
    }
}

/// A text that is written often: in blocks, whose number does not change from line to line.
#[derive(Default)]
pub(super) struct Piece {
    blocks: Vec<[u8; BLOCK]>,
    len: usize,
}

const BLOCK: usize = 16;

impl Piece {
    pub(super) fn set(&mut self, parts: &[&[u8]]) {
        let text = parts.concat();
        self.len = text.len();
        self.blocks.clear();
        self.blocks.extend(text.chunks(BLOCK).map(|part| {
            let mut block = [0; BLOCK];
            block[..part.len()].copy_from_slice(part);
            block
        }));
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }
}

/// Floats of this size are written alike by Go and by `zmij`, but for the `.0` of whole ones.
const PLAIN: Range<f64> = 1e-4..1e6;

/// A line in the making. What it is to hold is copied in words that may overlap, or go too far: for most of what a line
/// consists of, a call takes longer.
pub(super) struct Line<'a> {
    bytes: &'a mut [u8],
    pub(super) at: usize,
}

impl Line<'_> {
    #[inline(always)]
    fn block<const N: usize>(&mut self, at: usize, block: &[u8; N]) {
        self.bytes[at..at + N].copy_from_slice(block);
    }

    /// A text of a length that the compiler knows.
    #[inline(always)]
    pub(super) fn word<const N: usize>(&mut self, word: &[u8; N]) {
        self.block(self.at, word);
        self.at += N;
    }

    #[inline(always)]
    pub(super) fn piece(&mut self, piece: &Piece) {
        for (nth, block) in piece.blocks.iter().enumerate() {
            self.block(self.at + nth * BLOCK, block);
        }
        self.at += piece.len;
    }

    #[inline(always)]
    pub(super) fn put(&mut self, text: &[u8]) {
        self.copy(text);
        self.at += text.len();
    }

    /// A label value, with `\`, `"` and newline escaped.
    #[inline(always)]
    pub(super) fn escape(&mut self, value: &str) {
        let plain = self.copy(value.as_bytes());
        self.at = if plain { self.at + value.len() } else { write_escaped(self.bytes, self.at, value) };
    }

    /// Writes a text, and answers whether nothing in it has to be escaped.
    #[inline(always)]
    fn copy(&mut self, text: &[u8]) -> bool {
        let at = self.at;
        let end = at + text.len();
        if let Some(last) = text.last_chunk::<BLOCK>() {
            let mut special = is_special(last);
            for (nth, block) in text.as_chunks::<BLOCK>().0.iter().enumerate() {
                special |= is_special(block);
                self.block(at + nth * BLOCK, block);
            }
            self.block(end - BLOCK, last);
            return !special;
        }
        let (first, last) = match (text.first_chunk(), text.last_chunk()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => (short(text), 0),
        };
        self.block(at, &first.to_le_bytes());
        if text.len() >= 8 {
            self.block(end - 8, &last.to_le_bytes());
        }
        special(first) | special(last) == 0
    }

    /// What was written there, once more.
    #[inline(always)]
    pub(super) fn again(&mut self, there: Range<usize>) {
        let len = there.len();
        self.bytes.copy_within(there, self.at);
        self.at += len;
    }

    #[inline(always)]
    pub(super) fn number(&mut self, value: &Number, scale: i8) {
        match *value {
            Number::U64(value) if scale == 0 => self.integer(value),
            Number::I64(value) if scale == 0 => {
                self.put(if value < 0 { b"-" } else { b"" });
                self.integer(value.unsigned_abs());
            }
            Number::F64(value, _) if scale == 0 && (value == 0.0 || PLAIN.contains(&value.abs())) => {
                let mut buffer = zmij::Buffer::new();
                let text = buffer.format_finite(value);
                self.put(text.strip_suffix(".0").unwrap_or(text).as_bytes());
            }
            _ => self.put(value.text(scale).as_bytes()),
        }
    }

    /// An integer in decimal. Eight digits at a time are made in a register: those that go through a buffer on the stack
    /// take longer to copy than to make.
    #[inline(always)]
    pub(super) fn integer(&mut self, value: u64) {
        if value < EIGHT {
            return self.first_digits(value);
        }
        match value / EIGHT {
            above if above < EIGHT => self.first_digits(above),
            above => {
                self.first_digits(above / EIGHT);
                self.word(&(digits(above % EIGHT) | ZEROS).to_le_bytes());
            }
        }
        self.word(&(digits(value % EIGHT) | ZEROS).to_le_bytes());
    }

    /// At most eight, without zeros at the start. How many is not asked of the digits: what comes next waits for it.
    #[inline(always)]
    fn first_digits(&mut self, value: u64) {
        let len = (value as u32 | 1).ilog10() + 1;
        self.block(self.at, &((digits(value) | ZEROS) >> (64 - 8 * len)).to_le_bytes());
        self.at += len as usize;
    }
}

/// Answers where it ends. A function of its parts, for the place of the line to stay in a register.
#[cold]
fn write_escaped(bytes: &mut [u8], mut at: usize, value: &str) -> usize {
    escape_each(value, |part| {
        bytes[at..at + part.len()].copy_from_slice(part);
        at += part.len();
    });
    at
}

/// Less than eight bytes as a word, the rest of it zero.
#[inline(always)]
fn short(text: &[u8]) -> u64 {
    match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            let above = u64::from(u32::from_le_bytes(*last)) << (8 * (text.len() - 4));
            u64::from(u32::from_le_bytes(*first)) | above
        }
        _ => [0, text.len() / 2, text.len().saturating_sub(1)]
            .iter()
            .fold(0, |word, at| word | u64::from(text.get(*at).copied().unwrap_or(0)) << (8 * at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Line<'_>)) -> Vec<u8> {
        let mut to = b"x".to_vec();
        let mut out = Out::new(&mut to);
        let mut line = out.line(256);
        write(&mut line);
        let end = line.at;
        to.truncate(end);
        to.remove(0);
        to
    }

    #[test]
    fn integers_are_as_everybody_writes_them() {
        let powers =
            (0..20).map(|n| 10_u64.pow(n)).flat_map(|power| [power - 1, power, power + 1, power.wrapping_mul(7)]);
        let bits = (0..64).flat_map(|n| [1_u64 << n, u64::MAX >> n]);
        let all = (0..20_000).chain((0..EIGHT).step_by(9_973)).chain(powers).chain(bits);
        for value in all {
            assert_eq!(written(|line| line.integer(value)), value.to_string().as_bytes());
        }
    }

    #[test]
    fn texts_of_every_length_with_every_byte_everywhere() {
        for len in 0..70 {
            let plain: Vec<u8> = (0..len).map(|at| b'a' + at as u8 % 26).collect();
            assert_eq!(written(|line| line.put(&plain)), plain);
            let mut piece = Piece::default();
            piece.set(&[&plain[..len / 3], &plain[len / 3..]]);
            assert_eq!(written(|line| line.piece(&piece)), plain);
            for at in 0..len {
                for byte in [0, b'\t', b'\n', b'\x0b', b'!', b'"', b'#', b'[', b'\\', b']', 127] {
                    let mut text = plain.clone();
                    text[at] = byte;
                    let value = str::from_utf8(&text).unwrap();
                    let escaped = value.replace('\\', "\\\\").replace('\n', "\\n").replace('"', "\\\"");
                    assert_eq!(written(|line| line.escape(value)), escaped.as_bytes());
                }
            }
        }
        assert_eq!(written(|line| line.escape("é\u{10FFFF}\u{8A}")), "é\u{10FFFF}\u{8A}".as_bytes());
    }
}
