//! Servers that we did not write, and how to talk to them.

#![allow(dead_code, reason = "each test uses a part")]

pub mod proxy;

use narthex_tests::tools;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A process that ends with the test.
pub struct Server {
    pub child: Child,
    pub addr: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const WITHIN: Duration = Duration::from_secs(60);

/// Asks again and again until there is an answer, or fails with the last complaint.
pub fn wait_for<T>(what: &str, ask: impl FnMut() -> Result<T, String>) -> T {
    wait_within(WITHIN, what, ask)
}

/// As [`wait_for`], for as long as is said.
pub fn wait_within<T>(within: Duration, what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(complaint) if start.elapsed() > within => panic!("{what}: {complaint} after {within:?}"),
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// An address that nothing listens at.
pub fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap()
}

/// An empty directory for this test.
pub fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Runs a program; says where it comes from when it is not there.
pub fn spawn(command: &mut Command) -> Child {
    let missing = "one of Debian's packages `prometheus-*` has it; `cargo xtask test` installs them";
    command.spawn().unwrap_or_else(|error| panic!("cannot run {:?}: {error}; {missing}", command.get_program()))
}

/// `promtool check metrics` has nothing to say.
pub fn promtool(page: &str) {
    let said = fed(Command::new("promtool").args(["check", "metrics"]), page);
    assert!(said.is_empty(), "{said}\n{page}");
}

/// What a program says about its input, with which it has to succeed.
pub fn fed(command: &mut Command, input: &str) -> String {
    let mut child = spawn(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{input}");
    said
}

/// The families of an OpenMetrics page, as PyPI's `prometheus_client` reads them.
pub fn python_reads(page: &str) -> String {
    const PROGRAM: &str = "import sys\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families\n\
                           for f in text_string_to_metric_families(sys.stdin.read()): print(f.name, f.type)";
    let mut python = Command::new(tools::python());
    fed(python.args(["-c", PROGRAM]), page)
}

/// The quickstart, as the README has people start it.
pub fn quickstart() -> Server {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--package", "narthex", "--example", "quickstart", "--", "127.0.0.1:0"]);
    let mut child = cargo.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let addr = line.strip_prefix("metrics: http://").and_then(|rest| rest.strip_suffix("/metrics\n"));
    let addr = addr.unwrap_or_else(|| panic!("the quickstart said {line:?}")).parse().unwrap();
    Server { child, addr }
}

/// The relay, as the README has people start it, and what it says.
pub fn relay(args: &[String]) -> (Server, impl Iterator<Item = String> + use<>) {
    relay_believing(args, None)
}

/// The same, on a system that believes the authorities in this file.
pub fn relay_believing(args: &[String], ca: Option<&Path>) -> (Server, impl Iterator<Item = String> + use<>) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--package", "narthex", "--features", "cli", "--bin", "narthex", "--", "relay"]);
    cargo.envs(ca.map(|ca| ("SSL_CERT_FILE", ca)));
    let mut child = cargo.args(args).args(["--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let said = lines.find(|line| line.starts_with("metrics: ")).unwrap();
    let addr = said.strip_prefix("metrics: http://").and_then(|rest| rest.strip_suffix("/metrics")).unwrap();
    (Server { child, addr: addr.parse().unwrap() }, lines)
}

/// A Prometheus that scrapes each target every second.
pub fn prometheus(directory: &Path, targets: &[(&str, SocketAddr)]) -> Server {
    let targets: Vec<_> = targets.iter().map(|(job, addr)| (*job, *addr, "")).collect();
    prometheus_with(directory, &targets, &[])
}

/// The same, with further lines for each target, and arguments.
pub fn prometheus_with(directory: &Path, targets: &[(&str, SocketAddr, &str)], arguments: &[&str]) -> Server {
    let jobs = targets.iter().map(|(job, addr, lines)| {
        format!("  - job_name: {job}\n    static_configs:\n      - targets: ['{addr}']\n{lines}")
    });
    let config = directory.join("prometheus.yml");
    let global = "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n";
    std::fs::write(&config, global.to_string() + &jobs.collect::<String>()).unwrap();

    let (addr, log) = (free(), std::fs::File::create(directory.join("prometheus.log")).unwrap());
    let mut command = Command::new("prometheus");
    command
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", directory.join("data").display()))
        .arg(format!("--web.listen-address={addr}"))
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(log);
    let server = Server { child: spawn(&mut command), addr };
    wait_for("Prometheus", || get(addr, "/-/ready", "").map(drop));
    server
}

/// A VictoriaMetrics that scrapes a target every second.
pub fn victoria_metrics(directory: &Path, target: SocketAddr) -> Server {
    let config = directory.join("scrape.yml");
    let scrape = "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: narthex\n    static_configs:\n";
    std::fs::write(&config, format!("{scrape}      - targets: ['{target}']\n")).unwrap();
    let addr = free();
    let mut command = Command::new("victoria-metrics");
    command
        .arg(format!("-promscrape.config={}", config.display()))
        .arg(format!("-storageDataPath={}", directory.join("data").display()))
        .arg(format!("-httpListenAddr={addr}"))
        .args(["-search.latencyOffset=0s", "-search.disableCache"])
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(directory.join("victoria-metrics.log")).unwrap());
    let server = Server { child: spawn(&mut command), addr };
    wait_for("VictoriaMetrics", || get(addr, "/health", "").map(drop));
    server
}

/// A Pushgateway at an address.
pub fn pushgateway(addr: SocketAddr) -> Server {
    let server = pushgateway_with(addr, &[]);
    wait_for("Pushgateway", || get(addr, "/-/ready", "").map(drop));
    server
}

/// The same with arguments, as soon as it listens.
pub fn pushgateway_with(addr: SocketAddr, arguments: &[&str]) -> Server {
    let mut command = Command::new("prometheus-pushgateway");
    command.arg(format!("--web.listen-address={addr}")).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    let server = Server { child: spawn(&mut command), addr };
    wait_for("Pushgateway", || TcpStream::connect(addr).map(drop).map_err(|error| error.to_string()));
    server
}

/// A node-exporter that reads the files in a directory, and nothing else.
pub fn node_exporter(directory: &Path) -> Server {
    let addr = free();
    let mut command = Command::new("prometheus-node-exporter");
    command
        .arg(format!("--web.listen-address={addr}"))
        .args(["--collector.disable-defaults", "--collector.textfile"])
        .arg(format!("--collector.textfile.directory={}", directory.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let server = Server { child: spawn(&mut command), addr };
    wait_for("node-exporter", || get(addr, "/metrics", "").map(drop));
    server
}

impl Server {
    /// The `data` of an answer of Prometheus's API.
    pub fn api(&self, path: &str) -> Result<Value, String> {
        let body = get(self.addr, path, "")?;
        let mut answer: Value = serde_json::from_str(&body).map_err(|error| format!("{error} in {body}"))?;
        Ok(answer["data"].take())
    }

    /// The series that a query gives: labels and value.
    pub fn query(&self, query: &str) -> Vec<(Value, f64)> {
        let encoded: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let mut data = self.api(&format!("/api/v1/query?query={encoded}")).unwrap();
        let series = data["result"].as_array_mut().map(std::mem::take).unwrap_or_default();
        let value = |series: &Value| series["value"][1].as_str().unwrap().parse().unwrap();
        series.into_iter().map(|mut series| (series["metric"].take(), value(&series))).collect()
    }

    /// Waits until every target is up.
    pub fn wait_for_targets(&self) {
        wait_for("targets", || {
            let data = self.api("/api/v1/targets")?;
            let targets = data["activeTargets"].as_array().ok_or("no list of targets")?;
            match targets.iter().find(|target| target["health"] != "up") {
                None if !targets.is_empty() => Ok(()),
                down => Err(format!("{down:?}")),
            }
        });
    }
}

/// The body of a page.
pub fn get(addr: SocketAddr, path: &str, headers: &str) -> Result<String, String> {
    let mut stream = TcpStream::connect(addr).map_err(|error| error.to_string())?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(|error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no end of the headers")?;
    let chunked = head.to_ascii_lowercase().contains("\ntransfer-encoding: chunked");
    match head.split(' ').nth(1) {
        Some("200") if chunked => joined(body).ok_or_else(|| format!("chunks that do not end: {body}")),
        Some("200") => Ok(body.into()),
        _ => Err(head.into()),
    }
}

/// What is in chunks, unless one is missing.
fn joined(mut chunks: &str) -> Option<String> {
    let mut whole = String::new();
    loop {
        let (size, rest) = chunks.split_once("\r\n")?;
        let size = usize::from_str_radix(size, 16).ok()?;
        whole += rest.get(..size)?;
        chunks = rest.get(size..)?.strip_prefix("\r\n")?;
        if size == 0 {
            return chunks.is_empty().then_some(whole);
        }
    }
}
