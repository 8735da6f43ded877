/// A label value, with `\`, `"` and newline escaped.
#[inline]
pub(super) fn escape(value: &str, to: &mut Vec<u8>) {
    if is_plain(value.as_bytes()) { put(value.as_bytes(), to) } else { escape_each(value, to) }
}

/// Short pieces are copied here, by words that may overlap: for most of what a line consists of, a call takes longer.
#[inline(always)]
pub(super) fn put(piece: &[u8], to: &mut Vec<u8>) {
    match piece.len() {
        17..=32 => put_overlapping::<16>(piece, to),
        8..=16 => put_overlapping::<8>(piece, to),
        4..8 => put_overlapping::<4>(piece, to),
        ..4 => piece.iter().for_each(|byte| to.push(*byte)),
        _ => to.extend_from_slice(piece),
    }
}

/// Between one and two words of `N` bytes: the first, and the last over it.
#[inline(always)]
fn put_overlapping<const N: usize>(piece: &[u8], to: &mut Vec<u8>) {
    let (Some(first), Some(last)) = (piece.first_chunk::<N>(), piece.last_chunk::<N>()) else { return };
    to.reserve(2 * N);
    let end = to.len() + piece.len();
    to.extend_from_slice(first);
    to.truncate(end - N);
    to.extend_from_slice(last);
}

#[cold]
fn escape_each(value: &str, to: &mut Vec<u8>) {
    for byte in value.bytes() {
        match byte {
            b'\n' => to.extend_from_slice(b"\\n"),
            b'\\' | b'"' => to.extend_from_slice(&[b'\\', byte]),
            _ => to.push(byte),
        }
    }
}

/// A help text, with `\` and newline escaped, and `"` where the format asks for it.
pub(super) fn help(text: &str, quotes: bool, to: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'\n' => to.extend_from_slice(b"\\n"),
            b'\\' => to.extend_from_slice(b"\\\\"),
            b'"' if quotes => to.extend_from_slice(b"\\\""),
            _ => to.push(byte),
        }
    }
}

/// Whether nothing is to be escaped: eight bytes at a time, the last eight once more.
#[inline]
pub(super) fn is_plain(value: &[u8]) -> bool {
    let Some(last) = value.last_chunk::<8>() else { return value.iter().all(|b| !matches!(b, b'\n' | b'\\' | b'"')) };
    let words = value.as_chunks::<8>().0;
    let found =
        words.iter().fold(special(u64::from_le_bytes(*last)), |found, w| found | special(u64::from_le_bytes(*w)));
    found == 0
}

/// Not zero when a byte of the word is special. A byte is zero after the exclusive or when it is the one sought; borrows
/// that reach other bytes only come from one that is.
#[inline]
const fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const fn zero(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word & (ONES << 7)
    }
    zero(word ^ (ONES * b'\n' as u64)) | zero(word ^ (ONES * b'\\' as u64)) | zero(word ^ (ONES * b'"' as u64))
}
