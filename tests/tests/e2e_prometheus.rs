//! A real Prometheus scrapes us, and answers with the values that were set.

mod authority;
mod server;

use authority::Authority;
use narthex::encode::Text;
use narthex::{
    BasicAuth, Collect, Desc, Details, Exemplar, Flow, HttpOptions, Kind, Labels, Point, Registry, Sample, Sink,
    Timestamp, TlsOptions, generate_latest, name, start_http_server,
};
use server::proxy::accepting_anything;
use server::{Server, directory, get, prometheus, prometheus_with, promtool, quickstart, wait_for};
use std::net::SocketAddr;
use std::time::SystemTime;

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

/// With the flag for native histograms, Prometheus asks for protobuf first.
#[test]
fn prometheus_scrapes_protobuf_over_tls_with_certificate_and_password() {
    let directory = directory("e2e-secure");
    let authority = Authority::new(&directory, "ca");
    let (server_pem, server_key) = authority.issue("localhost");
    let (client_pem, client_key) = authority.issue("prometheus");
    let ca = authority.ca;

    let registry = registry();
    registry.register(Traced).unwrap();
    let hash = bcrypt::hash("secret", 5).unwrap();
    let options = HttpOptions::new()
        .tls(TlsOptions::new(server_pem, server_key).client_ca(&ca))
        .unwrap()
        .basic_auth(BasicAuth::new().user("prometheus", &hash).unwrap())
        .unwrap();
    let ours = options.start(SocketAddr::from(([127, 0, 0, 1], 0)), registry.clone()).unwrap();
    let scheme = |password: &str| {
        format!(
            "    scheme: https\n    tls_config: {{ca_file: {}, cert_file: {}, key_file: {}, server_name: localhost}}\n    \
             basic_auth: {{username: prometheus, password: {password}}}\n",
            ca.display(),
            client_pem.display(),
            client_key.display()
        )
    };
    let (right, wrong) = (scheme("secret"), scheme("guessed"));
    let targets = [("right", ours.local_addr(), &*right), ("wrong", ours.local_addr(), &*wrong)];
    let prometheus = prometheus_with(&directory, &targets, &["--enable-feature=native-histograms,exemplar-storage"]);
    wait_for("the protobuf target", || match &prometheus.query("up{job=\"right\"}")[..] {
        [(_, 1.0)] => Ok(()),
        other => Err(format!("{other:?} {:?}", prometheus.api("/api/v1/targets"))),
    });

    every_value_is_the_one_set(&prometheus, "right", &registry);
    let exemplars = prometheus.api("/api/v1/query_exemplars?query=traced_total&start=0&end=4000000000").unwrap();
    assert_eq!(exemplars[0]["exemplars"][0]["labels"]["trace_id"], "4bf92f35", "{exemplars}");
    assert_eq!(exemplars[0]["exemplars"][0]["value"], "2.5", "{exemplars}");
    // protobuf has no info, and names a counter as its sample
    assert_eq!(type_of(&prometheus, "right", "build_info"), Some("gauge".into()));
    assert_eq!(type_of(&prometheus, "right", "jobs_total"), Some("counter".into()));
    wait_for("the refusal", || {
        let targets = prometheus.api("/api/v1/targets")?;
        let targets = targets["activeTargets"].as_array().cloned().unwrap_or_default();
        let wrong = targets.iter().find(|target| target["labels"]["job"] == "wrong").ok_or("no such target")?;
        match wrong["lastError"].as_str() {
            Some("server returned HTTP status 401 Unauthorized") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
}

/// A counter with an exemplar of this moment.
struct Traced;

impl Traced {
    const DESC: Desc<'static> = Desc::new(Kind::Counter, name!("traced"), "Requests with traces.");
}

impl Collect for Traced {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&Self::DESC)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let now = Timestamp::new(now.as_secs() as i64, now.subsec_nanos());
        let labels = Labels::new(&["trace_id"], &["4bf92f35"]);
        let exemplars = [Some(Exemplar::new(&labels, 2.5.into(), now).unwrap())];
        let details = Details::new().with_exemplars(&exemplars);
        if sink.family(&Self::DESC)? > 0 {
            return Ok(());
        }
        let point = Point::Number(4_u64.into());
        sink.sample(&Self::DESC, &Sample::new(0, &Labels::NONE, &point).with_details(Some(&details)))
    }
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
