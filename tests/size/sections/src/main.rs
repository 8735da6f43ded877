//! How long the longest critical section of each call lasts: a line `name<TAB>instructions` each.
#![no_std]
#![no_main]

mod longest;

use core::convert::Infallible;
use core::hint::black_box;
use harness::semihosting::{number, out};
use harness::tick;
use narthex_core::encode::{self, Write};
use narthex_core::*;

/// Eleven bounds, eight series, text of 32 bytes.
#[derive(MetricGroup)]
struct Group {
    /// Counted in 32 bits.
    small: Counter<u32>,
    /// Counted in 64 bits.
    large: Counter,
    /// A float.
    float: Gauge<f64>,
    /// Observed.
    #[metrics(buckets(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000))]
    histogram: Histogram<Integers>,
    /// Observed in floats.
    #[metrics(buckets(0.1, 1.0))]
    floats: Histogram<Floats>,
    /// Looked up.
    #[metrics(labels("method", "status"))]
    family: Family<[&'static str; 2], Counter, 8>,
    /// Looked up, each a histogram.
    #[metrics(labels("method", "status"), buckets(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000))]
    histograms: Family<[&'static str; 2], Histogram<Latencies>, 8>,
    /// Set.
    #[metrics(labels("version"))]
    info: Info<[&'static str; 1], 32>,
}

static GROUP: Group = Group::new();

const FIRST: [&str; 2] = ["GET", "/api/v1/status/of/the/pump"];
const OTHERS: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];

#[harness::entry]
fn main() -> ! {
    let calibration = tick::calibrate();
    tick::start();
    let empty = longest::of(&mut || critical_section::with(|_| ())).unwrap_or_default();
    let row = |name: &str, call: &mut dyn FnMut()| {
        let ticks = longest::of(call).map_or(0, |ticks| ticks - empty);
        out(name);
        out("\t");
        number((u64::from(ticks) * u64::from(tick::INSTRUCTIONS) * 2 / u64::from(calibration)).div_ceil(2));
        out("\n");
    };
    row("counter32", &mut || GROUP.small.inc());
    row("counter64", &mut || GROUP.large.inc());
    row("float", &mut || GROUP.float.inc_by(black_box(0.1)));
    row("observe", &mut || GROUP.histogram.observe(black_box(70)));
    row("observe float", &mut || GROUP.floats.observe(black_box(0.3)));
    row("snapshot", &mut || _ = black_box(GROUP.histogram.snapshot()));
    row("first", &mut || GROUP.family.get(black_box(FIRST)).inc());
    for status in OTHERS {
        GROUP.family.get(["GET", status]);
        GROUP.histograms.get(["GET", status]);
    }
    row("look-up", &mut || GROUP.family.get(black_box(FIRST)).inc());
    GROUP.family.remove(["GET", "7"]);
    row("last", &mut || GROUP.family.get(black_box(["GET", "/api/v1/status/of/the/tank"])).inc());
    row("last histogram", &mut || drop(black_box(GROUP.histograms.get(black_box(FIRST)))));
    row("refused", &mut || GROUP.family.get(black_box(["POST", "x"])).inc());
    row("remove", &mut || _ = black_box(GROUP.family.remove(black_box(FIRST))));
    row("info", &mut || _ = GROUP.info.set(black_box(["1.4.2-rc.1+20261123.abcdef"])));
    row("page", &mut || _ = encode::text(&GROUP, &mut Nowhere));
    harness::semihosting::exit(0)
}

struct Nowhere;

impl Write for Nowhere {
    type Error = Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(black_box(bytes).len())
    }
}
