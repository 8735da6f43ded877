//! Text and registries for tests.

#![allow(dead_code, reason = "each test uses a part")]

mod families;

use fastrand::Rng;
use narthex::{Counter, Gauge, Histogram, MetricGroup, Registry, Summary};

#[derive(MetricGroup)]
struct Radio {
    /// Sent.
    sent: Counter<u32>,
    /// Level.
    level: Gauge<f32>,
    /// Latency.
    #[metrics(unit = "seconds", scale = -6, buckets(100, 2_500, 1_000_000))]
    latency: Histogram<RadioLatency>,
    /// Drift, either way.
    drift: Summary<i32>,
    /// Weights, in thousandths.
    #[metrics(scale = -3)]
    weight: Summary<u64>,
}

/// Mostly what a parser could trip over.
pub fn string(random: &mut fastrand::Rng) -> String {
    const PIECES: [&str; 24] = [
        "\\",
        "\"",
        "\n",
        "\\n",
        "\\\"",
        "\\\\",
        "\r",
        "\t",
        " ",
        "  ",
        "{",
        "}",
        ",",
        "=",
        "#",
        "# EOF",
        " # ",
        "le",
        "\0",
        "\u{85}",
        "\u{2028}",
        "\u{FEFF}",
        "é",
        "\u{1F525}",
    ];
    let len = random.usize(..10);
    let piece = |_| match random.u8(..4) {
        0 => random.char(..).to_string(),
        1 => random.alphanumeric().to_string(),
        _ => PIECES[random.usize(..PIECES.len())].to_string(),
    };
    (0..len).map(piece).collect()
}

fn number(random: &mut Rng) -> f64 {
    match random.u8(..5) {
        0 => [0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, 1e21, 1e-5]
            [random.usize(..10)],
        1 => f64::from(random.i32(..)) / 1000.0,
        _ => {
            let value = f64::from_bits(random.u64(..));
            if value.is_nan() { 0.1 } else { value }
        }
    }
}

/// Mostly of the middling size that bounds have; one in eight as [`number`].
fn observation(random: &mut Rng) -> f64 {
    if random.u8(..8) == 0 { number(random) } else { random.f64() * 200.0 - 20.0 }
}

/// Increasing, one time in three from below zero.
fn bounds(random: &mut Rng) -> Vec<f64> {
    let lowest = if random.u8(..3) == 0 { -50.0 } else { 0.0 };
    let mut bounds: Vec<f64> =
        (0..random.usize(1..20)).map(|_| lowest + random.f64() * 100.0).chain([lowest, 1.0, 60.0]).collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    bounds
}

/// With something of everything.
pub fn registry(random: &mut Rng) -> Registry {
    let registry = Registry::new();
    let zone = string(random);
    if random.bool() {
        registry.set_target_info(&[("zone", &zone), ("host", "a")]).unwrap();
    }
    let scope = registry.scoped("scope_", &[("scope", &zone)]).unwrap();
    for (place, registry) in [&registry, &scope].into_iter().enumerate() {
        metrics(random, registry, &format!("m{place}"), &zone);
    }
    let radio = Radio::new();
    (0..random.usize(..9)).for_each(|_| {
        radio.sent.inc_by(random.u32(..));
        radio.level.set(random.f32() * 1e6 - 5e5);
        radio.latency.observe(random.u32(..3_000_000));
        radio.drift.observe(random.i32(-99..100));
        radio.weight.observe(random.u64(..1 << 40));
    });
    scope.register(radio).unwrap();
    registry.register(families::families(random, "listed").unwrap()).unwrap();
    scope.register(families::families(random, "listed").unwrap()).unwrap();
    registry
}

fn metrics(random: &mut Rng, registry: &Registry, namespace: &str, zone: &str) {
    let help = format!("<{}>", string(random));
    let counter = registry.counter("events", &help).namespace(namespace).const_labels(&[("zone", zone)]);
    let counter = counter.labels(["a", "b"]).limit(5).created().exemplars().initial([["x", ""]]).register().unwrap();
    let float = registry.counter("work_total", &help).namespace(namespace).unit("seconds").float().register().unwrap();
    let gauge =
        registry.gauge("level", &help).namespace(namespace).subsystem("s").float().labels(["a"]).register().unwrap();
    let whole = registry.gauge("depth", "").namespace(namespace).register().unwrap();
    let wait = registry.histogram("wait", &help).namespace(namespace).unit("seconds").buckets(bounds(random));
    let wait = wait.labels(["a"]).created().exemplars().register().unwrap();
    let size = registry.summary("size", &help).namespace(namespace).labels(["a"]).created().register().unwrap();
    let state =
        registry.state_set("state", &help, ["off", "a\"b", "\u{1F525}"]).namespace(namespace).register().unwrap();
    let info = registry.info("build", &help).namespace(namespace).register().unwrap();
    for kind in 0..4 {
        let (name, [a, b]) = (string(random), [string(random), string(random)]);
        // names that would be another's to classic readers are refused
        let _ = match kind {
            0 => registry.counter(&name, &help).utf8().labels([&a, &b]).register().map(|c| c.get([&b, &a]).inc_by(7)),
            1 => registry.gauge(&name, &help).utf8().labels([&a]).register().map(|gauge| gauge.get([&b]).set(-7)),
            2 => registry.histogram(&name, "").utf8().labels([&a]).register().map(|wait| wait.get([&b]).observe(0.1)),
            _ => registry.state_set(&name, "", [&*b, "on"]).utf8().register().map(drop),
        };
    }
    let read = number(random);
    registry.gauge("read", "").namespace(namespace).callback(move || read).unwrap();
    let (a, b) = (random.u64(..), string(random));
    let reads = registry.counter("reads", "").namespace(namespace).labels(["a"]);
    reads.callback(move |give| give([&b], a.into())).unwrap();

    for value in [f64::INFINITY, f64::NEG_INFINITY].into_iter().take(random.usize(..3)) {
        wait.get(["∞"]).observe(value);
        size.get(["∞"]).observe(value);
    }
    for _ in 0..random.usize(..12) {
        let (a, b, value) = (string(random), string(random), number(random));
        counter.get([&a, &b]).inc_by(random.u64(..1 << 60));
        let _ = counter.get([&a, &b]).inc_with_exemplar(&[("trace_id", "4bf92f35")]);
        let _ = float.inc_by(value.abs());
        gauge.get([&a]).set(value);
        whole.set(random.i64(..));
        wait.get([&a]).observe(observation(random));
        let _ = wait.get([&a]).observe_with_exemplar(observation(random), &[("t", "x")]);
        size.get([&a]).observe(observation(random));
        state.set(["off", "a\"b", "\u{1F525}"][random.usize(..3)]).unwrap();
        info.set([("version", a.as_str()), ("of", b.as_str())]).unwrap();
    }
}
