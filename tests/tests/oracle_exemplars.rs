//! Exemplars of any text and any number survive: read back by the strict parser of PyPI's `prometheus_client`.

use narthex::encode::OpenMetrics;
use narthex::{GiveExemplar, Registry, generate_latest};
use narthex_tests::python;
use serde_json::{Value, json};

/// Reads pages, one in JSON on each line; answers with the exemplars that are on them.
const PROGRAM: &str = r#"
import json, struct, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families

for line in sys.stdin:
    families = text_string_to_metric_families(json.loads(line))
    print(json.dumps([
        [s.name, s.labels.get("le"), s.exemplar.labels, struct.pack(">d", s.exemplar.value).hex()]
        for f in families for s in f.samples if s.exemplar and float(s.exemplar.timestamp) > 1.7e9]))
"#;

const PAGES: usize = 500;

#[test]
fn any_exemplar_survives() {
    let mut random = fastrand::Rng::with_seed(0x6e61_7274_6865_7832);
    let cases: Vec<_> = (0..PAGES).map(|_| case(&mut random)).collect();
    let input = cases.iter().map(|(page, _)| json!(page).to_string() + "\n").collect();
    let output = python::run(PROGRAM, input).expect("the parser takes every page");
    assert_eq!(output.lines().count(), PAGES);
    for (line, (page, exemplars)) in output.lines().zip(cases) {
        let read: Value = serde_json::from_str(line).unwrap();
        assert_eq!(read, exemplars, "{page}");
    }
}

/// A page, and the exemplars that should be read from it.
fn case(random: &mut fastrand::Rng) -> (String, Value) {
    let registry = Registry::new();
    let jobs = registry.counter("jobs", "").labels(["a"]).exemplars().register().unwrap();
    let bytes = registry.counter("sent_bytes", "").float().exemplars().created().register().unwrap();
    let wait = registry.histogram("wait", "").buckets([0.5, 1.0]).exemplars().register().unwrap();
    let (mut texts, mut exemplars) = ([labels(random), labels(random), labels(random)].into_iter(), Vec::new());
    let mut expect = |name, le: Value, value: f64, take: &mut GiveExemplar<'_>| {
        let texts = texts.next().unwrap();
        take(&texts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>());
        let labels: serde_json::Map<_, _> = texts.into_iter().map(|(name, value)| (name, json!(value))).collect();
        exemplars.push(json!([name, le, labels, format!("{:016x}", value.to_bits())]));
    };
    let count = random.u64(1..1 << 53);
    expect("jobs_total", Value::Null, count as f64, &mut |labels| {
        jobs.get(["x"]).inc_by_with_exemplar(count, labels).unwrap();
    });
    let amount = f64::from_bits(random.u64(..f64::INFINITY.to_bits()));
    expect("sent_bytes_total", Value::Null, amount, &mut |labels| {
        bytes.inc_by_with_exemplar(amount, labels).unwrap();
    });
    let (le, value) = [("0.5", 0.5), ("1.0", 0.75), ("+Inf", 1e300)][random.usize(..3)];
    expect("wait_bucket", le.into(), value, &mut |labels| wait.observe_with_exemplar(value, labels).unwrap());
    (generate_latest(&registry, OpenMetrics), exemplars.into())
}

/// One to three labels of any text, often of as many characters as there may be.
fn labels(random: &mut fastrand::Rng) -> Vec<(String, String)> {
    const LIMIT: usize = 128;
    let mut left = LIMIT;
    let mut labels = Vec::new();
    for name in ["trace_id", "span_id", "le"].iter().take(random.usize(1..=3)) {
        let len = if random.bool() { random.usize(..30) } else { LIMIT }.min(left.saturating_sub(name.len()));
        if left < name.len() {
            break;
        }
        left -= name.len() + len;
        let value =
            (0..len).map(|_| if random.bool() { random.char(..) } else { random.choice(HOSTILE).unwrap_or(' ') });
        labels.push((name.to_string(), value.collect()));
    }
    labels
}

/// What a parser could trip over, but for the quotation mark: in an exemplar, this parser takes an escaped one for the
/// end of the text.
const HOSTILE: [char; 13] = ['\\', '\n', 'n', '\r', '\t', ' ', '{', '}', ',', '=', '#', '\0', '\u{85}'];
