//! A real VictoriaMetrics scrapes us, and has the numbers that we measured.

mod server;

use narthex::encode::Text;
use narthex::{Registry, generate_latest, start_http_server};
use server::{directory, victoria_metrics, wait_for};

#[test]
fn every_series_is_there() {
    let registry = registry();
    let page = generate_latest(&registry, Text);
    let series = page.lines().filter(|line| !line.starts_with('#')).count();
    let exposed = start_http_server("127.0.0.1:0".parse().unwrap(), registry.clone()).unwrap();
    let server = victoria_metrics(&directory("victoria-metrics"), exposed.local_addr());

    let all = wait_for("every series", || match server.query("{job=\"narthex\", __name__!~\"up|scrape_.*\"}") {
        all if all.len() >= series => Ok(all),
        some => Err(format!("{} of {series} series", some.len())),
    });
    assert_eq!(all.len(), series);
    for (metric, value) in all {
        let labels = metric.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
        let (own, labels): (Vec<_>, Vec<_>) =
            labels.partition(|(name, _)| ["__name__", "job", "instance"].contains(name));
        let name = own.iter().find(|(name, _)| *name == "__name__").unwrap().1;
        let measured = registry.sample_value(name, &labels).unwrap_or_else(|| panic!("no {metric} in {page}"));
        // it stores decimal numbers, which have fewer digits than the ends of ours
        let near = (value - measured).abs() <= measured.abs() * 1e-14;
        assert!(value == measured || near, "{metric}: {value}, not {measured}");
    }
    assert_eq!(server.query("up{job=\"narthex\"}")[0].1, 1.0);
}

fn registry() -> Registry {
    let registry = Registry::new();
    let jobs = registry.counter("jobs", "Jobs \"done\",\\\nby queue.").labels(["queue"]).register().unwrap();
    let queues = ["mail", "a\"b", "back\\slash", "new\nline", "\\n", "h\u{e9}llo \u{1F525}{},=", "\0\u{85}\u{2028}"];
    queues.into_iter().zip(1..).for_each(|(queue, n)| jobs.get([queue]).inc_by(n << 40));
    let level = registry.gauge("level", "").utf8().float().labels(["n.th"]).register().unwrap();
    let levels = [0.1, -0.0, -123_456.789, 1e21, f64::INFINITY, f64::NEG_INFINITY];
    levels.into_iter().enumerate().for_each(|(n, value)| level.get([&n.to_string()]).set(value));
    registry.histogram("wait", "").unit("seconds").labels(["queue"]).register().unwrap().get(["mail"]).observe(0.3);
    registry.summary("size", "").register().unwrap().observe(2.5);
    registry.info("build", "").register().unwrap().set([("version", "1.4.2")]).unwrap();
    registry.state_set("task_state", "", ["down", "up"]).register().unwrap().set("up").unwrap();
    registry
}
