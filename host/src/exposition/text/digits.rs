/// An integer in decimal. Eight digits at a time are made in a register: those that go through a buffer on the stack
/// take longer to copy than to make.
#[inline]
pub(super) fn put_u64(value: u64, to: &mut Vec<u8>) {
    if value < EIGHT {
        return put_first(value, to);
    }
    put_more(value, to);
}

/// 10^8.
const EIGHT: u64 = 100_000_000;

fn put_more(value: u64, to: &mut Vec<u8>) {
    match value / EIGHT {
        above if above < EIGHT => put_first(above, to),
        above => put_more(above, to),
    }
    to.extend_from_slice(&(digits(value % EIGHT) | ZEROS).to_le_bytes());
}

/// Without zeros at the start.
#[inline]
fn put_first(value: u64, to: &mut Vec<u8>) {
    let digits = digits(value);
    let zeros = (digits.trailing_zeros() / 8).min(7);
    let end = to.len() + 8 - zeros as usize;
    to.extend_from_slice(&((digits | ZEROS) >> (8 * zeros)).to_le_bytes());
    to.truncate(end);
}

/// `0` in each byte.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The eight digits of a value below 10^8, the first in the lowest byte: halved three times, each half in a lane.
#[inline]
fn digits(value: u64) -> u64 {
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    let hundreds = ((fours * 5243) >> 19) & 0x0000_007F_0000_007F; // x / 100, for x below 10^4
    let twos = hundreds | ((fours - 100 * hundreds) << 16);
    let tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F; // x / 10, for x below 100
    tens | ((twos - 10 * tens) << 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_everybody_writes_them() {
        let powers =
            (0..20).map(|n| 10_u64.pow(n)).flat_map(|power| [power - 1, power, power + 1, power.wrapping_mul(7)]);
        let bits = (0..64).flat_map(|n| [1_u64 << n, u64::MAX >> n]);
        let all = (0..20_000).chain((0..EIGHT).step_by(9_973)).chain(powers).chain(bits);
        for value in all {
            let mut text = vec![b'x'];
            put_u64(value, &mut text);
            assert_eq!(str::from_utf8(&text), Ok(&*format!("x{value}")));
        }
    }
}
