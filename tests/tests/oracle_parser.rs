//! Our parser and that of PyPI's `prometheus_client`, on pages that were damaged: what both take, both understand alike.

use narthex::{Dialect, Exposition, Extra, Number, ParsedFamily, Sample, Timestamp, parse_openmetrics};
use narthex_tests::python;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Reads pages, one in JSON on each line; answers with what is on them, or why it refuses them.
const PROGRAM: &str = r#"
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse

def time(stamp):
    return None if stamp is None else float(stamp)

def sample(s):
    e = s.exemplar
    exemplar = e and [sorted(e.labels.items()), repr(float(e.value)), time(e.timestamp)]
    return [s.name, sorted(s.labels.items()), repr(float(s.value)), time(s.timestamp), exemplar]

for line in sys.stdin:
    try:
        families = [[f.name, f.type, f.unit, f.documentation, [sample(s) for s in f.samples]] for f in parse(json.loads(line))]
        print(json.dumps(families))
    except Exception as error:
        print(json.dumps(f"{type(error).__name__}: {error}"))
"#;

const GOLDEN: &str = include_str!("../../host/tests/golden/every_kind.om");

/// What the golden file has not.
const MORE: &str = r#"# TYPE a histogram
# HELP a Of \"all\" \\ kinds.
a_bucket{b="c",le="-0.5"} 2 # {trace_id="KOO5S4vxi0o"} -0.67
a_bucket{b="c",le="1e+06"} 2
a_bucket{b="c",le="+Inf"} 3 # {} 9e+06 1520879607.789
a_created{b="c"} 1520430000.123
a_bucket{b="d",le="0.5"} 0
a_bucket{b="d",le="+Inf"} 10
a_sum{b="d"} 324789.3
a_count{b="d"} 10
# TYPE a_s gaugehistogram
# UNIT a_s s
a_s_bucket{le="1.0"} 20.0 1.5
a_s_bucket{le="+Inf"} 42 1.5
a_s_gcount 42.0 1.5
a_s_gsum 3289.3 1.5
# TYPE q summary
q{quantile="0.5"} 1
q{quantile="0.99"} NaN
q_sum 100
q_count 17
q_created 1520430000
# TYPE t counter
t_total{x="1",y="\n"} 1 1000 # {id="}#"} 3
t_created{x="1",y="\n"} 1 1000
t_total{x="2"} 2 10
t_total{x="2"} 3 20
# TYPE g gauge
g{a="b"} 0.1
g{a=""} +Inf
g -1e-3
u 12 1
# EOF
"#;

const PAGES: usize = 6_000;

#[test]
fn what_both_take_both_understand_alike() {
    let mut random = fastrand::Rng::with_seed(0x6e61_7274_6865_7834);
    let pages: Vec<String> = (0..PAGES).map(|round| damaged(&mut random, [MORE, GOLDEN][round % 2])).collect();
    let mut both = 0;
    for (page, theirs) in pages.iter().zip(python(&pages)) {
        match (parse_openmetrics(page), theirs) {
            (Ok(exposition), Value::Array(families)) => {
                both += 1;
                let (ours, theirs) = (ours(&exposition), self::theirs(&families));
                assert!(agree(&ours, &theirs, is_partial(&exposition)), "{page}\n{ours:?}\n{theirs:?}");
            }
            (Ok(_), error) => panic!("only we take it: {error}\n{page}"),
            (Err(_), _) => {}
        }
    }
    assert!(both > PAGES / 10, "both took {both}");
}

/// What only Python takes, and what is said to it here; `# EOF` is added.
const STRICTER: [(&str, &str); 17] = [
    ("a 1\na 2\n", "the sample is there twice; without a newer timestamp a series has one value"),
    ("a 1 5\na 2 5\n", "the sample is there twice; without a newer timestamp a series has one value"),
    ("a{b=\"\"} 1\na 1\n", "the sample is there twice; without a newer timestamp a series has one value"),
    ("# TYPE a stateset\na{a=\"b\"} 1\na{a=\"b\"} 0\n", "the state set has the state \"b\" twice"),
    ("# TYPE a summary\na{quantile=\"1\"} 1\na{quantile=\"1.0\"} 1\n", "the summary has a quantile twice"),
    ("# TYPE a counter\na_created 1\n", "the series has a _created but no _total"),
    ("a{b=\"\\c\"} 1\n", "an escape that does not exist; there are \\\\, \\\" and \\n"),
    ("# HELP a \"b\"\n", "a quote in a help text has to be escaped: \\\""),
    ("a{b=\"c\"}x1\n", "a single space has to follow a name or labels, but there is 'x'"),
    ("a{b = \"c\" , d=\"e\"} 1\n", "an equals sign has to follow a label name, but there is ' '"),
    ("#x TYPE a gauge\n", "a single space has to follow a hash, but there is 'x'"),
    ("{__name__=\"a\"} 1\n", "a hash or the name of a metric has to follow the start of a line, but there is '{'"),
    ("a 1e999\n", "\"1e999\" is beyond the range of a double"),
    ("a infinity\n", "\"infinity\" is not a number; write a decimal like 1.5e-3, or +Inf, -Inf, NaN"),
    ("a \u{661}\n", "\"\u{661}\" is not a number; write a decimal like 1.5e-3, or +Inf, -Inf, NaN"),
    ("a 1 1.000000000z\n", "\"1.000000000z\" is not a timestamp; write seconds since 1970 like 1600000000.123"),
    (
        "# TYPE a histogram\na_bucket{le=\"1.0\"} 1 # {} 2\na_bucket{le=\"+Inf\"} 1\n",
        "the value of an exemplar is not above the bound of its bucket",
    ),
];

