//! Decimals that no double is written as: `0.000007`, `1234567.000001`. Firmware writes them, from integers with a scale.

use crate::parse::page::{Page, Point, Run};
use crate::parse::value::{Value, integer};
use narthex_core::Number;

/// The largest scale of a family, either way.
const LIMIT: usize = 18;

/// What `text` says, when it is not what `double`, the nearest double, would be written as.
pub(super) fn decimal(text: &str, double: f64) -> Option<Value> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let Some((whole, fraction)) = digits.split_once('.') else { return large(digits, negative) };
    let canonical = matches!(whole.as_bytes(), [b'0'] | [b'1'..=b'9', ..])
        && matches!(fraction.as_bytes(), [.., b'1'..=b'9'])
        && fraction.len() <= LIMIT;
    if !canonical {
        return None; // with an exponent, or of a hand that is not ours
    }
    let (high, low) = (integer(whole.as_bytes())?, integer(fraction.as_bytes())?);
    let digits = high.checked_mul(10_u64.pow(fraction.len() as u32))?.checked_add(low)?;
    let size = digits.ilog10() as usize;
    let plain =
        (fraction.len()..fraction.len() + 6).contains(&size) || (size < fraction.len() && size + 4 >= fraction.len());
    let as_double = plain && (size < 15 || Number::from(double).text(0).as_bytes().iter().eq(text.as_bytes()));
    (!as_double).then_some(Value::Decimal { digits, exponent: -(fraction.len() as i8), negative })
}

/// An integer beyond 64 bits, whose last digits are zeros.
#[cold]
fn large(digits: &str, negative: bool) -> Option<Value> {
    let zeros = digits.bytes().rev().take(LIMIT).take_while(|digit| *digit == b'0').count();
    let digits = integer(digits.get(..digits.len() - zeros)?.as_bytes())?;
    Some(Value::Decimal { digits, exponent: zeros as i8, negative })
}

/// The double that is nearest to a decimal.
pub(super) fn double(decimal: Value) -> f64 {
    let Value::Decimal { digits, exponent, negative } = decimal else { return decimal.to_f64() };
    let double = format!("{digits}e{exponent}").parse().unwrap_or(f64::NAN);
    if negative { -double } else { double }
}

/// Makes the decimals of a family integers of one scale, which is answered; doubles, when there is no such scale.
pub(super) fn rescale(page: &mut Page, series: Run) -> i8 {
    let mut scale = i8::MAX;
    each(page, series, &mut |value| {
        if let Some((_, exponent)) = parts(*value) {
            scale = scale.min(exponent);
        }
    });
    let mut fits = true;
    each(page, series, &mut |value| fits &= scaled(*value, scale).is_some());
    each(page, series, &mut |value| match (scaled(*value, scale), &value) {
        (Some(scaled), _) if fits => *value = scaled,
        (_, Value::Decimal { .. }) => *value = Value::F64(value.to_f64()),
        _ => {}
    });
    if fits { scale } else { 0 }
}

/// The value as an integer of this scale, if it is one; floats stay.
fn scaled(value: Value, scale: i8) -> Option<Value> {
    let Some((digits, exponent)) = parts(value) else { return Some(value) };
    let power = 10_i128.checked_pow(u32::try_from(exponent - scale).ok()?)?;
    let scaled = digits.checked_mul(power)?;
    u64::try_from(scaled).map(Value::U64).or_else(|_| i64::try_from(scaled).map(Value::I64)).ok()
}

/// The digits of what is no double, without zeros at the end, and their exponent.
fn parts(value: Value) -> Option<(i128, i8)> {
    let (mut digits, mut exponent) = match value {
        Value::U64(value) => (i128::from(value), 0),
        Value::I64(value) => (i128::from(value), 0),
        Value::Decimal { digits, exponent, negative: false } => (i128::from(digits), exponent),
        Value::Decimal { digits, exponent, negative: true } => (-i128::from(digits), exponent),
        Value::F64(_) => return None,
    };
    while digits % 10 == 0 && exponent < LIMIT as i8 {
        digits /= 10;
        exponent += 1;
    }
    Some((digits, exponent))
}

/// Every value of a family that a scale applies to.
fn each(page: &mut Page, series: Run, visit: &mut dyn FnMut(&mut Value)) {
    let Page { series: all, histograms, bounds, summaries, .. } = page;
    for series in series.of_mut(all) {
        match &mut series.point {
            Point::Number(value) => visit(value),
            Point::Histogram(at) => {
                let Some(histogram) = histograms.get_mut(*at as usize) else { continue };
                histogram.sum.iter_mut().for_each(&mut *visit);
                histogram.bounds.of_mut(bounds).iter_mut().for_each(&mut *visit);
            }
            Point::Summary(at) => {
                let Some(summary) = summaries.get_mut(*at as usize) else { continue };
                summary.sum.iter_mut().for_each(&mut *visit);
            }
            Point::StateSet(_) | Point::Info => {}
        }
    }
}
