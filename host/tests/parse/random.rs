//! Whatever a collector gives, written by the encoders and read back.

use crate::{openmetrics, text};
use fastrand::Rng;
use narthex::{Collect, Desc, Flow, Kind, LabelNames, Labels, Name, Number, Point, Sample, Sink, parse_openmetrics};

#[test]
fn any_registry_is_read_back() {
    let mut random = Rng::with_seed(0x6e61_7274_6865_7833);
    for _ in 0..2_000 {
        let metrics = Metrics((0..random.usize(..6)).map(|index| Family::new(&mut random, index)).collect());
        let page = openmetrics(&metrics);
        let parsed = parse_openmetrics(&page).unwrap_or_else(|error| panic!("{error}\n{page}"));
        same(&openmetrics(&parsed), &page);
        same(&text(&parsed), &text(&metrics));
        assert_eq!(parsed.families().iter().map(|family| family.len()).sum::<usize>(), metrics.series());
    }
}

fn same(read: &str, written: &str) {
    read.split('\n').zip(written.split('\n')).for_each(|(read, written)| assert_eq!(read, written));
    assert_eq!(read.len(), written.len());
}

struct Metrics(Vec<Family>);

struct Family {
    name: String,
    help: String,
    unit: &'static str,
    kind: Kind,
    scale: i8,
    labels: Vec<String>,
    series: Vec<Series>,
}

struct Series {
    labels: Vec<String>,
    value: Value,
}