#[test]
fn what_only_python_takes() {
    let pages: Vec<_> = STRICTER.iter().map(|(page, _)| format!("{page}# EOF\n")).collect();
    for ((page, theirs), (_, expected)) in pages.iter().zip(python(&pages)).zip(STRICTER) {
        assert_eq!(parse_openmetrics(page).unwrap_err().message(), expected, "{page}");
        assert!(theirs.is_array(), "{theirs}\n{page}");
    }
}

/// Python takes the brace in quotes for the end of the labels, and half a second before 1970 for half a second after.
#[test]
fn where_python_is_wrong() {
    let pages = ["# TYPE a counter\na_total 1 # {b=\"\\\"}\"} 3\n# EOF\n".to_owned(), "a 1 -0.5\n# EOF\n".to_owned()];
    let [brace, half] = pages.each_ref().map(|page| parse_openmetrics(page).unwrap());
    let exemplar = brace.families()[0].series(0).unwrap().exemplars().next().unwrap();
    assert!(exemplar.labels().eq([("b", "\"}")]));
    let time = half.families()[0].series(0).unwrap().timestamp();
    assert_eq!(time, Timestamp::new(-1, 500_000_000));

    let theirs = python(&pages);
    assert!(theirs[0].is_string(), "{}", theirs[0]);
    assert_eq!(theirs[1][0][4][0][3], json!(0.5));
}

/// One or two bytes or lines changed.
fn damaged(random: &mut fastrand::Rng, page: &str) -> String {
    let mut bytes = page.as_bytes().to_vec();
    for _ in 0..random.usize(1..3) {
        let at = random.usize(..bytes.len());
        match random.u8(..8) {
            0 => bytes[at] ^= 1 << random.u8(..7),
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, bytes[at]),
            3 => bytes.insert(at, b" \"\\{}#,=_09e.-+\n"[random.usize(..16)]),
            4 => bytes[at] = b"0123456789"[random.usize(..10)],
            change => {
                let mut lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
                let at = random.usize(..lines.len());
                let next = (at + 1) % lines.len();
                match change {
                    5 => drop(lines.remove(at)),
                    6 => lines.insert(random.usize(..lines.len()), lines[at]),
                    _ => lines.swap(at, next),
                }
                bytes = lines.concat();
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| page.to_owned())
}

fn python(pages: &[String]) -> Vec<Value> {
    let input = pages.iter().map(|page| json!(page).to_string() + "\n").collect();
    let output = python::run(PROGRAM, input).unwrap();
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The families of a page: their metadata, and their samples by name and labels.
type Page = Vec<(Metadata, BTreeMap<Key, Sampled>)>;
type Metadata = [String; 4];
type Key = (String, Pairs);
type Pairs = Vec<(String, String)>;

#[derive(Debug)]
struct Sampled {
    value: f64,
    time: Option<f64>,
    exemplar: Option<(Pairs, f64, Option<f64>)>,
}

/// NaN is NaN, and two times are the same when they are less than a microsecond apart.
impl PartialEq for Sampled {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
        let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-6 + a.abs() * 1e-15,
            _ => a.is_none() && b.is_none(),
        };
        let exemplars = match (&self.exemplar, &other.exemplar) {
            (Some(a), Some(b)) => a.0 == b.0 && same(a.1, b.1) && near(a.2, b.2),
            (a, b) => a.is_none() && b.is_none(),
        };
        same(self.value, other.value) && near(self.time, other.time) && exemplars
    }
}

fn ours(exposition: &Exposition) -> Page {
    exposition
        .families()
        .iter()
        .map(|family| {
            let kind = format!("{:?}", family.kind()).to_lowercase();
            let metadata = [family.name().into(), kind, family.unit().into(), family.help().into()];
            let series = (0..family.len()).flat_map(|index| samples(family, index));
            (trimmed(metadata), series.collect())
        })
        .collect()
}

