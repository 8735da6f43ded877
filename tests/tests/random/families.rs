//! Families that are made as values, of every kind.

use super::{bounds, number, string};
use fastrand::Rng;
use narthex::{Error, MetricFamilies, MetricFamily, MetricValue, Number, Timestamp};

const STATES: [&str; 3] = ["off", "a\"b", "\u{1F525}"];
const KINDS: usize = 8;

/// One of each kind, whose names begin with this.
pub fn families(random: &mut Rng, name: &str) -> Result<MetricFamilies, Error> {
    let families: Result<Vec<_>, _> = (0..KINDS).map(|kind| family(random, kind, name)).collect();
    MetricFamilies::new(families?)
}

fn family(random: &mut Rng, kind: usize, name: &str) -> Result<MetricFamily, Error> {
    let (name, help) = (format!("{name}_{kind}"), format!("<{}>", string(random)));
    let made = match kind {
        0 => MetricFamily::counter(&name, &help),
        1 => MetricFamily::gauge(&name, &help),
        2 => MetricFamily::unknown(&name, &help),
        3 => MetricFamily::histogram(&name, &help),
        4 => MetricFamily::gauge_histogram(&name, &help),
        5 => MetricFamily::summary(&name, &help),
        6 => MetricFamily::info(&name, &help),
        _ => MetricFamily::state_set(&name, &help, STATES),
    };
    let mut family = made?.labels(["a", "b"])?;
    for series in 0..random.usize(..4) {
        let (a, b) = (string(random), series.to_string());
        let value = match kind {
            0 => MetricValue::number(sum(random, true)),
            1 | 2 => MetricValue::number(number(random)),
            3 | 4 => histogram(random),
            5 => MetricValue::summary(random.u64(..), sum(random, false)),
            6 => MetricValue::info(),
            _ => MetricValue::state(STATES[random.usize(..STATES.len())]),
        };
        let began = Timestamp::new(random.i64(0..1 << 33), random.u32(..1_000_000_000));
        let value = match (kind, began) {
            (0 | 3 | 5, Some(began)) if random.bool() => value.with_created(began),
            _ => value,
        };
        // the parser of Python's client takes an escaped quote in an exemplar for its end
        let value = match kind {
            0 | 3 | 4 if random.bool() => value.with_exemplar(&[("t", "x")], random.f64() * 100.0, began),
            _ => value,
        };
        family.add([&*a, &b], value)?;
    }
    Ok(family)
}

fn histogram(random: &mut Rng) -> MetricValue {
    let mut count = 0;
    let buckets: Vec<_> = bounds(random).into_iter().chain([f64::INFINITY]).collect();
    let buckets = buckets.into_iter().map(|bound| {
        count += random.u64(..1 << 50) >> random.u32(..50);
        (bound, count)
    });
    let buckets: Vec<_> = buckets.collect();
    MetricValue::histogram(buckets, sum(random, false))
}

/// Anything but NaN, which is refused; for a counter from 0 upwards.
fn sum(random: &mut Rng, counter: bool) -> Number {
    match (random.bool(), number(random)) {
        (true, _) => random.u64(..).into(),
        (_, number) if number.is_nan() => 0.1.into(),
        (_, number) => if counter { number.abs() } else { number }.into(),
    }
}
