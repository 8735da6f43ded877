//! What a client may do to an endpoint, and what that costs: nothing but its own scrape.

mod client;

use client::{get, request};
use narthex::{Collect, Desc, Flow, HttpOptions, HttpServer, Kind, Registry, Sink, callback, name};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_millis(300);
/// Longer than any deadline of a test on a busy machine.
const AT_LAST: Duration = Duration::from_secs(20);

fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("requests_total", "Requests.").register().unwrap().inc_by(3);
    registry
}

fn start(options: HttpOptions, registry: Registry) -> (HttpServer, SocketAddr) {
    let server = options.start(SocketAddr::from(([127, 0, 0, 1], 0)), registry).unwrap();
    let addr = server.local_addr();
    (server, addr)
}

fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(AT_LAST)).unwrap();
    stream
}

/// Whether the other side ends the connection, whatever it says before.
fn ends(stream: &mut TcpStream) -> bool {
    match stream.read_to_end(&mut Vec::new()) {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

#[test]
fn requests_that_are_none() {
    let (_server, addr) = start(HttpOptions::new(), registry());
    let url = |len: usize| format!("GET /{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "a".repeat(len));
    for (what, bytes, statuses) in [
        ("no Host", "GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n".to_string(), &[400][..]),
        ("two Hosts", get_with("Host: y\r\n"), &[400]),
        ("HTTP/1.0", "GET /metrics HTTP/1.0\r\n\r\n".into(), &[200]),
        ("both lengths", post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), &[400]),
        ("two lengths", post("Content-Length: 4\r\nContent-Length: 5\r\n", "aaaaa"), &[400]),
        ("a negative length", post("Content-Length: -1\r\n", ""), &[400]),
        ("an unknown coding", post("Transfer-Encoding: gzip\r\n", ""), &[400, 501]),
        ("a space before a colon", post("Content-Length : 0\r\n", ""), &[400]),
        ("a folded header", post("X: a\r\n b\r\n", ""), &[400]),
        ("a bare return", "GET /metrics HTTP/1.1\rHost: x\r\n\r\n".into(), &[400]),
        ("HTTP/3", "GET /metrics HTTP/3.0\r\nHost: x\r\n\r\n".into(), &[400, 505]),
        ("TLS", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0".into(), &[400]),
        ("rubbish", "\r\n\r\n\0\0\0 rubbish\r\n\r\n".into(), &[400]),
        ("a long URL", url(9_000), &[414]),
        ("a longer URL", url(100_000), &[414, 431]),
        ("a large header", get_with(&format!("X: {}\r\n", "x".repeat(2_000_000))), &[431]),
        ("many headers", get_with(&"X: x\r\n".repeat(500)), &[431]),
        ("percent rubbish", "GET /metrics?name[]=%zz&name[]=%ff%00 HTTP/1.0\r\n\r\n".into(), &[200, 400]),
    ] {
        let reply = request(addr, &bytes);
        assert!(statuses.contains(&reply.status), "{what}: {}", reply.status);
        if reply.status != 200 {
            assert!(!reply.text().contains("aaaa") && !reply.text().contains("rubbish"), "{what} comes back");
        }
        assert_eq!(get(addr, "/metrics", "").status, 200, "after {what}");
    }
    let mut stream = connect(addr);
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    assert!(ends(&mut stream), "the preface of HTTP/2 gets no answer");
}

fn post(headers: &str, body: &str) -> String {
    format!("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n{body}")
}

fn get_with(headers: &str) -> String {
    post(headers, "")
}

#[test]
fn a_body_that_never_ends_is_not_read() {
    let (_server, addr) = start(HttpOptions::new(), registry());
    let mut stream = connect(addr);
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n").unwrap();
    let more = [b'a'; 64 * 1024];
    let mut taken = 0;
    while stream.write_all(&more).is_ok() {
        taken += more.len();
        assert!(taken < 64 * 1024 * 1024, "it reads on and on");
    }
}

#[test]
fn headers_that_come_slowly_are_not_waited_for() {
    let (_server, addr) = start(HttpOptions::new().header_timeout(SOON), registry());
    let (silent, mut slow) = (connect(addr), connect(addr));
    let begin = Instant::now();
    for byte in b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: ".iter().chain(&[b'a'; 10_000]) {
        if slow.write_all(&[*byte]).is_err() || begin.elapsed() > AT_LAST {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    assert!(begin.elapsed() >= SOON && begin.elapsed() < AT_LAST, "{:?}", begin.elapsed());
    for mut stream in [silent, slow] {
        assert!(ends(&mut stream));
    }
    assert_eq!(get(addr, "/metrics", "").status, 200);
}

#[test]
fn an_idle_connection_is_kept_for_the_next_scrape_and_not_for_ever() {
    let options = HttpOptions::new().header_timeout(SOON / 3).idle_timeout(3 * SOON);
    let (_server, addr) = start(options, registry());
    let mut stream = connect(addr);
    let scrape = |stream: &mut TcpStream| {
        write!(stream, "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = [0; 256];
        let len = stream.read(&mut answer).unwrap();
        assert!(answer[..len].starts_with(b"HTTP/1.1 200 OK"));
    };
    scrape(&mut stream);
    thread::sleep(SOON); // longer than headers may take
    scrape(&mut stream);
    assert!(ends(&mut stream));
}

/// More than the buffers of two sockets hold.
fn large() -> Registry {
    let registry = Registry::new();
    let family = registry.counter("series_total", "").labels(["n"]).register().unwrap();
    (0..200).for_each(|n| family.get([&format!("{n}{}", "x".repeat(100_000))]).inc());
    registry
}

#[test]
fn a_reader_that_takes_nothing_is_cut_off_and_its_place_is_free_again() {
    let (_server, addr) = start(HttpOptions::new().write_timeout(SOON).scrapes(1), large());
    let mut reader = connect(addr);
    write!(reader, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let begin = Instant::now();
    while get(addr, "/metrics", "").status == 503 {
        assert!(begin.elapsed() < AT_LAST, "the place is not free again");
        thread::sleep(Duration::from_millis(20));
    }
    let mut answer = Vec::new();
    let _ = reader.read_to_end(&mut answer);
    assert!(!answer.ends_with(b"0\r\n\r\n"), "half a page looks like a whole one");
}

#[test]
fn connections_without_a_request_make_room() {
    let (_server, addr) = start(HttpOptions::new().connections(8), large());
    let mut busy = connect(addr);
    write!(busy, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut first = [0; 1];
    busy.read_exact(&mut first).unwrap();

    let begin = Instant::now();
    let _half_open: Vec<_> = (0..300)
        .map(|n| {
            let mut stream = connect(addr);
            let _ = stream.write_all(&b"GET /metrics HTTP/1.1\r\nHo"[..n % 25]);
            stream
        })
        .collect();
    assert_eq!(get(addr, "/-/healthy", "").status, 200);
    assert!(begin.elapsed() < Duration::from_secs(5), "it waited for deadlines: {:?}", begin.elapsed());
    let mut answer = Vec::new();
    busy.read_to_end(&mut answer).unwrap();
    assert!(answer.ends_with(b"0\r\n\r\n"), "an answer that was under way was cut off");
}

/// Is collected when it is let to.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
    collected: AtomicU64,
}

impl Gate {
    const DESC: Desc<'static> = Desc::new(Kind::Gauge, name!("gate"), "");

    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }

    /// Waits until it was asked this often.
    fn asked(&self, times: u64) {
        let begin = Instant::now();
        while self.collected.load(Ordering::Relaxed) < times {
            assert!(begin.elapsed() < AT_LAST);
            thread::yield_now();
        }
    }
}

struct Gated(Arc<Gate>);

impl Collect for Gated {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&Gate::DESC)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        let times = self.0.collected.fetch_add(1, Ordering::Relaxed) + 1;
        let open = self.0.opened.wait_while(self.0.open.lock().unwrap(), |open| !*open);
        drop(open);
        callback(&Gate::DESC, sink, times)
    }
}

fn gated() -> (Arc<Gate>, Registry) {
    let (gate, registry) = (Arc::new(Gate::default()), Registry::new());
    registry.register(Gated(Arc::clone(&gate))).unwrap();
    (gate, registry)
}

#[test]
fn too_many_scrapes_are_told_to_come_again() {
    let (gate, registry) = gated();
    let (_server, addr) = start(HttpOptions::new().scrapes(2), registry);
    let scrapes: Vec<_> = (0..2).map(|_| thread::spawn(move || get(addr, "/metrics", "").status)).collect();
    gate.asked(2);
    let refused = get(addr, "/metrics", "");
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    assert_eq!(get(addr, "/-/healthy", "").status, 200);
    gate.open();
    assert!(scrapes.into_iter().all(|scrape| scrape.join().unwrap() == 200));
    assert_eq!(get(addr, "/metrics", "").status, 200);
}

#[test]
fn scrapes_that_overlap_may_share_one_exposition() {
    let (gate, registry) = gated();
    let (_server, addr) = start(HttpOptions::new().scrapes(1).share_scrapes(true), registry);
    let scrapes: Vec<_> = (0..5).map(|_| thread::spawn(move || get(addr, "/metrics", "").text())).collect();
    gate.asked(1);
    // the others are under way as well, or come later and find it made: a second one is then made for those alone
    gate.open();
    let pages: Vec<_> = scrapes.into_iter().map(|scrape| scrape.join().unwrap()).collect();
    assert!(pages.iter().all(|page| page.starts_with("# TYPE gate gauge\ngate ")), "{pages:?}");
    assert!(gate.collected.load(Ordering::Relaxed) <= 5);
    let before = gate.collected.load(Ordering::Relaxed);
    assert!(get(addr, "/metrics", "").text().ends_with(&format!("gate {}\n", before + 1)), "an old page");
}

#[test]
fn a_unix_socket_is_replaced_only_when_nobody_listens_at_it() {
    let directory = std::env::temp_dir().join(format!("narthex-socket-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("metrics.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap()); // left over
    let server = HttpOptions::new().start(&*path, registry()).unwrap();
    let mut stream = std::os::unix::net::UnixStream::connect(&path).unwrap();
    write!(stream, "GET /metrics HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("requests_total 3\n"), "{answer}");
    let error = HttpOptions::new().start(&*path, registry()).unwrap_err();
    assert_eq!(error.kind(), narthex::ErrorKind::AddressInUse, "{error}");
    server.shutdown();
    assert!(!path.exists());
    std::fs::write(&path, "not a socket").unwrap();
    assert!(HttpOptions::new().start(&*path, registry()).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"not a socket");
    std::fs::remove_dir_all(&directory).unwrap();
}

/// Set in the process that has few files.
const FEW_FILES: &str = "NARTHEX_TEST_FEW_FILES";

#[test]
fn few_files_are_no_reason_to_starve() {
    if std::env::var_os(FEW_FILES).is_some() {
        let limit = rustix::process::Rlimit { current: Some(64), maximum: Some(64) };
        rustix::process::setrlimit(rustix::process::Resource::Nofile, limit).unwrap();
        let (server, addr) = start(HttpOptions::new().connections(1000), registry());
        println!("at {addr} ");
        let _ = std::io::stdin().read(&mut [0]); // until the parent goes
        return server.shutdown();
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "few_files_are_no_reason_to_starve", "--nocapture"])
        .env(FEW_FILES, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let addr = lines.find_map(|line| line.unwrap().split_once("at ")?.1.trim().parse::<SocketAddr>().ok()).unwrap();
    let _half_open: Vec<_> = (0..300).map(|_| connect(addr)).collect();
    assert_eq!(get(addr, "/metrics", "").status, 200);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
