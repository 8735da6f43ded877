/// A label value, with `\`, `"` and newline escaped.
#[inline]
pub(super) fn escape(value: &str, to: &mut Vec<u8>) {
    if is_plain(value.as_bytes()) {
        return to.extend_from_slice(value.as_bytes());
    }
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
