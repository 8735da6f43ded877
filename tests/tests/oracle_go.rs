//! What Go makes of ours. Random registries of everything, in text and protobuf: each number that the parsers of
//! Prometheus itself read is the one that `sample_value` gives, to the bit, and there are no others. Exemplars and
//! timestamps. Floats of any bits, as Go writes them.

mod random;
mod server;

use fastrand::Rng;
use narthex::encode::Text;
use narthex::{GiveExemplar, Registry, encode_protobuf, format_float, generate_latest, parse_openmetrics};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

const REGISTRIES: usize = 30;

/// A name, labels, the bits of the value; an exemplar: labels, bits of its value, seconds and nanoseconds; milliseconds.
type Sample = (String, Value, String, Option<(Value, String, i64, i64)>, Option<i64>);

#[test]
fn every_number_is_the_one_that_was_measured() {
    let mut random = Rng::with_seed(0x676f_7061_7273_6572);
    let registries: Vec<_> = (0..REGISTRIES).map(|_| random::registry(&mut random)).collect();
    let mut pages = Vec::new();
    for registry in &registries {
        let text = generate_latest(registry, Text);
        let lines = text.lines().filter(|line| !line.starts_with('#')).count();
        pages.push((registry, lines, json!({ "Protobuf": false, "Hex": hex(text.as_bytes()) })));
        let protobuf = json!({ "Protobuf": true, "Hex": hex(&encode_protobuf(registry)) });
        pages.push((registry, lines, protobuf));
    }
    let input: String = pages.iter().map(|(.., page)| page.to_string() + "\n").collect();
    let output = go(&input);
    assert_eq!(output.lines().count(), pages.len());
    for (line, (registry, lines, page)) in output.lines().zip(&pages) {
        let samples: Vec<Sample> = serde_json::from_str(line).unwrap();
        assert_eq!(samples.len(), *lines, "protobuf: {}", page["Protobuf"]);
        for (name, labels, bits, ..) in samples {
            let labels = labels.as_object().unwrap().iter();
            let labels: Vec<_> = labels.map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
            let value = registry.sample_value(&name, &labels).map(bits_of);
            let bits = bits_of(f64::from_bits(u64::from_str_radix(&bits, 16).unwrap()));
            assert_eq!(value, Some(bits), "{name} {labels:?}, protobuf: {}", page["Protobuf"]);
        }
    }
}

/// The same for every NaN: text has one.
fn bits_of(value: f64) -> u64 {
    if value.is_nan() { f64::NAN } else { value }.to_bits()
}

#[test]
fn exemplars_are_those_that_were_given() {
    let mut random = Rng::with_seed(0x676f_6578_656d_706c);
    let cases: Vec<_> = (0..300).map(|_| exemplars(&mut random)).collect();
    let output = go(&cases.iter().map(|(page, _)| page.to_string() + "\n").collect::<String>());
    assert_eq!(output.lines().count(), cases.len());
    for (line, (_, given)) in output.lines().zip(cases) {
        let samples: Vec<Sample> = serde_json::from_str(line).unwrap();
        let read = samples.into_iter().filter_map(|(name, of, _, exemplar, _)| {
            let (labels, bits, seconds, _) = exemplar?;
            assert!(seconds > 1_700_000_000, "{seconds}");
            Some(json!([name, of["le"], labels, bits]))
        });
        assert_eq!(Value::from_iter(read), given);
    }
}

/// A page of protobuf, and the exemplars that should be read from it.
fn exemplars(random: &mut Rng) -> (Value, Value) {
    let registry = Registry::new();
    let jobs = registry.counter("a_jobs", "").labels(["a"]).exemplars().register().unwrap();
    let bytes = registry.counter("b_bytes", "").float().exemplars().created().register().unwrap();
    let wait = registry.histogram("c_wait", "").buckets([0.5, 1.0]).exemplars().register().unwrap();
    let mut given = Vec::new();
    let mut give = |name, le: Value, value: f64, take: &mut GiveExemplar<'_>| {
        let labels = [("trace_id", random::string(random)), ("le", random::string(random))];
        take(&labels.each_ref().map(|(name, value)| (*name, value.as_str())));
        let labels: serde_json::Map<_, _> =
            labels.map(|(name, value)| (name.to_string(), json!(value))).into_iter().collect();
        given.push(json!([name, le, labels, format!("{:016x}", value.to_bits())]));
        f64::from_bits(random.u64(..f64::INFINITY.to_bits()))
    };
    let any = give("a_jobs_total", Value::Null, 7.0, &mut |labels| {
        jobs.get(["x"]).inc_by_with_exemplar(7, labels).unwrap();
    });
    give("b_bytes_total", Value::Null, any, &mut |labels| bytes.inc_by_with_exemplar(any, labels).unwrap());
    for (le, value) in [("0.5", 0.5), ("1", 0.75), ("+Inf", any + 2.0)] {
        give("c_wait_bucket", le.into(), value, &mut |labels| wait.observe_with_exemplar(value, labels).unwrap());
    }
    (json!({ "Protobuf": true, "Hex": hex(&encode_protobuf(&registry)) }), given.into())
}

