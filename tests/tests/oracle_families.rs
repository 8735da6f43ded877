//! Families that are made as values say the same to the strict parser of PyPI's `prometheus_client`.

use narthex::encode::OpenMetrics;
use narthex::testing::compare;
use narthex::{
    Collect, CollectError, Desc, Error, Flow, Kind, MetricFamilies, MetricFamily, MetricValue, Registry, Sink,
    Timestamp, generate_latest, name, parse_openmetrics,
};
use narthex_tests::python;
use serde_json::{Value, json};

/// Reads a page in JSON; answers with everything that is on it.
const PROGRAM: &str = r#"
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families

time = lambda t: None if t is None else str(t)
print(json.dumps([
    [f.name, f.type, f.unit, [[s.name, s.labels, repr(s.value), time(s.timestamp),
        s.exemplar and [s.exemplar.labels, s.exemplar.value, time(s.exemplar.timestamp)]] for s in f.samples]]
    for f in text_string_to_metric_families(json.loads(sys.stdin.read()))]))
"#;

fn read(registry: &Registry) -> Value {
    let page = generate_latest(registry, OpenMetrics);
    let said = python::run(PROGRAM, json!(page).to_string()).unwrap_or_else(|error| panic!("{error:?}\n{page}"));
    serde_json::from_str(&said).unwrap()
}

fn families() -> Result<MetricFamilies, Error> {
    let moment = |nanoseconds| Timestamp::new(1_520_879_607, nanoseconds).unwrap();
    let sent = MetricValue::number(9_007_199_254_740_993_u64)
        .with_created(moment(3))
        .with_timestamp(moment(123_000_000))
        .with_exemplar(&[("trace_id", "\"é\"\n")], 4, Some(moment(5)));
    let wait = MetricValue::histogram([(0.1, 2), (f64::INFINITY, 5)], 3.5)
        .with_exemplar(&[("trace_id", "b")], 0.07, None)
        .with_exemplar(&[], 1e9, None);
    MetricFamilies::new([
        MetricFamily::counter("sent", "Sent.")?.unit("bytes")?.labels(["to"])?.with(["\\ \" \n"], sent)?,
        MetricFamily::histogram("wait", "")?.with([], wait)?,
        MetricFamily::gauge_histogram("queued", "")?.with([], MetricValue::histogram([(f64::INFINITY, 1)], 2))?,
        MetricFamily::summary("size", "")?.with([], MetricValue::summary(2, 0.5).with_created(moment(0)))?,
        MetricFamily::info("build", "")?.labels(["version"])?.with(["1.2"], MetricValue::info())?,
        MetricFamily::state_set("fan", "", ["on", "off"])?.with([], MetricValue::state("off"))?,
        MetricFamily::unknown("odd", "")?.with([], f64::NEG_INFINITY)?,
    ])
}

#[test]
fn what_was_given_is_read() {
    let registry = Registry::new();
    registry.register_source(|| Ok(families()?));
    let page = generate_latest(&registry, OpenMetrics);
    compare(&parse_openmetrics(&page).unwrap(), &page, &[]).unwrap();
    let none = Value::Null;
    let plain = |name, labels: Value, value| json!([name, labels, value, none, none]);
    let time = "1520879607.123000000";
    let sent = json!({ "to": "\\ \" \n" });
    assert_eq!(
        read(&registry),
        json!([
            ["sent_bytes", "counter", "bytes", [
                ["sent_bytes_total", sent, "9007199254740993", time,
                    [{ "trace_id": "\"é\"\n" }, 4, "1520879607.000000005"]],
                ["sent_bytes_created", sent, "1520879607.0", time, none],
            ]],
            ["wait", "histogram", "", [
                ["wait_bucket", { "le": "0.1" }, "2", none, [{ "trace_id": "b" }, 0.07, none]],
                ["wait_bucket", { "le": "+Inf" }, "5", none, [{}, 1e9, none]],
                plain("wait_sum", json!({}), "3.5"),
                plain("wait_count", json!({}), "5"),
            ]],
            ["queued", "gaugehistogram", "", [
                plain("queued_bucket", json!({ "le": "+Inf" }), "1"),
                plain("queued_gsum", json!({}), "2"),
                plain("queued_gcount", json!({}), "1"),
            ]],
            ["size", "summary", "", [
                plain("size_sum", json!({}), "0.5"),
                plain("size_count", json!({}), "2"),
                plain("size_created", json!({}), "1520879607"),
            ]],
            ["build", "info", "", [plain("build_info", json!({ "version": "1.2" }), "1")]],
            ["fan", "stateset", "", [
                plain("fan", json!({ "fan": "on" }), "0"),
                plain("fan", json!({ "fan": "off" }), "1"),
            ]],
            ["odd", "unknown", "", [plain("odd", json!({}), "-inf")]],
        ])
    );
}

/// Asks for the load when it is collected, as people write collectors.
struct Load(fn() -> Option<[f64; 2]>);

impl Load {
    fn family(&self) -> Result<MetricFamily, Error> {
        let mut load = MetricFamily::gauge("load", "Load.")?.labels(["minutes"])?;
        for (minutes, value) in ["1", "5"].into_iter().zip((self.0)().into_iter().flatten()) {
            load.add([minutes], value)?;
        }
        Ok(load)
    }
}

impl Collect for Load {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&Desc::new(Kind::Gauge, name!("load"), "Load."))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.family().map_err(|_| CollectError::new(&"the load cannot be read"))?.collect(sink)
    }
}

#[test]
fn a_collector_makes_them_when_asked() {
    let registry = Registry::new();
    registry.register(Load(|| Some([0.5, 0.25]))).unwrap();
    assert!(registry.register(families().unwrap()).is_ok());
    assert_eq!(registry.register(families().unwrap()).unwrap_err().kind(), narthex::ErrorKind::Duplicate);
    let load = read(&registry)[0].clone();
    let sample = |minutes, value| json!(["load", { "minutes": minutes }, value, null, null]);
    assert_eq!(load, json!(["load", "gauge", "", [sample("1", "0.5"), sample("5", "0.25")]]));
}
