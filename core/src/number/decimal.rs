//! Text made from its end to its start: integers, with a movable decimal point, come out of a division that way.

/// The largest shift of the decimal point, either way.
pub(super) const SCALE_LIMIT: u8 = 18;

/// The text of one number; for the encoders, of the end of a line.
#[repr(align(8))] // like the counts of a histogram: one routine clears both
pub struct NumberText<const N: usize = 40> {
    bytes: [u8; N], // 40: a sign, 20 digits and 18 zeros
    start: usize,
}

impl<const N: usize> NumberText<N> {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; N], start: N }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The text, as ASCII.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8; N] {
        &mut self.bytes
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.start = N;
    }

    /// Puts a byte in front; what does not fit is left out.
    #[inline]
    pub(crate) fn push(&mut self, byte: u8) {
        let start = self.start.wrapping_sub(1);
        if let Some(place) = self.bytes.get_mut(start) {
            *place = byte;
            self.start = start;
        }
    }

    /// Puts text in front.
    #[inline(never)]
    pub(crate) fn push_all(&mut self, text: &[u8]) {
        for byte in text.iter().rev() {
            self.push(*byte);
        }
    }

    #[inline(always)]
    pub(super) fn integer(&mut self, mut value: u64, scale: i8) {
        if scale != 0 {
            value = self.scaled(value, scale);
        }
        let mut value = u32::try_from(value).unwrap_or_else(|_| self.large(value));
        let mut start = self.start;
        while let Some(place) = self.bytes.get_mut(start.wrapping_sub(1)) {
            start -= 1;
            *place = b'0' + (value % 10) as u8;
            value /= 10;
            if value == 0 {
                break;
            }
        }
        self.start = start;
    }

    /// Writes the last digits, and answers what is left of the value.
    #[cold]
    #[inline(never)]
    fn large(&mut self, mut value: u64) -> u32 {
        loop {
            self.push(pop(&mut value));
            if let Ok(rest) = u32::try_from(value) {
                return rest;
            }
        }
    }

    /// Writes the fraction, or the zeros, and answers what is left of the value.
    #[cold]
    #[inline(never)]
    fn scaled(&mut self, mut value: u64, scale: i8) -> u64 {
        let mut written = false;
        for _ in 0..scale.unsigned_abs().min(SCALE_LIMIT) {
            if scale > 0 {
                if value != 0 {
                    self.push(b'0');
                }
                continue;
            }
            let digit = pop(&mut value);
            written |= digit != b'0'; // no zeros at the end of a fraction
            if written {
                self.push(digit);
            }
        }
        if written {
            self.push(b'.');
        }
        value
    }
}

/// The last decimal digit, taken off by long division in steps of 16 bits: a small target links no 64-bit division.
#[inline(never)]
fn pop(value: &mut u64) -> u8 {
    let (mut quotient, mut rest) = (0, 0);
    for limb in [48, 32, 16, 0] {
        let part = (rest << 16) | (*value >> limb) as u32 & 0xFFFF;
        quotient = (quotient << 16) | u64::from(part / 10);
        rest = part % 10;
    }
    *value = quotient;
    b'0' + rest as u8
}

#[cfg(test)]
mod tests {
    use crate::Number;

    #[test]
    fn integers_and_scales() {
        let check = |n: Number, scale, text: &str| assert_eq!(n.text(scale).as_str(), text);
        check(0_u64.into(), 0, "0");
        check(u64::MAX.into(), 0, "18446744073709551615");
        check((u64::from(u32::MAX) + 1).into(), 0, "4294967296");
        check(42_949_672_950_u64.into(), 0, "42949672950");
        check(i64::MIN.into(), 0, "-9223372036854775808");
        check((-2750).into(), 0, "-2750");
        check((-2750).into(), -3, "-2.75");
        check(7_u32.into(), -6, "0.000007");
        check(1_000_000_u32.into(), -6, "1");
        check(1_000_001_u32.into(), -6, "1.000001");
        check(0_u32.into(), -6, "0");
        check(0_u32.into(), 3, "0");
        check(12_u32.into(), 3, "12000");
        check(u64::MAX.into(), 18, "18446744073709551615000000000000000000");
        check(i64::MIN.into(), -18, "-9.223372036854775808");
        check(1_u32.into(), -128, "0.000000000000000001");
        check(i64::MIN.into(), 127, "-9223372036854775808000000000000000000");
    }

    #[test]
    fn a_scaled_integer_and_its_double_agree() {
        for value in [0_i64, 1, -1, 15, 999_999, -1_000_001, 123_456_789_012] {
            for scale in -12..=6 {
                let n = Number::from(value);
                assert_eq!(n.text(scale).as_str().parse::<f64>().unwrap(), n.to_f64(scale), "{value}e{scale}");
            }
        }
    }
}
