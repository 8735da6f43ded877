//! The metrics endpoint, as seen from a socket.

mod client;

use client::{Reply, get, request};
use narthex::{Collect, Desc, ErrorKind, Flow, HttpOptions, Kind, Registry, Sink, callback, name, start_http_server};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPEN: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const LOOPBACK: &str = "127.0.0.1:0";

fn anywhere() -> SocketAddr {
    LOOPBACK.parse().unwrap()
}

fn registry() -> Registry {
    let registry = Registry::new();
    let requests = registry.counter("requests_total", "Requests.").labels(["path"]).register().unwrap();
    requests.get(["/"]).inc_by(3);
    registry
}

#[test]
fn formats_and_codings() {
    let registry = registry();
    let text = narthex::generate_latest(&registry, narthex::encode::Text);
    let open = narthex::generate_latest(&registry, narthex::encode::OpenMetrics);
    let server = start_http_server(anywhere(), registry).unwrap();
    for (headers, content_type, page, gzip) in [
        ("", TEXT, &text, false),
        ("Accept: application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.4\r\n", OPEN, &open, false),
        ("Accept: text/plain;q=0.1\r\nAccept: application/openmetrics-text\r\n", OPEN, &open, false),
        ("Accept: application/openmetrics-text;version=9.9.9\r\n", TEXT, &text, false),
        ("Accept: image/png\r\nAccept-Encoding: gzip\r\n", TEXT, &text, true),
        ("Accept: application/openmetrics-text\r\nAccept-Encoding: br, gzip;q=0.2\r\n", OPEN, &open, true),
        ("Accept-Encoding: gzip;q=0\r\n", TEXT, &text, false),
        ("Accept: \u{fffd};q=zzz,,;\r\nAccept-Encoding: ;;\r\n", TEXT, &text, false),
    ] {
        let reply = get(server.local_addr(), "/metrics", headers);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some(content_type)), "{headers:?}");
        assert_eq!(reply.header("vary"), Some("Accept, Accept-Encoding"));
        assert_eq!(reply.header("content-encoding"), gzip.then_some("gzip"), "{headers:?}");
        assert_eq!(&reply.text(), page, "{headers:?}");
    }
}

#[test]
fn timeouts_may_be_endless() {
    let forever = Duration::MAX;
    let options = HttpOptions::new().header_timeout(forever).idle_timeout(forever).write_timeout(forever);
    let server = options.start(anywhere(), registry()).unwrap();
    assert_eq!(get(server.local_addr(), "/metrics", "").status, 200);
}

