//! What has to be escaped.

/// Gives `put` a label value, with `\`, `"` and newline escaped.
pub(super) fn escape_each(value: &str, mut put: impl FnMut(&[u8])) {
    for byte in value.bytes() {
        match byte {
            b'\n' => put(b"\\n"),
            b'\\' | b'"' => put(&[b'\\', byte]),
            _ => put(&[byte]),
        }
    }
}

/// Gives `put` a help text, with `\` and newline escaped, and `"` where the format asks for it.
pub(super) fn help(text: &str, quotes: bool, mut put: impl FnMut(&[u8])) {
    for byte in text.bytes() {
        match byte {
            b'\n' => put(b"\\n"),
            b'\\' => put(b"\\\\"),
            b'"' if quotes => put(b"\\\""),
            _ => put(&[byte]),
        }
    }
}

/// Whether a byte of the block has to be escaped in a label value. All bytes are looked at, in a form that compilers make
/// a handful of vector instructions of.
#[inline(always)]
pub(super) fn is_special(block: &[u8; 16]) -> bool {
    let differ: [u8; 16] = std::array::from_fn(|at| {
        let byte = block[at];
        (byte ^ b'\n').min(byte ^ b'"').min(byte ^ b'\\')
    });
    differ.iter().fold(false, |found, differs| found | (*differs == 0))
}

/// Not zero when a byte of the word is. A byte is zero after the exclusive or when it is the one sought; borrows that
/// reach other bytes only come from one that is.
#[inline(always)]
pub(super) const fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const fn zero(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word & (ONES << 7)
    }
    zero(word ^ (ONES * b'\n' as u64)) | zero(word ^ (ONES * b'\\' as u64)) | zero(word ^ (ONES * b'"' as u64))
}