fn samples(family: &ParsedFamily, index: usize) -> Vec<(Key, Sampled)> {
    let series = family.series(index).unwrap();
    let time = series.timestamp().map(seconds);
    let mut samples = Vec::new();
    let mut add = |suffix: &str, label: Option<(&str, String)>, value: f64, bucket: Option<usize>| {
        let own = series.labels().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let labels = own.chain(label.map(|(name, value)| (name.to_owned(), value)));
        let exemplar = series.exemplars().find(|exemplar| Some(exemplar.bucket()) == bucket);
        let exemplar = exemplar.map(|exemplar| {
            let labels = exemplar.labels().map(|(name, value)| (name.to_owned(), value.to_owned()));
            (sorted(labels), number(exemplar.value(), 0), exemplar.timestamp().map(seconds))
        });
        samples.push(((format!("{}{suffix}", family.name()), sorted(labels)), Sampled { value, time, exemplar }));
    };
    for (quantile, value) in series.quantiles() {
        add("", Some(("quantile", number(quantile, 0).to_string())), number(value, 0), None);
    }
    if let Some(created) = series.created() {
        add("_created", None, number(created, 0), None);
    }
    let scale = family.desc().scale();
    let mut give = |sample: &Sample<'_>| {
        let mut bucket = 0;
        sample.lines(family.kind(), Dialect::OpenMetrics, |suffix, extra, value, scaled| {
            let label = match extra {
                Extra::Le(bound) => Some(("le", bound.map_or(f64::INFINITY, |bound| number(bound, scale)).to_string())),
                Extra::State(state) => Some((family.name(), (*state).to_owned())),
                _ => None,
            };
            let has_exemplar = matches!(suffix, "_bucket" | "_total");
            add(suffix, label, number(*value, if scaled { scale } else { 0 }), has_exemplar.then_some(bucket));
            bucket += 1;
            Ok(())
        })
    };
    family.sample(index, None, &mut give).unwrap();
    samples
}

/// What a reader of the number's text understands.
fn number(number: Number, scale: i8) -> f64 {
    number.text(scale).as_str().parse().unwrap()
}

/// Python takes space at the ends of a help text for a separator.
fn trimmed(metadata: Metadata) -> Metadata {
    metadata.map(|text| text.trim().to_owned())
}

fn seconds(time: Timestamp) -> f64 {
    time.to_f64()
}

fn theirs(families: &[Value]) -> Page {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    families
        .iter()
        .map(|family| {
            let histogram = family[1] == "histogram" || family[1] == "gaugehistogram";
            let samples = family[4].as_array().unwrap().iter().map(|sample| {
                let name = text(&sample[0]);
                let canonical = |label: (String, String)| match &*label.0 {
                    "le" if histogram && name.ends_with("_bucket") => (label.0, float(&label.1).to_string()),
                    "quantile" if family[1] == "summary" => (label.0, float(&label.1).to_string()),
                    _ => label,
                };
                let labels = pairs(&sample[1]).into_iter().map(canonical);
                let exemplar = &sample[4];
                let sampled = Sampled {
                    value: float(&text(&sample[2])),
                    time: sample[3].as_f64(),
                    exemplar: exemplar
                        .is_array()
                        .then(|| (pairs(&exemplar[0]), float(&text(&exemplar[1])), exemplar[2].as_f64())),
                };
                ((name.clone(), sorted(labels)), sampled)
            });
            (trimmed([0, 1, 2, 3].map(|at| text(&family[at]))), samples.collect())
        })
        .collect()
}

fn pairs(value: &Value) -> Pairs {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    value.as_array().unwrap().iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

fn sorted(labels: impl Iterator<Item = (String, String)>) -> Pairs {
    let mut labels: Vec<_> = labels.collect();
    labels.sort();
    labels
}

/// As Python writes and reads them.
fn float(text: &str) -> f64 {
    text.parse().unwrap()
}

/// Whether there are series that we leave out, or points before the last.
fn is_partial(exposition: &Exposition) -> bool {
    let has_times =
        |family: &ParsedFamily| (0..family.len()).any(|at| family.series(at).is_some_and(|s| s.timestamp().is_some()));
    exposition.left_out() > 0 || exposition.families().iter().any(has_times)
}

/// Whether they agree; `partial`, when we may lack samples.
fn agree(ours: &Page, theirs: &Page, partial: bool) -> bool {
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).all(|(ours, theirs)| {
            let known = ours.1.iter().all(|(key, sampled)| theirs.1.get(key) == Some(sampled));
            ours.0 == theirs.0 && known && (partial || ours.1.len() == theirs.1.len())
        })
}
