//! Floats as Go writes them.

/// `strconv.FormatFloat(value, 'g', -1, 64)`.
pub(super) fn text_f64(value: f64, buffer: &mut [u8; 24]) -> usize {
    if !value.is_finite() {
        return special(value.is_nan(), value < 0.0, buffer);
    }
    go(zmij::Buffer::new().format_finite(value).as_bytes(), buffer)
}

/// The same for a single, with the digits that tell it from its neighbours among singles.
pub(super) fn text_f32(value: f32, buffer: &mut [u8; 24]) -> usize {
    if !value.is_finite() {
        return special(value.is_nan(), value < 0.0, buffer);
    }
    go(zmij::Buffer::new().format_finite(value).as_bytes(), buffer)
}

fn special(nan: bool, negative: bool, buffer: &mut [u8; 24]) -> usize {
    let mut out = Out { buffer, len: 0 };
    let text = match (nan, negative) {
        (true, _) => "NaN",
        (_, true) => "-Inf",
        _ => "+Inf",
    };
    text.bytes().for_each(|b| out.push(b));
    out.len
}

struct Out<'a> {
    buffer: &'a mut [u8; 24],
    len: usize,
}

impl Out<'_> {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.buffer.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }
}

/// Rewrites `[-]digits[.digits][e[-]digits]` in Go's `%g`: no trailing zeros, and an exponent, of at least two digits,
/// when it is below -4 or above 5.
fn go(shortest: &[u8], buffer: &mut [u8; 24]) -> usize {
    let mut digits = [0_u8; 20];
    let mut count: usize = 0; // significant digits, leading zeros left out
    let mut point: i32 = 0; // the value is 0.DIGITS × 10^point
    let (mut negative, mut fraction, mut exponent) = (false, false, None);
    for &byte in shortest {
        match (byte, &mut exponent) {
            (b'-', None) => negative = true,
            (b'-', Some((below, _))) => *below = true,
            (b'e', _) => exponent = Some((false, 0_i32)),
            (b'.', _) => fraction = true,
            (b'0'..=b'9', Some((_, e))) => *e = e.wrapping_mul(10).wrapping_add(i32::from(byte - b'0')),
            (b'0', None) if count == 0 => point -= i32::from(fraction),
            (b'0'..=b'9', None) => {
                if let Some(place) = digits.get_mut(count) {
                    *place = byte;
                    count += 1;
                }
                point += i32::from(!fraction);
            }
            _ => {}
        }
    }
    match exponent {
        Some((true, e)) => point -= e,
        Some((false, e)) => point += e,
        None => {}
    }
    let mut digits = digits.get(..count).unwrap_or_default();
    while let [rest @ .., b'0'] = digits {
        digits = rest;
    }

    let mut out = Out { buffer, len: 0 };
    if negative {
        out.push(b'-');
    }
    let Some((&first, rest)) = digits.split_first() else {
        out.push(b'0');
        return out.len;
    };
    let exponent = point - 1;
    if (-4..6).contains(&exponent) {
        plain(digits, point, &mut out);
    } else {
        out.push(first);
        if !rest.is_empty() {
            out.push(b'.');
            rest.iter().for_each(|&d| out.push(d));
        }
        out.push(b'e');
        out.push(if exponent < 0 { b'-' } else { b'+' });
        let size = exponent.unsigned_abs();
        if size >= 100 {
            out.push(b'0' + (size / 100) as u8);
        }
        out.push(b'0' + (size / 10 % 10) as u8);
        out.push(b'0' + (size % 10) as u8);
    }
    out.len
}

fn plain(digits: &[u8], point: i32, out: &mut Out<'_>) {
    if point <= 0 {
        out.push(b'0');
        out.push(b'.');
        (point..0).for_each(|_| out.push(b'0'));
    }
    let mut place = 0;
    for &digit in digits {
        if place == point && point > 0 {
            out.push(b'.');
        }
        out.push(digit);
        place += 1;
    }
    (place..point).for_each(|_| out.push(b'0'));
}

#[cfg(test)]
mod tests {
    use crate::Number;

    #[test]
    fn as_go_writes_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-1.0, "-1"),
            (0.5, "0.5"),
            (10.0, "10"),
            (100_000.0, "100000"),
            (999_999.0, "999999"),
            (1e6, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (-1_234_567.0, "-1.234567e+06"),
            (123_456.789, "123456.789"),
            (0.0001, "0.0001"),
            (0.000_012_5, "1.25e-05"),
            (1e21, "1e+21"),
            (1e100, "1e+100"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (-0.000_123_456_789_012_345_67, "-0.00012345678901234567"),
            (2.5, "2.5"),
            (0.1, "0.1"),
            (1.0 / 3.0, "0.3333333333333333"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(Number::from(value).text(0).as_str(), text);
        }
        assert_eq!(Number::from(0.1_f32).text(0).as_str(), "0.1");
        assert_eq!(Number::from(f32::MAX).text(0).as_str(), "3.4028235e+38");
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut bits = 0x9E37_79B9_7F4A_7C15_u64;
        let rounds = if cfg!(miri) { 50 } else { 50_000 };
        for _ in 0..rounds {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            let value = f64::from_bits(bits);
            if value.is_finite() {
                let text = Number::from(value).text(0);
                assert_eq!(text.as_str().parse::<f64>().unwrap().to_bits(), bits, "{}", text.as_str());
            }
        }
    }
}
