use super::*;
use crate::exposition::generate_latest;
use crate::registry::Registry;
use narthex_core::encode::TextFormat;
use narthex_core::{
    ClosedLabels, Counter, Gauge, Histogram, LabelNames, Labelled, MetricGroup, Prefix, Prefixed, StateSet, Summary,
    Table, encode,
};

#[derive(MetricGroup)]
struct Radio {
    /// Frames \\ "sent".
    sent: Table<Way, Counter>,
    /// Latency.
    #[metrics(unit = "seconds", scale = -6, buckets(100, 1_000_000))]
    latency: Histogram<RadioLatency>,
    /// Depths.
    #[metrics(buckets(-1.5, 0.0, 2.5e10))]
    depth: Histogram<RadioDepth>,
    /// Sizes.
    size: Summary<i32>,
    /// Offset.
    offset: Gauge<f32>,
    /// Up.
    up: StateSet<bool>,
}

#[derive(Clone, Copy, ClosedLabels)]
enum Way {
    Up,
    Down,
}

#[test]
fn the_bytes_are_those_of_the_core() {
    fn check<F: TextFormat>(registry: &Registry, format: F, write: fn(&Registry, &mut Vec<u8>)) {
        let mut plain = Vec::new();
        write(registry, &mut plain);
        assert_eq!(generate_latest(registry, format), String::from_utf8(plain).unwrap());
    }
    let registry = Registry::new();
    let radio = Radio::new();
    radio.sent.get(Way::Down).inc_by(u64::MAX);
    radio.sent.get(Way::Up).inc();
    [50, 100, 2_000_000].into_iter().for_each(|v| radio.latency.observe(v));
    [-2.0, f64::NAN, 1e10].into_iter().for_each(|v| radio.depth.observe(v));
    radio.size.observe(-7);
    radio.offset.set(0.1);
    let names = LabelNames::new(&["device", "site"]).unwrap();
    registry.register(Labelled::new(names, &["a\"\n\\", "long enough for a word"], radio)).unwrap();
    registry.register(Prefixed::new(Prefix::new("other_").unwrap(), Radio::new())).unwrap();
    let requests = registry.counter("requests", "Requests.").labels(["path", "method"]).register().unwrap();
    for value in ["", "/", "/a\n", "\"", "12345678", "1234567\\", "123456789\"123456", "é\u{10FFFF}"] {
        requests.get([value, "GET"]).inc();
        requests.get(["/", value]).inc();
    }
    for (family, bounds) in [("a_seconds", &[0.5, 1.0][..]), ("b_seconds", &[0.25, 1.0, 1e21])] {
        let waits = registry.histogram(family, "").labels(["queue"]).buckets(bounds.iter().copied());
        let waits = waits.register().unwrap();
        ["mail", "print\"er"].into_iter().for_each(|queue| waits.get([queue]).observe(0.75));
    }
    registry.info("build", "").register().unwrap().set([("version", "1\"2")]).unwrap();
    registry.gauge("f", "").float().register().unwrap().set(f64::NEG_INFINITY);
    check(&registry, Text, |metrics, to| encode::text(metrics, &mut Appended(to)).unwrap());
    check(&registry, OpenMetrics, |metrics, to| encode::openmetrics(metrics, &mut Appended(to)).unwrap());
}

#[test]
fn every_special_byte_is_seen_wherever_it_is() {
    for len in 0..20 {
        for at in 0..len {
            for byte in 0..=127_u8 {
                let mut text = vec![b'a'; len];
                text[at] = byte;
                assert_eq!(is_plain(&text), !matches!(byte, b'\n' | b'\\' | b'"'), "{byte} at {at} of {len}");
            }
        }
    }
    assert!(is_plain("é\u{10FFFF}\u{A}".replace('\n', "").as_bytes()));
}
