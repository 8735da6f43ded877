//! Integers, with a movable decimal point, and the buffer that holds any number's text.

/// The largest shift of the decimal point, either way.
pub(super) const SCALE_LIMIT: u8 = 18;

const LEN: usize = 40; // a sign, 20 digits and 18 zeros

/// The text of one number.
pub struct NumberText {
    bytes: [u8; LEN],
    start: u8,
    end: u8,
}

impl NumberText {
    /// The text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The text, as ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(usize::from(self.start)..usize::from(self.end)).unwrap_or_default()
    }

    pub(super) fn float(text: impl FnOnce(&mut [u8; 24]) -> usize) -> Self {
        let mut buffer = [0; 24];
        let len = text(&mut buffer);
        let mut bytes = [0; LEN];
        for (to, from) in bytes.iter_mut().zip(buffer) {
            *to = from;
        }
        Self { bytes, start: 0, end: len.min(buffer.len()) as u8 }
    }

    pub(super) fn integer(negative: bool, value: u64, scale: i8) -> Self {
        let mut text = Self { bytes: [0; LEN], start: LEN as u8, end: LEN as u8 };
        let mut digits = Digits(value);
        if scale == 0 {
            text.whole(&mut digits);
        } else {
            text.scaled(&mut digits, scale);
        }
        if negative {
            text.push(b'-');
        }
        text
    }

    /// Puts a byte in front.
    fn push(&mut self, byte: u8) {
        let start = usize::from(self.start).wrapping_sub(1);
        if let Some(place) = self.bytes.get_mut(start) {
            *place = byte;
            self.start = start as u8;
        }
    }

    fn whole(&mut self, digits: &mut Digits) {
        loop {
            self.push(digits.pop());
            if digits.0 == 0 {
                break;
            }
        }
    }

    #[cold]
    fn scaled(&mut self, digits: &mut Digits, scale: i8) {
        let shift = scale.unsigned_abs().min(SCALE_LIMIT);
        if scale > 0 {
            if digits.0 != 0 {
                (0..shift).for_each(|_| self.push(b'0'));
            }
        } else {
            let mut written = false;
            for _ in 0..shift {
                let digit = digits.pop();
                written |= digit != b'0'; // no zeros at the end of a fraction
                if written {
                    self.push(digit);
                }
            }
            if written {
                self.push(b'.');
            }
        }
        self.whole(digits);
    }
}

/// Decimal digits from the last to the first, without the 64-bit division routine that a small target would link.
struct Digits(u64);

impl Digits {
    fn pop(&mut self) -> u8 {
        if let Ok(small) = u32::try_from(self.0) {
            self.0 = u64::from(small / 10);
            return b'0' + (small % 10) as u8;
        }
        let (mut quotient, mut rest) = (0, 0);
        for limb in [48, 32, 16, 0] {
            let part = (rest << 16) | (self.0 >> limb) as u32 & 0xFFFF;
            quotient = (quotient << 16) | u64::from(part / 10);
            rest = part % 10;
        }
        self.0 = quotient;
        b'0' + rest as u8
    }
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
