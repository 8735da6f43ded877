//! The page for people, in a real browser.

use narthex::{Collect, Desc, Flow, HttpOptions, Kind, Registry, Sink, callback, name};
use narthex_tests::command::output;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts how often it was read.
#[derive(Default)]
struct Reads(AtomicU64);

impl Reads {
    const DESC: Desc<'static> = Desc::new(Kind::Counter, name!("reads"), "How often this was read.");
}

impl Collect for Reads {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&Self::DESC)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        callback(&Self::DESC, sink, self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// Runs the page's scripts for some seconds of the browser's time.
fn browser(arguments: &[&str], url: &str) -> String {
    let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join("landing-profile");
    let mut chromium = Command::new("chromium");
    chromium
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=900,900"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg("--virtual-time-budget=9000")
        .args(arguments)
        .arg("--log-level=3") // it misses a desktop
        .arg(url);
    output(&mut chromium).unwrap()
}

#[test]
fn a_browser_shows_values_as_they_change() {
    let registry = Registry::new();
    registry.register(Reads::default()).unwrap();
    let requests = registry.counter("http_requests_total", "Requests by method & <status>.");
    let requests = requests.labels(["method", "status"]).register().unwrap();
    requests.get(["GET", "200"]).inc_by(7);
    requests.get(["<script>alert(1)</script>", "a\"b\\c\nd"]).inc();
    let waits = registry.histogram("wait_seconds", "Time in the queue.").buckets([0.1, 1.0]).register().unwrap();
    waits.observe(0.5);
    registry.gauge("queue_depth", "Jobs that wait.").register().unwrap().set(-3);
    let server = HttpOptions::new().start(SocketAddr::from(([127, 0, 0, 1], 0)), registry).unwrap();
    let url = format!("http://{}/", server.local_addr());

    let page = browser(&["--dump-dom"], &url);
    for shown in [
        "<h2>http_requests_total<small>counter</small></h2>",
        "<p>Requests by method &amp; &lt;status&gt;.</p>",
        "<td>http_requests_total{method=\"GET\",status=\"200\"}</td><td>7</td>",
        "<td>http_requests_total{method=\"&lt;script&gt;alert(1)&lt;/script&gt;\",status=\"a\\\"b\\\\c\\nd\"}</td><td>1</td>",
        "<td>wait_seconds_bucket{le=\"1\"}</td><td>1</td>",
        "<h2>queue_depth<small>gauge</small></h2>",
        "<td>queue_depth</td><td>-3</td>",
        "Read at ",
    ] {
        assert!(page.contains(shown), "no {shown} in\n{page}");
    }
    let reads = page.split("<td>reads_total</td><td>").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
    assert!(reads.parse::<u64>().unwrap() > 1, "it was read {reads} times: the page does not live");
    assert!(page.contains("<tr class=\"changed\"><td>reads_total</td>"), "what changed is not marked");

    let screenshot = Path::new(env!("CARGO_TARGET_TMPDIR")).join("landing.png");
    let _ = std::fs::remove_file(&screenshot);
    browser(&[&format!("--screenshot={}", screenshot.display())], &url);
    assert!(std::fs::metadata(&screenshot).unwrap().len() > 5_000);
}
