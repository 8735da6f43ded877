//! Random registries of everything, in text and protobuf: each number that the parsers of Prometheus itself read is the
//! one that `sample_value` gives, to the bit, and there are no others.

mod random;
mod server;

use fastrand::Rng;
use narthex::encode::Text;
use narthex::{encode_protobuf, generate_latest};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};

const REGISTRIES: usize = 30;

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
        let samples: Vec<(String, Value, String)> = serde_json::from_str(line).unwrap();
        assert_eq!(samples.len(), *lines, "protobuf: {}", page["Protobuf"]);
        for (name, labels, bits) in samples {
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

/// What the program in Go says of pages.
fn go(input: &str) -> String {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = target.join("read-pages");
    let mut build = Command::new("go");
    build.args(["build", "-o"]).arg(&program).arg("main.go").current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/go"));
    build.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode").env("GOCACHE", target.join("go"));
    assert!(server::spawn(&mut build).wait().unwrap().success());

    let mut child = server::spawn(Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()));
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
