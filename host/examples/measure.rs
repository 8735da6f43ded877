//! Every way to measure, and what comes out.
//!
//! `cargo run --example measure`

use narthex::encode::OpenMetrics;
use narthex::{
    Counter, Gauge, Histogram, MetricGroup, ObserveDuration, Registry, count_errors, generate_latest, timed,
    track_inprogress,
};
use std::error::Error;
use std::time::Duration;

/// What is known when the program is written is a group of cells.
#[derive(MetricGroup)]
#[metrics(namespace = "fetch")]
struct Metrics {
    /// Time to fetch a page.
    #[metrics(unit = "seconds", buckets(0.01, 0.1, 1.0))]
    duration: Histogram<FetchDuration>,
    /// Pages that could not be fetched.
    errors: Counter,
    /// Pages that are being fetched.
    in_progress: Gauge,
}

static METRICS: Metrics = Metrics::new();

#[timed(METRICS.duration)]
#[count_errors(METRICS.errors)]
#[track_inprogress(METRICS.in_progress)]
async fn fetch(path: &str) -> Result<String, String> {
    if path.is_empty() { Err("no path".into()) } else { Ok(format!("the page at {path}")) }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let registry = Registry::new();
    registry.register(&METRICS)?;
    let _ = (fetch("/").await, fetch("").await);

    // names and labels that are known at run time
    let latency = registry.histogram("latency_seconds", "Latency.").labels(["route"]).exemplars().register()?;
    latency.get(["/"]).time(|| "work");
    latency.get(["/"]).observe_with_exemplar(0.3, &[("trace_id", "4bf92f35")])?;
    let slow = latency.get(["/slow"]);
    let timer = slow.start_timer(); // observes when it is dropped, or now:
    println!("# that took {} seconds", timer.stop());

    // label values from outside: so many, and as long as they are of use
    let peers = registry.gauge("peer_lag_seconds", "Lag.").labels(["peer"]);
    let peers = peers.limit(1_000).expire_after(Duration::from_secs(3600)).register()?;
    peers.get(["10.0.0.7"]).set(3);
    peers.get(["10.0.0.8"]).set(5);
    peers.remove(["10.0.0.7"]);

    let build = registry.info("build", "What this is.").register()?;
    build.set([("version", "1.4.2")])?;
    let task = registry.state_set("task_state", "State of the task.", ["starting", "running"]).register()?;
    task.set("running")?;

    print!("{}", generate_latest(&registry, OpenMetrics));
    Ok(())
}
