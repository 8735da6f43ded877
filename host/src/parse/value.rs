//! Numbers and timestamps as they are written.

use crate::parse::scale;
use narthex_core::{Number, Timestamp};
use std::cmp::Ordering;

/// A number in the width that it was written in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    U64(u64),
    I64(i64),
    F64(f64),
    /// `digits × 10^exponent`, as no double is written: see [`rescale`](super::scale::rescale), after which there is none.
    Decimal {
        digits: u64,
        exponent: i8,
        negative: bool,
    },
}

impl Value {
    /// As [`parse`](Self::parse), but what a scaled integer is written as stays exact.
    pub(super) fn parse_scaled(text: &str) -> Result<Self, &'static str> {
        match Self::parse(text)? {
            Value::F64(value) if value.is_finite() => Ok(scale::decimal(text, value).unwrap_or(Value::F64(value))),
            value => Ok(value),
        }
    }

    /// As a moment, in seconds since 1970, if it is one.
    pub(super) fn to_timestamp(self) -> Option<Timestamp> {
        match self {
            Value::U64(seconds) => Timestamp::new(i64::try_from(seconds).ok()?, 0),
            Value::I64(seconds) => Timestamp::new(seconds, 0),
            // the shortest decimal that is read as this double, and so the one that was written
            Value::F64(seconds) => timestamp(&seconds.to_string()).ok(),
            Value::Decimal { digits, exponent, negative } => {
                let (places, sign) = (usize::from(exponent.min(0).unsigned_abs()), if negative { "-" } else { "" });
                let one = 10_u64.checked_pow(places as u32)?;
                let zeros = "0".repeat(exponent.max(0) as usize);
                timestamp(&format!("{sign}{}{zeros}.{:0places$}", digits / one, digits % one)).ok()
            }
        }
    }

    /// What a sample has as its value: a decimal number, `NaN`, `+Inf` or `-Inf`, the words in any case.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let (sign, digits) = match text.as_bytes() {
            [sign @ (b'+' | b'-'), rest @ ..] => (Some(*sign), rest),
            rest => (None, rest),
        };
        let negative = sign == Some(b'-');
        if let Some(value) = integer(digits) {
            return Ok(match value {
                0 if negative => Value::F64(-0.0),
                _ if !negative => Value::U64(value),
                _ => match 0_i64.checked_sub_unsigned(value) {
                    Some(value) => Value::I64(value),
                    None => Value::F64(-(value as f64)),
                },
            });
        }
        if is_decimal(digits) {
            return match text.parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(Value::F64(value)),
                _ => Err("is beyond the range of a double"),
            };
        }
        if digits.eq_ignore_ascii_case(b"inf") {
            return Ok(Value::F64(if negative { f64::NEG_INFINITY } else { f64::INFINITY }));
        }
        if digits.eq_ignore_ascii_case(b"nan") && sign.is_none() {
            return Ok(Value::F64(f64::NAN));
        }
        Err("is not a number; write a decimal like 1.5e-3, or +Inf, -Inf, NaN")
    }

    pub(super) fn to_f64(self) -> f64 {
        match self {
            Value::U64(value) => value as f64,
            Value::I64(value) => value as f64,
            Value::F64(value) => value,
            Value::Decimal { .. } => scale::double(self),
        }
    }

    /// The value as a count, when it is whole and not negative.
    pub(super) fn to_count(self) -> Option<u64> {
        const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;
        match self {
            Value::U64(value) => Some(value),
            Value::F64(value) if (0.0..TOO_LARGE).contains(&value) && value.fract() == 0.0 => Some(value as u64),
            _ => None,
        }
    }

    pub(super) fn is_decimal(self) -> bool {
        matches!(self, Value::Decimal { .. })
    }

    pub(super) fn is_nan(self) -> bool {
        matches!(self, Value::F64(value) if value.is_nan())
    }

    pub(super) fn is_negative(self) -> bool {
        match self {
            Value::U64(_) => false,
            Value::I64(value) => value < 0,
            Value::F64(value) => value < 0.0,
            Value::Decimal { negative, .. } => negative,
        }
    }

    /// Integers are compared exactly, others as doubles.
    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        match (self.integer(), other.integer()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => self.to_f64().partial_cmp(&other.to_f64()),
        }
    }

    fn integer(self) -> Option<i128> {
        match self {
            Value::U64(value) => Some(value.into()),
            Value::I64(value) => Some(value.into()),
            Value::F64(_) | Value::Decimal { .. } => None,
        }
    }
}

impl From<Value> for Number {
    fn from(value: Value) -> Self {
        match value {
            Value::U64(value) => value.into(),
            Value::I64(value) => value.into(),
            Value::F64(_) | Value::Decimal { .. } => value.to_f64().into(),
        }
    }
}

/// A decimal number of seconds, to the nanosecond; finer digits are cut off.
pub(super) fn timestamp(text: &str) -> Result<Timestamp, &'static str> {
    const WRONG: &str = "is not a timestamp; write seconds since 1970 like 1600000000.123";
    const BEYOND: &str = "is a timestamp beyond the range of 64-bit seconds";
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if !is_decimal(digits) {
        return Err(WRONG);
    }
    let mut parts = digits.splitn(2, |byte| *byte == b'.');
    let (whole, fraction) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let nanoseconds = if digits.iter().any(|byte| byte.eq_ignore_ascii_case(&b'e')) {
        let value: f64 = text.parse().map_err(|_| WRONG)?;
        if value.abs() >= i64::MAX as f64 {
            return Err(BEYOND);
        }
        let whole = value.floor();
        return Timestamp::new(whole as i64, (((value - whole) * 1e9) as u32).min(999_999_999)).ok_or(WRONG);
    } else {
        (0..9).fold(0_u32, |sum, at| sum * 10 + u32::from(fraction.get(at).map_or(0, |digit| digit - b'0')))
    };
    let seconds = if whole.is_empty() { Some(0) } else { integer(whole) };
    let seconds = seconds.and_then(|seconds| i64::try_from(seconds).ok()).ok_or(BEYOND)?;
    let time = match (negative, nanoseconds) {
        (false, _) => Timestamp::new(seconds, nanoseconds),
        (true, 0) => Timestamp::new(-seconds, nanoseconds),
        (true, _) => Timestamp::new(-seconds - 1, 1_000_000_000 - nanoseconds),
    };
    time.ok_or(WRONG)
}

/// Digits that fit into 64 bits.
pub(super) fn integer(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// `1*DIGIT ["." *DIGIT]` or `*DIGIT "." 1*DIGIT`, with an exponent or without (OpenMetrics 1.0, "ABNF").
fn is_decimal(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(text);
    let mut rest = text.get(whole..).unwrap_or_default();
    let mut fraction = 0;
    if let [b'.', after @ ..] = rest {
        fraction = digits(after);
        rest = after.get(fraction..).unwrap_or_default();
    }
    let exponent = match rest {
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => exponent,
        [] => b"0",
        _ => return false,
    };
    whole + fraction > 0 && !exponent.is_empty() && digits(exponent) == exponent.len()
}
