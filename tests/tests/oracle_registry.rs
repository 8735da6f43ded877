//! Random registries of everything: each number that a parser of somebody else's reads on their pages is the one that
//! `sample_value` gives, to the bit, and there are no others.

mod random;

use fastrand::Rng;
use narthex::encode::{Escaping, OpenMetrics, Text};
use narthex::{generate_latest_escaped, parse_openmetrics, sample_value};
use narthex_tests::python;
use random::registry;
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
            // "-0" is the integer 0 to the parsers: -0.0 + 0.0 is 0.0, and every other number stays itself. All NaN are one.
            let one = |value: f64| if value.is_nan() { f64::NAN } else { value + 0.0 };
            let value = |value: Option<f64>| value.map(|value| format!("{:016x}", one(value).to_bits()));
            assert_eq!(value(registry.sample_value(name, &labels)).as_ref(), Some(bits), "{name} {labels:?}\n{page}");
            if let Some(ours) = &ours {
                assert_eq!(value(sample_value(ours, name, &labels)).as_ref(), Some(bits), "parsed {name} {labels:?}");
            }
        }
    }
    assert!(numbers > 200 * REGISTRIES, "{numbers}");
}
