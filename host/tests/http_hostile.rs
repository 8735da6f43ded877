//! What a client may do to an endpoint, and what that costs: nothing but its own scrape.

mod client;
mod endpoint;

use client::{get, request};
use endpoint::{AT_LAST, connect, ends, is_whole, large, large_at_once, registry, start};
use narthex::HttpOptions;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_millis(300);

#[test]
fn requests_of_every_kind() {
    let (_server, addr) = start(HttpOptions::new(), registry());
    let close = |headers: &str| with(&format!("Connection: close\r\n{headers}"));
    let url = |url: &str| format!("GET {url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes();
    // what is 400 or 431 ends the connection, unasked
    for (what, bytes, status) in [
        ("no Host", b"GET /metrics HTTP/1.1\r\n\r\n".to_vec(), 400),
        ("two Hosts", with("Host: y\r\n"), 400),
        ("HTTP/1.0", b"GET /metrics HTTP/1.0\r\n\r\n".to_vec(), 200),
        ("HTTP/0.9", b"GET /metrics\r\n".to_vec(), 400),
        ("HTTP/3", b"GET /metrics HTTP/3.0\r\nHost: x\r\n\r\n".to_vec(), 400),
        ("both lengths", with("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"), 400),
        ("two lengths", with("Content-Length: 4\r\nContent-Length: 5\r\n"), 400),
        ("a negative length", with("Content-Length: -1\r\n"), 400),
        ("an unknown coding", with("Transfer-Encoding: gzip\r\n"), 400),
        ("a space before a colon", with("Content-Length : 0\r\n"), 400),
        ("a folded header", with("X: a\r\n b\r\n"), 400),
        ("a bare return", b"GET /metrics HTTP/1.1\rHost: x\r\n\r\n".to_vec(), 400),
        ("TLS", b"\x16\x03\x01\x02\0\x01\0".to_vec(), 400),
        ("rubbish", b"\r\n\r\n\0\0\0 rubbish\r\n\r\n".to_vec(), 400),
        ("too many names", url(&format!("/metrics?{}", "name[]=&".repeat(1010))), 400),
        ("a URL of 8 KiB", url(&format!("/metrics?{}", "a".repeat(8 * 1024 - 9))), 200),
        ("a longer URL", url(&format!("/{}", "a".repeat(8 * 1024))), 414),
        ("a URL beyond the buffer", url(&format!("/{}", "a".repeat(100_000))), 431),
        ("a large header", with(&format!("X: {}\r\n", "x".repeat(100_000))), 431),
        ("a huge header", with(&format!("X: {}\r\n", "x".repeat(2_000_000))), 431),
        ("64 headers", close(&"X: x\r\n".repeat(62)), 200),
        ("65 headers", with(&"X: x\r\n".repeat(64)), 431),
        ("percent rubbish", url("/metrics?name[]=%zz&name[]=%ff%00"), 200),
        ("lines in a name", url("/metrics?name[]=requests_total%0d%0aX:%20aaaa"), 200),
        ("a name that is markup", url("/metrics?name[]=%3Cscript%3Eaaaa"), 200),
        ("no text in Accept", [&b"GET /metrics HTTP/1.0\r\nAccept: \xff\xfe\r\n\r\n"[..]].concat(), 200),
        ("OpenMetrics, never", close("Accept: application/openmetrics-text;q=0\r\n"), 200),
        ("another method", b"BREW /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(), 405),
    ] {
        let reply = request(addr, &bytes);
        assert_eq!(reply.status, status, "{what}");
        assert!(!reply.text().contains("aaaa") && !reply.text().contains("rubbish"), "{what} comes back");
        if status == 200 {
            assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"), "{what}");
        }
        assert_eq!(get(addr, "/metrics", "").status, 200, "after {what}");
    }
    let mut stream = connect(addr);
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    assert!(ends(&mut stream), "the preface of HTTP/2 gets no answer");
}

fn with(headers: &str) -> Vec<u8> {
    format!("GET /metrics HTTP/1.1\r\nHost: x\r\n{headers}\r\n").into_bytes()
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

/// Slower than what the system would buffer by itself lets a server see.
#[test]
fn a_reader_that_goes_on_is_waited_for_though_slow() {
    let (_server, addr) = start(HttpOptions::new().write_timeout(6 * SOON), large_at_once());
    let mut reader = connect(addr);
    reader.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = vec![0]; // when its first byte is there, all of it is made
    reader.read_exact(&mut answer).unwrap();
    let begin = Instant::now();
    while begin.elapsed() < 12 * SOON {
        Read::by_ref(&mut reader).take(16 * 1024).read_to_end(&mut answer).unwrap();
        thread::sleep(Duration::from_millis(40)); // some 400 kB/s
    }
    reader.read_to_end(&mut answer).unwrap();
    assert!(is_whole(&answer), "it was cut off");
}

#[test]
fn a_reader_that_goes_on_is_not_waited_for_for_ever() {
    let (_server, addr) = start(HttpOptions::new().total_write_timeout(2 * SOON), large_at_once());
    let mut reader = connect(addr);
    reader.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = vec![0]; // when its first byte is there, all of it is made
    reader.read_exact(&mut answer).unwrap();
    let begin = Instant::now();
    let mut part = [0; 16 * 1024];
    while let Ok(len @ 1..) = reader.read(&mut part) {
        answer.extend_from_slice(&part[..len]);
        assert!(begin.elapsed() < AT_LAST, "it is waited for");
        thread::sleep(Duration::from_millis(10)); // for all of it, longer than that
    }
    assert!(!is_whole(&answer), "it was waited for");
    assert_eq!(get(addr, "/metrics", "").status, 200);
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
