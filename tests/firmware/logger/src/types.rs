//! A line begins with the name of the type that it shows.

use defmt::info;
use narthex_core::encode::{CursorError, EncodeError, WriteError};
use narthex_core::*;

buckets!(Micros: u32 = [10, 100]);
buckets!(Celsius: f64 = [-1.5, 0.0]);

#[derive(Clone, Copy, ClosedLabels)]
enum Side {
    Left,
    Right,
}

pub fn cells() {
    let (counter, bytes) = (Counter::<u64>::new(), Counter::<u32>::new());
    counter.inc_by(u64::MAX);
    bytes.inc();
    info!("Counter of u64: {}", counter);
    info!("Counter of u32: {}", bytes);

    let (signed, single, double) = (Gauge::<i64>::new(), Gauge::<f32>::new(), Gauge::<f64>::new());
    signed.set(i64::MIN);
    single.set(0.1);
    double.set(-1.5e300);
    info!("Gauge of i64: {}", signed);
    info!("Gauge of f32: {}", single);
    info!("Gauge of f64: {}", double);

    let (micros, celsius) = (Histogram::<Micros>::new(), Histogram::<Celsius>::new());
    [7, 70, 700].into_iter().for_each(|value| micros.observe(value));
    [-2.25, f64::NAN].into_iter().for_each(|value| celsius.observe(value));
    info!("Histogram of u32: {}", micros);
    info!("Histogram of f64: {}", celsius);

    let summary = Summary::<i32>::new();
    summary.observe(-5);
    info!("Summary: {}", summary);

    for number in [Number::from(1_u32), Number::from(-1_i64), Number::from(0.1_f32), Number::from(1e-300_f64)] {
        info!("Number: {}", number);
    }
}

pub fn families() {
    let table = Table::<Side, Counter>::new();
    table.get(Side::Right).inc();
    info!("Table: {}", table);

    let family = Family::<[&'static str; 1], Counter, 1>::new();
    let series = family.get(["a"]);
    series.inc();
    family.get(["b"]);
    info!("Family: {}", family);
    info!("Series: {}", series);
    family.clear();
    info!("Series, removed: {}", series);

    let info = Info::<[&'static str; 2], 16>::new();
    info!("Info: {}", info);
    let _ = info.set(["1.4.2", "grün"]);
    info!("Info: {}", info);

    let state = StateSet::<Side>::new();
    state.set(Side::Right);
    info!("StateSet: {}", state);
}

pub fn names() {
    const NAME: Name = name!("wifi_rssi_dbm");
    let Ok(labels) = LabelNames::new(&["method", "status"]) else { panic!("label names") };
    info!("Name: {}", NAME);
    info!("LabelNames: {}", labels);
    info!("Labels: {}", Labels::NONE);
    let series = Labels::new(&["method", "status"], &["GET", "200"]);
    info!("Labels: {}", Labels::new(&["device"], &["a"]).and(&series));

    for kind in [
        Kind::Counter,
        Kind::Gauge,
        Kind::Histogram,
        Kind::GaugeHistogram,
        Kind::Summary,
        Kind::Info,
        Kind::StateSet,
        Kind::Unknown,
    ] {
        info!("Kind: {}", kind);
    }
    let desc = Desc::new(Kind::Gauge, NAME, "Signal strength.");
    info!("Desc: {}", desc);
    info!("Desc, scaled: {}", desc.with_scale(-3));
}

/// What a collector gives to a sink.
pub fn samples() {
    struct Log;

    impl Sink for Log {
        fn family(&mut self, _: &Desc<'_>) -> Flow<usize> {
            Ok(0)
        }

        fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
            info!("Sample of {}: {}", desc, sample);
            info!("Point: {}", sample.point);
            Ok(())
        }
    }

    #[derive(MetricGroup)]
    struct Group {
        /// Frames.
        frames: Table<Side, Counter>,
        /// Time on air.
        #[metrics(unit = "seconds", scale = -6)]
        air: Summary<u32>,
        /// Time in the queue.
        #[metrics(buckets(10, 100))]
        queue: Histogram<Queue>,
        /// What runs.
        #[metrics(labels("version"))]
        firmware: Info<[&'static str; 1], 8>,
        /// Which side is on.
        side: StateSet<Side>,
    }

    let group = Group::new();
    group.frames.get(Side::Left).inc();
    group.air.observe(250);
    group.queue.observe(50);
    let _ = group.firmware.set(["1.4"]);
    if let (Ok(prefix), Ok(device)) = (Prefix::new("board_"), LabelNames::new(&["device"])) {
        let _ = Labelled::new(device, &["a"], Prefixed::new(prefix, &group)).collect(&mut Log);
    }
}

pub fn errors() {
    for text in ["", "1st"] {
        if let Err(invalid) = Name::new(text) {
            info!("Invalid: {}", invalid);
            info!("Rule: {}", invalid.rule);
        }
    }
    if let Err(decrease) = Counter::<f64>::new().inc_by(-0.5) {
        info!("Decrease: {}", decrease);
    }
    for bounds in [&[][..], &[2.0, 1.0], &[f64::NAN]] {
        if let Err(error) = bounds::f64::check(bounds) {
            info!("BoundsError: {}", error);
        }
    }
    for refused in [Refused::Full, Refused::TextTooLong] {
        info!("Refused: {}", refused);
    }

    const SILENT: CollectError = CollectError::new(&"the sensor does not answer");
    info!("CollectError: {}", SILENT);
    for stop in [Stop::Sink, Stop::Collector(SILENT)] {
        info!("Stop: {}", stop);
    }
    for error in [WriteError::Sink(Refused::Full), WriteError::Zero] {
        info!("WriteError: {}", error);
    }
    for error in [EncodeError::Sink(7_u8), EncodeError::WriteZero, EncodeError::Collector(SILENT)] {
        info!("EncodeError: {}", error);
    }
    for error in [CursorError::BufferTooSmall { needed: 300 }, CursorError::Collector(SILENT)] {
        info!("CursorError: {}", error);
    }
}
