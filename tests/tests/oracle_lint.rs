//! `narthex::testing::lint` finds what `promtool check metrics` finds.

mod server;

use narthex::encode::Text;
use narthex::testing::{Lint, lint};
use narthex::{Error, MetricFamily, MetricValue, Registry, generate_latest};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

/// What promtool says about a page: metric and rule.
fn promtool(page: &str) -> BTreeSet<(String, Lint)> {
    let mut command = Command::new("promtool");
    command.args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = server::spawn(&mut command);
    let written = child.stdin.take().unwrap().write_all(page.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(0 | 3)) && written.is_ok(), "{said}"); // 3: there are problems
    said.lines().map(rule).collect()
}

fn rule(line: &str) -> (String, Lint) {
    const RULES: [(&str, Lint); 8] = [
        ("no help text", Lint::Help),
        ("use base unit", Lint::Unit),
        ("abbreviated units", Lint::Abbreviation),
        ("should not include type", Lint::Kind),
        ("snake_case", Lint::CamelCase),
        ("should not contain ':'", Lint::Colon),
        ("\" suffix", Lint::Suffix),
        ("\" label", Lint::Label),
    ];
    let (metric, text) = line.split_once(' ').unwrap();
    let rule = RULES.iter().find(|(part, _)| text.contains(part)).unwrap_or_else(|| panic!("{line}"));
    (metric.into(), rule.1)
}

const KINDS: usize = 8;

fn family(kind: usize, name: &str, help: &str, labels: &[&str]) -> Result<MetricFamily, Error> {
    let (histogram, values) = (MetricValue::histogram([(f64::INFINITY, 1)], 1), vec![""; labels.len()]);
    let (family, value) = match kind {
        0 => (MetricFamily::counter(name, help)?, 1.into()),
        1 => (MetricFamily::gauge(name, help)?, 1.into()),
        2 => (MetricFamily::histogram(name, help)?, histogram),
        3 => (MetricFamily::gauge_histogram(name, help)?, histogram),
        4 => (MetricFamily::summary(name, help)?, MetricValue::summary(1, 1)),
        5 => (MetricFamily::info(name, help)?, MetricValue::info()),
        6 => (MetricFamily::state_set(name, help, ["on"])?, MetricValue::state("on")),
        _ => (MetricFamily::unknown(name, help)?, 1.into()),
    };
    family.labels(labels)?.with(values, value)
}

#[test]
fn promtool_finds_the_same() {
    const WORDS: [&str; 19] = [
        "jobs",
        "wait",
        "kb",
        "ms",
        "S",
        "b",
        "total",
        "bucket",
        "count",
        "sum",
        "counter",
        "gauge",
        "histogram",
        "summary",
        "camelCase",
        "Upper",
        "a:b",
        "x",
        "info",
    ];
    const UNITS: [&str; 9] =
        ["seconds", "milliseconds", "hours", "bits", "kilobytes", "celsius", "fahrenheit", "kilometers", "volts"];
    const LABELS: [&[&str]; 6] = [&[], &["le"], &["quantile"], &["codeName"], &["a", "le", "bB"], &["code"]];
    let mut random = fastrand::Rng::with_seed(0x6e61_7274_6865_7833);
    let (registry, mut families) = (Registry::new(), 0);
    for number in 0..2_000 {
        let mut words: Vec<_> = (0..random.usize(1..4)).map(|_| WORDS[random.usize(..WORDS.len())]).collect();
        if random.bool() {
            words.insert(random.usize(..=words.len()), UNITS[random.usize(..UNITS.len())]);
        }
        let help = if random.u8(..8) == 0 { "" } else { "Help." };
        let name = format!("{}{number}_{}", ["n", "aB"][random.usize(..2)], words.join("_"));
        let family = family(random.usize(..KINDS), &name, help, LABELS[random.usize(..LABELS.len())]);
        families += usize::from(family.is_ok_and(|family| registry.register(family).is_ok()));
    }
    assert!(families > 1_500, "{families}");
    let kind = |metric: &str| registry.find(metric).map(|found| found.collector().clone());
    let own = |metric: &str, found: Lint| match found {
        Lint::Suffix => is_counter(&*kind(metric).unwrap()), // promtool sees `_total` behind every suffix
        Lint::Kind => metric.contains("_info_"),             // no kind to promtool
        Lint::Redundant => true,
        _ => false,
    };
    let ours: BTreeSet<_> =
        lint(&registry).iter().map(|problem| (problem.metric().to_string(), problem.lint())).collect();
    let theirs = promtool(&generate_latest(&registry, Text));
    let missed: Vec<_> = theirs.difference(&ours).collect();
    let more: Vec<_> = ours.difference(&theirs).filter(|(metric, lint)| !own(metric, *lint)).collect();
    assert!(missed.is_empty() && more.is_empty(), "promtool finds more: {missed:?}\nwe find more: {more:?}");
    assert!(theirs.iter().map(|(_, lint)| lint).collect::<BTreeSet<_>>().len() == 8, "every rule was broken");
}

fn is_counter(collector: &dyn narthex::Collect) -> bool {
    let mut counter = false;
    let _ = collector.describe(&mut |desc| {
        counter = desc.kind() == narthex::Kind::Counter;
        Ok(())
    });
    counter
}

#[test]
fn what_promtool_does_not_find() {
    let registry = Registry::new();
    for (kind, name, labels) in
        [(0, "sent_total_total", &["to"][..]), (0, "errors_count", &[]), (1, "jobs_by_queue", &["queue"])]
    {
        registry.register(family(kind, name, "Help.", labels).unwrap()).unwrap();
    }
    assert!(promtool(&generate_latest(&registry, Text)).is_empty());
    let found: Vec<_> = lint(&registry).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "errors_count_total: the name of a Counter ends in \"_count\", which is for other kinds",
            "jobs_by_queue: the name of the label \"queue\" in the name of the metric",
            "sent_total_total: the name of a Counter ends in \"_total\", which encoders add",
        ]
    );
}
