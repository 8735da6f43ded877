//! A service that counts its requests and serves what it counts.
//!
//! `cargo run --release --example quickstart [ADDRESS]`

use narthex::{Registry, start_http_server};
use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let addr = std::env::args().nth(1).unwrap_or("127.0.0.1:8000".into());
    let addr: SocketAddr = addr.parse().map_err(|_| format!("{addr:?} is no address; 127.0.0.1:8000 would be one"))?;

    // make metrics
    let registry = Registry::new();
    let requests =
        registry.counter("http_requests_total", "Total HTTP requests").labels(["method", "status"]).register()?;
    let response_time = registry.gauge("http_response_time_seconds", "HTTP response time").float().register()?;

    // use them
    requests.get(["GET", "200"]).inc();
    response_time.set(0.25);

    // serve them
    let server = start_http_server(addr, registry)?;
    println!("metrics: http://{}/metrics", server.local_addr());

    // some work, for ever
    loop {
        sleep(Duration::from_secs(1));
        requests.get(["GET", "200"]).inc();
        response_time.set(0.1 + 0.4 * fastrand::f64());
    }
}
