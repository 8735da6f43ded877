//! Any text and any number survives: written by us, read back by both parsers of PyPI's `prometheus_client`.

mod random;

use narthex::encode::{OpenMetrics, Text};
use narthex::{Registry, generate_latest};
use narthex_tests::python;
use random::string;
use serde_json::{Value, json};

/// Reads pages, one in JSON on each line; answers with what is on them.
const PROGRAM: &str = r#"
import json, struct, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text

for line in sys.stdin:
    page = json.loads(line)
    families = (openmetrics if page["open"] else text)(page["page"])
    print(json.dumps([
        {"name": f.name, "type": f.type, "help": f.documentation, "samples": [
            [s.name, s.labels, struct.pack(">d", s.value).hex()] for s in f.samples]}
        for f in families]))
"#;

const PAGES: usize = 1_000;
const SERIES: usize = 12;

#[test]
fn any_text_and_any_number_survives() {
    let mut random = fastrand::Rng::with_seed(0x6e61_7274_6865_7831);
    let (mut input, mut expected) = (String::new(), Vec::new());
    for page in 0..PAGES {
        let open = page % 2 == 0;
        let (page, families) = case(&mut random, open);
        input += &json!({ "open": open, "page": page }).to_string();
        input.push('\n');
        expected.push((page, families));
    }
    let output = python::run(PROGRAM, input).expect("both parsers take every page");
    assert_eq!(output.lines().count(), PAGES);
    for (line, (page, families)) in output.lines().zip(expected) {
        let read: Value = serde_json::from_str(line).unwrap();
        assert_eq!(read, families, "{page}");
    }
}

/// A page, and what should be read from it.
fn case(random: &mut fastrand::Rng, open: bool) -> (String, Value) {
    let registry = Registry::new();
    // both parsers take space at the ends of a help text for a separator
    let help = format!("<{}>", string(random));
    let level = registry.gauge("level", &help).float().labels(["a", "b"]).register().unwrap();
    let total = registry.counter("events_total", &help).labels(["a"]).created().register().unwrap();
    let weight = registry.summary("weight", &help).labels(["a"]).created().register().unwrap();
    let wait = registry.histogram("wait", &help).labels(["a"]).buckets([0.5]).created().register().unwrap();
    let (mut levels, mut totals, mut weights, mut waits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let began = |name, a: &str| {
        let began = registry.sample_value(name, &[("a", a)]).unwrap();
        open.then(|| json!([name, { "a": a }, bits(began)]))
    };
    for _ in 0..SERIES {
        let (a, b, value) = (string(random), string(random), f64::from_bits(random.u64(..)));
        let value = if value.is_nan() { f64::INFINITY } else { value };
        if !level.try_get([&a, &b]).is_ok_and(|series| series.value() != 0.0) {
            level.get([&a, &b]).set(value);
            levels.push(json!(["level", { "a": a, "b": b }, bits(value)]));
        }
        let size = random.u32(1..=53);
        let count = random.u64(1..1 << size);
        if total.get([&a]).value() == 0 {
            total.get([&a]).inc_by(count);
            totals.push(json!(["events_total", { "a": a }, bits(count as f64)]));
            totals.extend(began("events_created", &a));
            let observed = count as f64 / 3.0;
            weight.get([&a]).observe(observed);
            weights.push(json!(["weight_sum", { "a": a }, bits(observed)]));
            weights.push(json!(["weight_count", { "a": a }, bits(1.0)]));
            weights.extend(began("weight_created", &a));
            wait.get([&a]).observe(observed);
            waits.push(json!(["wait_bucket", { "a": a, "le": "0.5" }, bits(f64::from(observed <= 0.5))]));
            waits.push(json!(["wait_bucket", { "a": a, "le": "+Inf" }, bits(1.0)]));
            waits.push(json!(["wait_sum", { "a": a }, bits(observed)]));
            waits.push(json!(["wait_count", { "a": a }, bits(1.0)]));
            waits.extend(began("wait_created", &a));
        }
    }
    let families = json!([
        { "name": "level", "type": "gauge", "help": help, "samples": levels },
        { "name": "events", "type": "counter", "help": help, "samples": totals },
        { "name": "weight", "type": "summary", "help": help, "samples": weights },
        { "name": "wait", "type": "histogram", "help": help, "samples": waits },
    ]);
    (if open { generate_latest(&registry, OpenMetrics) } else { generate_latest(&registry, Text) }, families)
}

fn bits(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}