/// The bytes that every board has to write.
#[test]
fn firmware_writes_protobuf() {
    let output = go(&format!("{}\n", json!({ "Protobuf": true, "Hex": hex(assertions::PROTOBUF) })));
    let samples: Vec<Sample> = serde_json::from_str(&output).unwrap();
    let read: Vec<_> = samples
        .into_iter()
        .map(|(name, labels, bits, ..)| {
            let value = f64::from_bits(u64::from_str_radix(&bits, 16).unwrap());
            (name, labels.to_string(), value)
        })
        .collect();
    let read: Vec<_> = read.iter().map(|(name, labels, value)| (name.as_str(), labels.as_str(), *value)).collect();
    assert_eq!(
        read,
        [
            ("node_frames_total", "{}", u64::MAX as f64),
            ("node_signal", "{}", -0.1),
            ("node_latency_seconds_bucket", r#"{"le":"0.0001"}"#, 1.0),
            ("node_latency_seconds_bucket", r#"{"le":"0.001"}"#, 2.0),
            ("node_latency_seconds_bucket", r#"{"le":"+Inf"}"#, 3.0),
            ("node_latency_seconds_sum", "{}", 5.000257),
            ("node_latency_seconds_count", "{}", 3.0),
            ("node_payload_sum", "{}", 40.0),
            ("node_payload_count", "{}", 1.0),
            ("node_requests_total", r#"{"cached":"false","method":"get"}"#, 0.0),
            ("node_requests_total", r#"{"cached":"true","method":"get"}"#, 0.0),
            ("node_requests_total", r#"{"cached":"false","method":"post"}"#, 0.0),
            ("node_requests_total", r#"{"cached":"true","method":"post"}"#, 300.0),
            ("node_link", r#"{"node_link":"get"}"#, 0.0),
            ("node_link", r#"{"node_link":"post"}"#, 1.0),
            ("node_ticks_total", "{}", (1_u64 << 40) as f64),
        ]
    );
}

#[test]
fn timestamps_are_those_that_were_given() {
    let page = "# TYPE d counter\nd_total{a=\"x\"} 2 1700000000.125 # {t=\"x\"} 1.5 1700000000.25\n\
                d_total{a=\"y\"} 3 -0.5\nd_total{a=\"z\"} 4\n# EOF\n";
    let registry = Registry::new();
    registry.register(parse_openmetrics(page).unwrap()).unwrap();
    let text = json!({ "Protobuf": false, "Hex": hex(generate_latest(&registry, Text).as_bytes()) });
    let protobuf = json!({ "Protobuf": true, "Hex": hex(&encode_protobuf(&registry)) });
    let output = go(&format!("{text}\n{protobuf}\n"));
    let exemplar = (json!({ "t": "x" }), format!("{:016x}", 1.5_f64.to_bits()), 1_700_000_000, 250_000_000);
    for (line, exemplar) in output.lines().zip([None, Some(exemplar)]) {
        let samples: Vec<Sample> = serde_json::from_str(line).unwrap();
        let read: Vec<_> =
            samples.into_iter().map(|(_, of, _, exemplar, at)| (of["a"].clone(), exemplar, at)).collect();
        let moment = Some(1_700_000_000_125);
        assert_eq!(read, [(json!("x"), exemplar, moment), (json!("y"), None, Some(-500)), (json!("z"), None, None)]);
    }
}

#[test]
fn floats_are_written_as_go_writes_them() {
    let mut random = Rng::with_seed(0x676f_666c_6f61_7473);
    let edges =
        [0.0, 1.0, 0.1, 1e21, 1e20, 999_999.0, 1e6, 123_456.7, 1e-4, 9.999e-5, 1e15, 5e-324, f64::MAX, 1.0 / 3.0];
    let edges =
        edges.into_iter().chain([f64::MIN_POSITIVE, f64::EPSILON, f64::INFINITY, f64::NAN, 9_007_199_254_740_993.0]);
    let powers = (-330..310).map(|exponent| format!("1e{exponent}").parse().unwrap());
    let any = (0..100_000).map(|_| f64::from_bits(random.u64(..)));
    let few_digits = (0..20_000).map(|n| f64::from(n) / 1000.0);
    let floats: Vec<_> = edges.chain(powers).chain(any).chain(few_digits).flat_map(|float| [float, -float]).collect();
    let input = json!({ "Floats": floats.iter().map(|float| format!("{:x}", float.to_bits())).collect::<Vec<_>>() });
    let go: Vec<String> = serde_json::from_str(&go(&format!("{input}\n"))).unwrap();
    assert_eq!(go.len(), floats.len());
    for (float, go) in floats.into_iter().zip(go) {
        assert_eq!(format_float(float), go, "{:x}", float.to_bits());
    }
}

/// What the program in Go says of pages and floats.
fn go(input: &str) -> String {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (program, source) = (target.join("read-pages"), concat!(env!("CARGO_MANIFEST_DIR"), "/go"));
        let mut build = Command::new("go");
        build.args(["build", "-o"]).arg(&program).arg("main.go").current_dir(source);
        build.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode").env("GOCACHE", target.join("go"));
        assert!(server::spawn(&mut build).wait().unwrap().success());
        program
    });
    let mut child = server::spawn(Command::new(&*PROGRAM).stdin(Stdio::piped()).stdout(Stdio::piped()));
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || std::io::Write::write_all(&mut stdin, input.as_bytes()));
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