#[test]
fn methods_and_paths() {
    let server = start_http_server(anywhere(), registry()).unwrap();
    let addr = server.local_addr();

    let head = request(addr, "HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!((head.status, head.header("content-type"), head.body.len()), (200, Some(TEXT), 0));
    let options = request(addr, "OPTIONS /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, OPTIONS")));
    for method in ["POST", "PUT", "DELETE", "BREW"] {
        let reply = request(addr, format!("{method} /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, HEAD, OPTIONS")), "{method}");
    }
    for target in ["/", "/nothing", "*"] {
        let reply = request(addr, format!("OPTIONS {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert_eq!((reply.status, reply.header("allow")), (204, Some("GET, HEAD, OPTIONS")), "{target}");
    }
    for path in ["/metrics/", "/metric", "//metrics", "/%6detrics"] {
        let reply = get(addr, path, "");
        assert_eq!((reply.status, reply.text().as_str()), (404, "metrics are at /metrics\n"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    }
    assert_eq!(get(addr, "/metrics?name[]=a", "").status, 200);
    assert_eq!(get(addr, "/metrics", &format!("X: {}\r\n", "x".repeat(100_000))).status, 431);
    assert_eq!(get(addr, "/metrics", &"X: x\r\n".repeat(500)).status, 431);
}

#[test]
fn a_page_for_people_needs_nothing_from_elsewhere() {
    let options = narthex::HttpOptions::new().path("/a\"b<c&d");
    let server = options.start(anywhere(), registry()).unwrap();
    let addr = server.local_addr();
    let page = get(addr, "/", "");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let html = page.text();
    assert!(html.contains("data-metrics=\"./a&quot;b&lt;c&amp;d\"") && !html.contains("http"), "{html}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    for file in ["/-/landing.js", "/-/landing.css"] {
        assert!(html.contains(file));
        assert_eq!(get(addr, file, "").status, 200);
    }
    assert_eq!(get(addr, "/-/healthy", "").text(), "healthy\n");
    let put = request(addr, "PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(put.status, 405);
}

#[test]
fn one_connection_many_scrapes() {
    let server = start_http_server(anywhere(), registry()).unwrap();
    let mut stream = TcpStream::connect(server.local_addr()).unwrap();
    for connection in ["keep-alive", "keep-alive", "close"] {
        write!(stream, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\n\r\n").unwrap();
    }
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3);
    assert_eq!(answers.matches("requests_total{path=\"/\"} 3\n").count(), 3);
}

#[test]
fn a_large_page_comes_in_pieces_and_whole() {
    let registry = Registry::new();
    let family = registry.counter("series_total", "").labels(["n"]).register().unwrap();
    (0..20_000_u64).for_each(|n| family.get([&n.to_string()]).inc_by(n));
    family.get([&"x".repeat(200_000)]).inc(); // more than a buffer
    let page = narthex::generate_latest(&registry, narthex::encode::OpenMetrics);
    let server = start_http_server(anywhere(), registry).unwrap();
    for coding in ["", "Accept-Encoding: gzip\r\n"] {
        let headers = format!("Accept: application/openmetrics-text\r\n{coding}");
        let reply = get(server.local_addr(), "/metrics", &headers);
        assert!(reply.chunks > 5, "{} chunks", reply.chunks);
        assert!(reply.text() == page);
    }
}

#[test]
fn an_address_that_is_taken_or_not_ours() {
    let taken = TcpListener::bind(LOOPBACK).unwrap();
    let addr = taken.local_addr().unwrap();
    let error = start_http_server(addr, registry()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddressInUse);
    let text = format!("port {} of 127.0.0.1 is in use by another server; choose another one", addr.port());
    assert!(error.to_string().starts_with(&text), "{error}");

    let error = start_http_server("192.0.2.1:8000".parse().unwrap(), registry()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Address);
    assert!(error.to_string().starts_with("192.0.2.1 is not an address of this machine"), "{error}");
}

#[test]
fn inside_of_a_runtime_a_server_starts_and_fails_as_anywhere() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = start_http_server(anywhere(), registry()).unwrap();
        let error = start_http_server(server.local_addr(), registry()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddressInUse);
        server.shutdown();
    });
}

#[test]
fn a_server_that_was_shut_down_gives_its_address_back() {
    let server = start_http_server(anywhere(), registry()).unwrap();
    let addr = server.local_addr();
    let mut idle = TcpStream::connect(addr).unwrap();
    write!(idle, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut byte = [0];
    idle.read_exact(&mut byte).unwrap();
    server.shutdown();
    assert!(TcpStream::connect(addr).is_err());
    let again = start_http_server(addr, registry()).unwrap();
    assert_eq!(get(addr, "/metrics", "").status, 200);
    again.shutdown();
}

#[test]
fn a_dropped_handle_leaves_the_server_running() {
    let server = start_http_server(anywhere(), registry()).unwrap();
    let addr = server.local_addr();
    drop(server);
    assert_eq!(get(addr, "/metrics", "").status, 200);
}

/// Tells when it is collected, and waits until it may go on.
struct Slow(mpsc::SyncSender<()>, std::sync::Mutex<mpsc::Receiver<()>>);

impl Slow {
    const DESC: Desc<'static> = Desc::new(Kind::Gauge, name!("slow"), "");
}

impl Collect for Slow {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&Self::DESC)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.0.send(()).unwrap();
        self.1.lock().unwrap().recv().unwrap();
        callback(&Self::DESC, sink, 1_u64)
    }
}

#[test]
fn a_slow_collector_holds_up_no_other_request_and_is_awaited_at_the_end() {
    let (registry, (collected, is_collected), (go_on, may_go_on)) =
        (Registry::new(), mpsc::sync_channel(1), mpsc::channel());
    registry.register(Slow(collected, may_go_on.into())).unwrap();
    let server = start_http_server(anywhere(), registry).unwrap();
    let addr = server.local_addr();

    let scrape = thread::spawn(move || get(addr, "/metrics", ""));
    is_collected.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(get(addr, "/nothing", "").status, 404);
    let stop = thread::spawn(|| server.shutdown());
    while TcpStream::connect(addr).is_ok() {
        thread::yield_now();
    }
    go_on.send(()).unwrap();
    assert_eq!(scrape.join().unwrap().text(), "# TYPE slow gauge\nslow 1\n");
    stop.join().unwrap();
}

#[test]
fn a_panic_in_a_collector_is_a_line_on_the_page() {
    struct Panics;
    impl Collect for Panics {
        fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            Ok(())
        }
        fn collect(&self, _: &mut dyn Sink) -> Flow {
            panic!("on purpose")
        }
    }
    let registry = registry();
    registry.register(Panics).unwrap();
    let server = start_http_server(anywhere(), registry).unwrap();
    for times in 1..4 {
        let Reply { status, .. } = get(server.local_addr(), "/nothing", "");
        assert_eq!(status, 404);
        let page = get(server.local_addr(), "/metrics", "").text();
        assert!(page.contains("requests_total{path=\"/\"} 3\n"), "{page}");
        assert!(page.ends_with(&format!("narthex_collector_errors_total {times}\n")), "{page}");
    }
}
