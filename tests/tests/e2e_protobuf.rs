//! What a real Prometheus makes of exemplars, in OpenMetrics and in protobuf, and of families that are several messages.

mod server;

use narthex::encode::Text;
use narthex::{Registry, generate_latest, start_http_server};
use serde_json::{Value, json};
use server::proxy::accepting;
use server::{Server, directory, prometheus_with, wait_for};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{SystemTime, UNIX_EPOCH};

/// With the flag for native histograms, it asks for protobuf first.
const FLAGS: [&str; 1] = ["--enable-feature=native-histograms,exemplar-storage"];
const PROTOBUF: &str = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
const LOCAL: [u8; 4] = [127, 0, 0, 1];

#[test]
fn exemplars_of_counters_and_of_buckets() {
    let registry = Registry::new();
    let jobs = registry.counter("jobs_total", "Jobs.").labels(["queue"]).exemplars().register().unwrap();
    let sent = registry.counter("sent_total", "Sent.").float().exemplars().register().unwrap();
    let wait = registry.histogram("wait_seconds", "Wait.").buckets([0.5, 1.0, 2.5]).exemplars().register().unwrap();
    // without `"`, `\\` and line ends: this Prometheus leaves their escapes in the exemplars of OpenMetrics
    let begin = now();
    jobs.get(["mail"]).inc_by_with_exemplar(3, &[("trace_id", "4bf92f35"), ("span_id", "é, }=#")]).unwrap();
    jobs.get(["print"]).inc();
    sent.inc_by_with_exemplar(0.25, &[("trace_id", "00f067aa")]).unwrap();
    for (value, trace) in [(0.3, "first"), (0.4, "last"), (1.0, "one"), (7.0, "above")] {
        wait.observe_with_exemplar(value, &[("trace_id", trace)]).unwrap();
    }

    let ours = start_http_server(SocketAddr::from((LOCAL, 0)), registry).unwrap();
    let open = accepting(ours.local_addr(), "application/openmetrics-text; version=1.0.0");
    let targets = [("protobuf", ours.local_addr(), ""), ("open", open, "")];
    let prometheus = prometheus_with(&directory("e2e-exemplars"), &targets, &FLAGS);
    prometheus.wait_for_targets();
    let moments = ["open", "protobuf"].map(|job| {
        let mut moments = Vec::new();
        for (query, expected) in [
            ("jobs_total", vec![json!([null, {"trace_id": "4bf92f35", "span_id": "é, }=#"}, "3"])]),
            ("sent_total", vec![json!([null, {"trace_id": "00f067aa"}, "0.25"])]),
            (
                "wait_seconds_bucket",
                vec![
                    json!(["+Inf", {"trace_id": "above"}, "7"]),
                    json!(["0.5", {"trace_id": "last"}, "0.4"]),
                    json!(["1.0", {"trace_id": "one"}, "1"]),
                ],
            ),
        ] {
            let read = wait_for(query, || match exemplars(&prometheus, query, job) {
                read if read.is_empty() => Err("none yet".into()),
                read => Ok(read),
            });
            let (read, at): (Vec<_>, Vec<_>) = read.into_iter().unzip();
            assert_eq!(read, expected, "{job}: {query}");
            moments.extend(at);
        }
        moments
    });
    assert_eq!(moments[0], moments[1]);
    assert!(moments[0].iter().all(|at| (begin - 0.001..=now()).contains(at)), "{begin} {moments:?}");
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// The exemplars that Prometheus has of a metric of a job: bucket, labels, value; and when.
fn exemplars(prometheus: &Server, metric: &str, job: &str) -> Vec<(Value, f64)> {
    let path = format!("/api/v1/query_exemplars?query={metric}%7Bjob=%22{job}%22%7D&start=0&end=4000000000");
    let data = prometheus.api(&path).unwrap();
    let series = data.as_array().unwrap().iter().flat_map(|series| {
        let le = &series["seriesLabels"]["le"];
        let exemplars = series["exemplars"].as_array().unwrap().iter();
        exemplars.map(move |e| (json!([le, e["labels"], e["value"]]), e["timestamp"].as_f64().unwrap()))
    });
    let mut all: Vec<_> = series.collect();
    all.sort_by_key(|(what, _)| what.to_string());
    all
}

/// What does not fit into one part of a page begins a message of its own in the next one.
#[test]
fn a_family_of_several_messages_is_one() {
    let registry = Registry::new();
    let jobs = registry.counter("jobs_total", "Jobs.").labels(["a"]).register().unwrap();
    let wait = registry.histogram("wait_seconds", "Wait.").labels(["a"]).register().unwrap();
    for n in 0..8000_u64 {
        jobs.get([&*n.to_string()]).inc_by(n << 40 | n);
    }
    for n in 0..1500_u64 {
        let series = wait.get([&*n.to_string()]);
        (0..=n % 7).for_each(|k| series.observe(0.003 * (n + k * n) as f64));
    }
    let ours = start_http_server(SocketAddr::from((LOCAL, 0)), registry.clone()).unwrap();
    let page = page(ours.local_addr());
    for name in ["\njobs_total", "\nwait_seconds"] {
        let name = [&name.as_bytes()[..1], &[name.len() as u8 - 1], &name.as_bytes()[1..]].concat();
        let messages = page.windows(name.len()).filter(|window| *window == name).count();
        assert!(messages > 1, "{messages} messages of {name:?} in {} bytes", page.len());
    }

    let seconds = "    scrape_interval: 5s\n    scrape_timeout: 5s\n";
    let prometheus = prometheus_with(&directory("e2e-large"), &[("large", ours.local_addr(), seconds)], &FLAGS);
    prometheus.wait_for_targets();
    let text = generate_latest(&registry, Text);
    let samples = text.lines().filter(|line| !line.starts_with('#')).map(|line| line.rsplit_once(' ').unwrap());
    let set: BTreeMap<_, _> =
        samples.map(|(s, value)| (s.to_string(), value.parse::<f64>().unwrap().to_bits())).collect();
    let scraped = prometheus.query("{job=\"large\",__name__!~\"up|scrape_.*\"}").into_iter().map(|(metric, value)| {
        let le = metric["le"].as_str().map(|le| format!(",le=\"{}\"", le.trim_end_matches(".0"))).unwrap_or_default();
        let name = metric["__name__"].as_str().unwrap();
        (format!("{name}{{a={}{le}}}", metric["a"]), value.to_bits())
    });
    let scraped: BTreeMap<_, _> = scraped.collect();
    assert_eq!(set.len(), 8000 + 1500 * 14);
    assert_eq!(scraped.len(), set.len());
    for (sample, bits) in set {
        assert_eq!(scraped.get(&sample).copied().map(f64::from_bits), Some(f64::from_bits(bits)), "{sample}");
    }
}

/// The endpoint's page in protobuf, with whatever the connection puts between its parts.
fn page(addr: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(addr).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: {PROTOBUF}\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = Vec::new();
    stream.read_to_end(&mut page).unwrap();
    page
}