enum Value {
    Number(Number),
    Histogram { bounds: &'static dyn Bounds, buckets: Vec<u64>, sum: Number },
    Summary(u64, Number),
    Info,
    StateSet(Vec<String>, usize),
}

trait Bounds: narthex::Numbers {}
impl<T: narthex::Numbers> Bounds for T {}

const KINDS: [Kind; 8] = [
    Kind::Counter,
    Kind::Gauge,
    Kind::Histogram,
    Kind::GaugeHistogram,
    Kind::Summary,
    Kind::Info,
    Kind::StateSet,
    Kind::Unknown,
];

/// Integers that are scaled, integers beyond what a double holds, and doubles.
const BOUNDS: [&dyn Bounds; 6] = [
    &(&[] as &[u64]),
    &(&[1_u64, 7, 100, 5_000_000_000, (1 << 53) + 1, u64::MAX] as &[u64]),
    &(&[0_i64, 1, 250, 1_000_000] as &[i64]),
    &(&[0.000_012_5, 0.1, 1.0, 2.5, 1e6, 1e21] as &[f64]),
    &(&[0.1_f32, 0.25, 3.0e10] as &[f32]),
    &(&[-7_i64, 0, 7] as &[i64]),
];

impl Family {
    fn new(random: &mut Rng, index: usize) -> Self {
        let kind = KINDS[random.usize(..KINDS.len())];
        let unit = if random.bool() && !matches!(kind, Kind::Info | Kind::StateSet) { "seconds" } else { "" };
        let name = format!("family_{index}{}{unit}", if unit.is_empty() { "" } else { "_" });
        // of one type in a family, as cells are
        let number: fn(&mut Rng, bool) -> Number = match random.u8(..6) {
            0 => |random, _| size(random).into(),
            1 => |random, signed| if signed { (size(random) as i64).into() } else { size(random).into() },
            2 => |random, signed| if signed { (size(random) as i32).into() } else { (size(random) as u32).into() },
            3 => |random, signed| double(random, signed).into(),
            4 => |random, signed| (double(random, signed) as f32).into(),
            _ => |random, signed| {
                let cents = random.i64(..1_000_000) as f64 / 100.0;
                (if signed { cents } else { cents.abs() }).into()
            },
        };
        let bounds = BOUNDS[random.usize(..BOUNDS.len())];
        let labels: Vec<_> = (0..random.usize(..4)).map(|label| format!("label_{label}")).collect();
        let mut family = Self {
            help: string(random),
            scale: if random.bool() { 0 } else { random.i8(-18..=18) },
            series: Vec::new(),
            name,
            unit,
            kind,
            labels,
        };
        for _ in 0..random.usize(..5) {
            let labels: Vec<_> = family.labels.iter().map(|_| string(random)).collect();
            if family.series.iter().any(|series| series.labels == labels) {
                continue;
            }
            let mut total = 0;
            let mut count = || {
                total += size(random) >> 8;
                total
            };
            let value = match kind {
                Kind::Histogram | Kind::GaugeHistogram => Value::Histogram {
                    bounds,
                    buckets: (0..=bounds.len()).map(|_| count()).collect(),
                    sum: match bounds.get(0) {
                        Some(bound) if bound.is_negative_or_nan() => f64::NAN.into(),
                        Some(bound) if bound.is_integer() => size(random).into(), // as an observation is, so is the sum
                        _ => finite(random, |random, signed| double(random, signed).into()),
                    },
                },
                Kind::Summary => Value::Summary(count(), finite(random, number)),
                Kind::Info => Value::Info,
                Kind::StateSet => {
                    let states: Vec<_> = (0..random.usize(1..4)).map(|n| format!("{}{n}", string(random))).collect();
                    let active = random.usize(..=states.len()); // of that many, none
                    Value::StateSet(states, active)
                }
                Kind::Counter => Value::Number(finite(random, number)),
                _ => Value::Number(number(random, true)),
            };
            family.series.push(Series { labels, value });
        }
        family
    }
}

/// What a counter or sum may be.
fn finite(random: &mut Rng, number: fn(&mut Rng, bool) -> Number) -> Number {
    loop {
        let number = number(random, false);
        if number.to_f64(0) >= 0.0 {
            return number;
        }
    }
}

/// Of any length.
fn size(random: &mut Rng) -> u64 {
    random.u64(..) >> random.u32(..64)
}

fn double(random: &mut Rng, signed: bool) -> f64 {
    let value = f64::from_bits(random.u64(..));
    if signed { value } else { value.abs() }
}

/// Mostly what a parser could trip over.
fn string(random: &mut Rng) -> String {
    const PIECES: [&str; 16] =
        ["\\", "\"", "\n", "\\n", "\r", "\t", " ", "{", "}", ",", "=", "# EOF", " # ", "\0", "\u{FEFF}", "é"];
    let len = random.usize(..8);
    let piece = |_| match random.u8(..3) {
        0 => random.char(..).to_string(),
        1 => random.alphanumeric().to_string(),
        _ => PIECES[random.usize(..PIECES.len())].to_string(),
    };
    (0..len).map(piece).collect()
}

impl Metrics {
    fn series(&self) -> usize {
        self.0.iter().map(|family| family.series.len()).sum()
    }
}

impl Collect for Metrics {
    fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        unreachable!("it is only encoded")
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        for family in &self.0 {
            let names: Vec<_> = family.labels.iter().map(String::as_str).collect();
            let desc = Desc::new(family.kind, Name::new(&family.name).unwrap(), &family.help);
            let desc = desc.with_unit(family.unit).unwrap().with_scale(family.scale);
            let desc = desc.with_labels(LabelNames::new(&names).unwrap()).unwrap();
            let first = sink.family(&desc)?;
            for (index, series) in family.series.iter().enumerate().skip(first) {
                let values: Vec<_> = series.labels.iter().map(String::as_str).collect();
                let states: Vec<_> = match &series.value {
                    Value::StateSet(states, _) => states.iter().map(String::as_str).collect(),
                    _ => Vec::new(),
                };
                let point = match &series.value {
                    Value::Number(number) => Point::Number(*number),
                    Value::Histogram { bounds, buckets, sum } => {
                        Point::Histogram { bounds: *bounds, buckets, sum: *sum }
                    }
                    Value::Summary(count, sum) => Point::Summary { count: *count, sum: *sum },
                    Value::Info => Point::Info,
                    Value::StateSet(_, active) => Point::StateSet { states: &states, active: *active },
                };
                sink.sample(&desc, &Sample::new(index, &Labels::new(&names, &values), &point))?;
            }
        }
        Ok(())
    }
}
