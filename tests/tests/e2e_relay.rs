//! The relay, as the README has people start it, with a Prometheus and a Pushgateway behind it.

mod authority;
mod server;

use authority::Authority;
use narthex::ClosedLabels;
use narthex::{Counter, Gauge, MetricGroup, Table, frame::Framer};
use narthex_tests::tools;
use server::{
    directory, fed, free, get, prometheus, promtool, pushgateway, pushgateway_with, relay, relay_believing, wait_for,
};
use std::fs;
use std::io::Write;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;

#[derive(MetricGroup)]
struct Board {
    /// Frames by outcome.
    frames: Table<Outcome, Counter>,
    /// Temperature of the board.
    #[metrics(unit = "celsius", scale = -3)]
    temperature: Gauge<i32>,
}

#[derive(Clone, Copy, ClosedLabels)]
enum Outcome {
    Sent,
    Lost,
}

/// A board behind a Unix socket.
struct Device {
    listener: UnixListener,
    line: Option<UnixStream>,
    framer: Framer,
    board: Board,
}

impl Device {
    fn new(path: &Path) -> Self {
        Self { listener: UnixListener::bind(path).unwrap(), line: None, framer: Framer::new(), board: Board::new() }
    }

    fn send(&mut self) {
        let line = self.line.get_or_insert_with(|| self.listener.accept().unwrap().0);
        let mut bytes = vec![0; 4096];
        let mut rest = &mut bytes[..];
        self.framer.snapshot(&self.board, &mut rest).unwrap();
        let len = 4096 - rest.len();
        line.write_all(&bytes[..len]).unwrap();
    }
}

#[test]
fn prometheus_and_a_gateway_have_what_the_boards_say() {
    let directory = directory("e2e_relay");
    let mut devices = ["kitchen", "attic"].map(|name| Device::new(&directory.join(name)));
    let gateway = free();
    let mut args = ["kitchen", "attic"].map(|name| format!("unix:{}", directory.join(name).display())).to_vec();
    args.extend(
        ["--push", &format!("http://{gateway}"), "--push-every", "200ms", "--job", "boards/roof"].map(String::from),
    );
    let (relay, mut log) = relay(&args);
    assert!(log.any(|line| line.starts_with(&format!("push: http://{gateway}/metrics/job@base64/Ym9hcmRzL3Jvb2Y: "))));
    let pushed = pushgateway(gateway);

    let prometheus = prometheus(&directory, &[("relay", relay.addr)]);
    for (at, device) in devices.iter_mut().enumerate() {
        device.board.frames.get(Outcome::Sent).inc_by(100 + at as u64);
        device.board.frames.get(Outcome::Lost).inc();
        device.board.temperature.set(21_500 - at as i32);
        device.send();
    }
    prometheus.wait_for_targets();
    for (query, value) in [
        (r#"frames_total{device="kitchen",outcome="sent"}"#, 100.0),
        (r#"frames_total{device="attic",outcome="sent"}"#, 101.0),
        (r#"sum(frames_total{outcome="lost"})"#, 2.0),
        (r#"temperature_celsius{device="attic"}"#, 21.499),
        ("sum(narthex_relay_up)", 2.0),
        ("sum(narthex_relay_errors_total)", 0.0),
    ] {
        wait_for(query, || match &prometheus.query(query)[..] {
            [(_, seen)] if *seen == value => Ok(()),
            other => Err(format!("{other:?}")),
        });
    }
    wait_for("the gateway", || {
        let page = get(pushed.addr, "/metrics", "")?;
        let line = page.lines().find(|line| {
            ["frames_total{", "device=\"attic\"", "job=\"boards/roof\"", "outcome=\"sent\""]
                .iter()
                .all(|part| line.contains(part))
        });
        line.filter(|line| line.ends_with(" 101")).map(drop).ok_or(page)
    });
    assert!(log.any(|line| line == "push: the gateway takes it again"));

    let text = get(relay.addr, "/metrics", "").unwrap();
    promtool(&text);
    let page = get(relay.addr, "/metrics", "Accept: application/openmetrics-text;version=1.0.0\r\n").unwrap();
    const PROGRAM: &str = "import sys\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families\n\
                           print(sum(len(f.samples) for f in text_string_to_metric_families(sys.stdin.read())))";
    let samples = page.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(fed(Command::new(tools::python()).args(["-c", PROGRAM]), &page).trim(), samples.to_string());

    // a board that begins again: Prometheus sees a restart, and no gap
    devices[0].board = Board::new();
    devices[0].framer = Framer::new();
    devices[0].board.frames.get(Outcome::Sent).inc_by(3);
    devices[0].send();
    let resets = r#"resets(frames_total{device="kitchen",outcome="sent"}[5m])"#;
    wait_for("a reset", || match &prometheus.query(resets)[..] {
        [(_, 1.0)] => Ok(()),
        other => Err(format!("{other:?}")),
    });
}

#[test]
fn a_gateway_that_wants_tls_a_certificate_and_a_password() {
    let directory = directory("e2e_relay_secure");
    let authority = Authority::new(&directory, "ca");
    let ((certificate, key), password) = (authority.issue("relay"), directory.join("password"));
    let config = authority.demanding();
    let gateway = pushgateway_with(free(), &[&format!("--web.config.file={}", config.display())]);
    let url = format!("https://localhost:{}", gateway.addr.port());
    let file = |path: &Path| path.display().to_string();
    let (certificate, key, secret) = (file(&certificate), file(&key), file(&password));
    let nobody = format!("unix:{}", directory.join("nobody").display());
    let args = ["--push", &url, "--push-every", "100ms", "--push-cert", &certificate, "--push-key", &key];
    let who = ["--push-user", "jane", "--push-password-file", &secret, &nobody];
    let args: Vec<_> = args.into_iter().chain(who).map(String::from).collect();

    let ca = ["--push-ca".into(), file(&authority.ca)];
    for (args, believed) in [([&args[..], &ca].concat(), None), (args, Some(&*authority.ca))] {
        fs::write(&password, "guessed\n").unwrap();
        let (relay, mut log) = relay_believing(&args, believed);
        let refusal = format!("push: {url}/metrics/job/narthex_relay: 401 Unauthorized");
        assert!(log.any(|line| line.starts_with(&refusal)));
        fs::write(&password, "secret\n").unwrap();
        assert!(log.any(|line| line == "push: the gateway takes it again"));
        wait_for("pushes", || {
            let page = get(relay.addr, "/metrics", "")?;
            let accepted =
                page.lines().find_map(|line| line.strip_prefix("narthex_relay_pushes_total{outcome=\"accepted\"} "));
            if accepted.is_some_and(|count| count != "0") { Ok(()) } else { Err(page) }
        });
    }
}
