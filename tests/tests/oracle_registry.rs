//! Random registries of everything: each number that a parser of somebody else's reads on their pages is the one that
//! `sample_value` gives, to the bit, and there are no others.

mod random;

use fastrand::Rng;
use narthex::encode::{Escaping, OpenMetrics, Text};
use narthex::{
    Counter, Gauge, Histogram, MetricFamily, MetricGroup, Registry, Summary, generate_latest_escaped,
    parse_openmetrics, sample_value,
};
use narthex_tests::python;
use random::string;
use serde_json::{Value, json};
use std::collections::HashMap;

const PROGRAM: &str = r#"
import json, struct, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text

for line in sys.stdin:
    page = json.loads(line)
    families = (openmetrics if page["open"] else text)(page["page"])
    print(json.dumps([
        [s.name, s.labels, struct.pack(">d", s.value).hex()] for f in families for s in f.samples]))
"#;

const REGISTRIES: usize = 50;

#[derive(MetricGroup)]
struct Radio {
    /// Sent.
    sent: Counter<u32>,
    /// Level.
    level: Gauge<f32>,
    /// Latency.
    #[metrics(unit = "seconds", scale = -6, buckets(100, 2_500, 1_000_000))]
    latency: Histogram<RadioLatency>,
    /// Weights, in thousandths.
    #[metrics(scale = -3)]
    weight: Summary<u64>,
}

#[test]
fn every_number_is_the_one_that_was_measured() {
    let mut random = Rng::with_seed(0x6e61_7274_6865_7834);
    let registries: Vec<_> = (0..REGISTRIES).map(|_| registry(&mut random)).collect();
    let mut input = String::new();
    let mut pages = Vec::new();
    for registry in &registries {
        for escaping in Escaping::ALL {
            for open in [true, false] {
                let page = match open {
                    true => generate_latest_escaped(registry, OpenMetrics, escaping),
                    false => generate_latest_escaped(registry, Text, escaping),
                };
                input += &json!({ "open": open, "page": page }).to_string();
                input.push('\n');
                pages.push((registry, escaping, page));
            }
        }
    }
    let output = python::run(PROGRAM, input).expect("both parsers take every page");
    assert_eq!(output.lines().count(), pages.len());
    let mut numbers = 0;
    let mut escaped = HashMap::new();
    for (line, (registry, escaping, page)) in output.lines().zip(&pages) {
        let samples: Vec<(String, Value, String)> = serde_json::from_str(line).unwrap();
        assert_eq!(samples.len(), page.lines().filter(|line| !line.starts_with('#')).count(), "{page}");
        numbers += samples.len();
        let open = page.ends_with("# EOF\n");
        let bits: Vec<_> = samples.iter().map(|(.., bits)| bits.clone()).collect();
        if *escaping == Escaping::Underscores {
            escaped.insert(open, bits);
        } else {
            assert_eq!(escaped[&open], bits, "{escaping}\n{page}");
        }
        if matches!(escaping, Escaping::Dots | Escaping::Values) {
            continue; // nothing finds a sample by such a name
        }
        let ours = (open && *escaping == Escaping::Underscores).then(|| parse_openmetrics(page).unwrap());
        for (name, labels, bits) in &samples {
            let labels =
                labels.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
            let labels: Vec<_> = labels
                .map(|(name, value)| (name, if name == "le" { value.trim_end_matches(".0") } else { value }))
                .collect();
            // "-0" is the integer 0 to the parsers: -0.0 + 0.0 is 0.0, and every other number stays itself.
            let value = |value: Option<f64>| value.map(|value| format!("{:016x}", (value + 0.0).to_bits()));
            assert_eq!(value(registry.sample_value(name, &labels)).as_ref(), Some(bits), "{name} {labels:?}\n{page}");
            if let Some(ours) = &ours {
                assert_eq!(value(sample_value(ours, name, &labels)).as_ref(), Some(bits), "parsed {name} {labels:?}");
            }
        }
    }
    assert!(numbers > 200 * REGISTRIES, "{numbers}");
}

fn number(random: &mut Rng) -> f64 {
    match random.u8(..5) {
        0 => [0.0, -0.0, 1.0, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, 1e21, 1e-5]
            [random.usize(..9)],
        1 => f64::from(random.i32(..)) / 1000.0,
        _ => {
            let value = f64::from_bits(random.u64(..));
            if value.is_nan() { 0.1 } else { value }
        }
    }
}

fn registry(random: &mut Rng) -> Registry {
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
        radio.weight.observe(random.u64(..1 << 40));
    });
    scope.register(radio).unwrap();
    let family = MetricFamily::counter("listed", "L.").unwrap().labels(["a"]).unwrap();
    registry.register(family.with([&*zone], random.u64(..)).unwrap()).unwrap();
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
    let mut bounds: Vec<f64> = (0..random.usize(1..20)).map(|_| random.f64() * 100.0).chain([1.0, 20.0]).collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    let wait = registry.histogram("wait", &help).namespace(namespace).unit("seconds").buckets(bounds);
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

    for _ in 0..random.usize(..12) {
        let (a, b, value) = (string(random), string(random), number(random));
        counter.get([&a, &b]).inc_by(random.u64(..1 << 60));
        let _ = counter.get([&a, &b]).inc_with_exemplar(&[("trace_id", "4bf92f35")]);
        let _ = float.inc_by(value.abs());
        gauge.get([&a]).set(value);
        whole.set(random.i64(..));
        wait.get([&a]).observe(random.f64() * 200.0);
        let _ = wait.get([&a]).observe_with_exemplar(random.f64() * 200.0, &[("t", "x")]);
        size.get([&a]).observe(random.f64());
        state.set(["off", "a\"b", "\u{1F525}"][random.usize(..3)]).unwrap();
        info.set([("version", a.as_str()), ("of", b.as_str())]).unwrap();
    }
}
