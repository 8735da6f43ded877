//! Integers in decimal.

/// 10^8.
pub(super) const EIGHT: u64 = 100_000_000;

/// `0` in each byte.
pub(super) const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The eight digits of a value below 10^8, the first in the lowest byte: halved three times, each half in a lane.
#[inline(always)]
pub(super) fn digits(value: u64) -> u64 {
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    let hundreds = ((fours * 5243) >> 19) & 0x0000_007F_0000_007F; // x / 100, for x below 10^4
    let twos = hundreds | ((fours - 100 * hundreds) << 16);
    let tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F; // x / 10, for x below 100
    tens | ((twos - 10 * tens) << 8)
}
