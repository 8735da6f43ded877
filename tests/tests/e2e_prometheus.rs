//! A real Prometheus scrapes us, and answers with the values that were set.

mod server;

use narthex::encode::Text;
use narthex::{Registry, generate_latest, start_http_server};
use server::{Server, accepting_anything, directory, get, prometheus, promtool, quickstart};
use std::net::SocketAddr;

/// One of everything, with text that has to be escaped.
fn registry() -> Registry {
    let r = Registry::new();
    let jobs = r.counter("jobs_total", "Jobs \"done\",\\\nby queue.").labels(["queue", "state"]).register().unwrap();
    for (n, queue) in QUEUES.into_iter().enumerate() {
        jobs.get([queue, "done"]).inc_by(n as u64 + 1);
    }
    r.counter("big_total", "Past what a float counts by ones.").register().unwrap().inc_by(u64::MAX);
    r.gauge("balance", "Below zero.").register().unwrap().set(-3);
    let float = r.gauge("level_ratio", "Floats of every size.").float().labels(["n"]).register().unwrap();
    for (n, level) in LEVELS.into_iter().enumerate() {
        float.get([&n.to_string()]).set(level);
    }
    let wait = r.histogram("wait", "Wait.").unit("seconds").labels(["queue"]).register().unwrap();
    [0.001, 0.3, 0.3, 7.0, 1e9].into_iter().for_each(|v| wait.get(["mail"]).observe(v));
    let size = r.summary("size_bytes", "Size.").register().unwrap();
    [10.0, 0.5].into_iter().for_each(|v| size.observe(v));
    r.info("build", "Build.").register().unwrap().set([("version", "1.4.2"), ("of", "\u{1F525}")]).unwrap();
    r.state_set("task_state", "State of the task.", ["down", "up"]).register().unwrap().set("up").unwrap();
    r
}

const QUEUES: [&str; 6] = ["mail", "a\"b", "back\\slash", "new\nline", "\\n", "héllo \u{1F525}{},="];
const LEVELS: [f64; 8] =
    [0.1, -0.0, 1e-300, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY, f64::NEG_INFINITY, 123456789.0];

#[test]
fn prometheus_scrapes_both_formats() {
    let registry = registry();
    let ours = start_http_server(SocketAddr::from(([127, 0, 0, 1], 0)), registry.clone()).unwrap();
    let quickstart = quickstart();
    let targets = [
        ("kinds_open", ours.local_addr()),
        ("kinds_text", accepting_anything(ours.local_addr())),
        ("quickstart_open", quickstart.addr),
        ("quickstart_text", accepting_anything(quickstart.addr)),
    ];
    let prometheus = prometheus(&directory("e2e"), &targets);
    prometheus.wait_for_targets();

    for (job, _) in targets {
        assert_eq!(prometheus.query(&format!("up{{job=\"{job}\"}}"))[0].1, 1.0, "{job}");
    }
    // info and state set are what they are only in OpenMetrics
    assert_eq!(type_of(&prometheus, "kinds_open", "build"), Some("info".into()));
    assert_eq!(type_of(&prometheus, "kinds_text", "build_info"), Some("gauge".into()));
    for job in ["kinds_open", "kinds_text"] {
        every_value_is_the_one_set(&prometheus, job, &registry);
    }
    for job in ["quickstart_open", "quickstart_text"] {
        the_quickstart_counts(&prometheus, job, quickstart.addr);
    }
    println!("{:?}", prometheus.query("http_response_time_seconds"));
    ours.shutdown();
}

fn type_of(prometheus: &Server, job: &str, metric: &str) -> Option<String> {
    let target: String = format!("{{job=\"{job}\"}}").bytes().map(|byte| format!("%{byte:02x}")).collect();
    let data = prometheus.api(&format!("/api/v1/targets/metadata?metric={metric}&match_target={target}")).unwrap();
    data[0]["type"].as_str().map(String::from)
}

/// Every sample of the registry, as Prometheus has it; and no more than those.
fn every_value_is_the_one_set(prometheus: &Server, job: &str, registry: &Registry) {
    let scraped = prometheus.query(&format!("{{job=\"{job}\",__name__!~\"up|scrape_.*\"}}"));
    let samples = generate_latest(registry, Text).lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(scraped.len(), samples, "{job}");
    for (mut metric, value) in scraped {
        let labels = metric.as_object_mut().unwrap();
        labels.retain(|name, _| !["job", "instance"].contains(&name.as_str()));
        let name = labels.remove("__name__").unwrap();
        if let Some(le) = labels.get_mut("le").filter(|le| le.as_str().unwrap().ends_with(".0")) {
            *le = le.as_str().unwrap().trim_end_matches(".0").into(); // OpenMetrics writes whole bounds so
        }
        let labels: Vec<_> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let set = registry.sample_value(name.as_str().unwrap(), &labels);
        assert_eq!(Some(value.to_bits()), set.map(f64::to_bits), "{job}: {name} {labels:?} {value}");
    }
}

fn the_quickstart_counts(prometheus: &Server, job: &str, addr: SocketAddr) {
    let requests = format!("http_requests_total{{job=\"{job}\",method=\"GET\",status=\"200\"}}");
    let [(_, counted)] = prometheus.query(&requests)[..] else { panic!("not one series of {requests}") };
    let page = get(addr, "/metrics", "").unwrap();
    let line = page.lines().find_map(|line| line.strip_prefix("http_requests_total{method=\"GET\",status=\"200\"} "));
    let now: f64 = line.unwrap_or_else(|| panic!("no requests in {page}")).parse().unwrap();
    assert!(1.0 <= counted && counted <= now && counted.fract() == 0.0, "{counted} of {now}");

    let [(_, time)] = prometheus.query(&format!("http_response_time_seconds{{job=\"{job}\"}}"))[..] else {
        panic!("not one response time")
    };
    assert!((0.1..=0.5).contains(&time), "{time}");
}

#[test]
fn promtool_finds_nothing_to_complain_about() {
    let quickstart = quickstart();
    for page in [generate_latest(&registry(), Text), get(quickstart.addr, "/metrics", "").unwrap()] {
        promtool(&page);
    }
}
