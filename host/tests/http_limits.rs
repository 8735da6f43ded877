//! How many may do what at a time, and who makes room.

mod client;
mod endpoint;

use client::get;
use endpoint::{AT_LAST, connect, ends, gated, is_whole, large, large_at_once, registry, start};
use http::Request;
use http_body::Body;
use narthex::{HttpOptions, MetricsService};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::pin::pin;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

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
fn one_connection_is_enough() {
    let (_server, addr) = start(HttpOptions::new().connections(1), registry());
    for n in 0..20 {
        assert_eq!(get(addr, "/metrics", "").status, 200, "{n}");
    }
}

/// Asks on a connection that stays open.
fn ask(stream: &mut TcpStream, path: &str) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
}

/// Whether there is an answer; of one that is short, all of it.
fn is_answered(stream: &mut TcpStream) -> bool {
    let mut answer = [0; 1024];
    let len = stream.read(&mut answer).unwrap_or(0);
    answer[..len].starts_with(b"HTTP/1.1 200 OK")
}

fn is_healthy(stream: &mut TcpStream) -> bool {
    ask(stream, "/-/healthy");
    is_answered(stream)
}

#[test]
fn who_comes_while_all_are_answered_waits() {
    for connections in [1, 2] {
        let (gate, registry) = gated();
        let (_server, addr) = start(HttpOptions::new().connections(connections), registry);
        let mut busy: Vec<_> = (0..connections).map(|_| connect(addr)).collect();
        busy.iter_mut().for_each(|stream| ask(stream, "/metrics"));
        gate.asked(connections as u64);
        let mut later = connect(addr);
        ask(&mut later, "/-/healthy");
        gate.open();
        // they stay open: that one of them has its answer is enough
        assert!(busy.iter_mut().all(is_answered), "an answer was cut off");
        assert!(is_answered(&mut later), "the one who waited was forgotten");
    }
}

#[test]
fn who_has_waited_longest_makes_room_when_there_are_too_many() {
    let (_server, addr) = start(HttpOptions::new().connections(2), registry());
    let [mut first, mut second] = [(); 2].map(|()| connect(addr));
    assert!(is_healthy(&mut first) && is_healthy(&mut second) && is_healthy(&mut first), "one was closed for nobody");
    assert!(is_healthy(&mut connect(addr)));
    assert!(is_healthy(&mut first), "it was used last");
    assert!(ends(&mut second));
}

#[test]
fn who_never_asked_makes_room_before_all_others() {
    let (_server, addr) = start(HttpOptions::new().connections(3), registry());
    let mut scraper = connect(addr);
    assert!(is_healthy(&mut scraper));
    let mut half_open: Vec<_> = (0..20).map(|_| connect(addr)).collect();
    assert!(is_healthy(half_open.last_mut().unwrap()), "they are all accepted now");
    assert!(is_healthy(&mut scraper), "a flood of others closed it");
}

#[test]
fn an_answer_that_is_made_and_not_yet_sent_is_under_way() {
    let registry = large_at_once();
    for share in [false, true] {
        let options = HttpOptions::new().connections(3).share_scrapes(share);
        let (_server, addr) = start(options, registry.clone());
        let mut reader = connect(addr);
        write!(reader, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        reader.read_exact(&mut [0]).unwrap();
        let _half_open: Vec<_> = (0..20).map(|_| connect(addr)).collect();
        assert_eq!(get(addr, "/-/healthy", "").status, 200);
        let mut answer = Vec::new();
        reader.read_to_end(&mut answer).unwrap();
        assert!(is_whole(&answer), "only {} bytes", answer.len());
    }
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
fn a_slow_reader_of_a_shared_page_is_in_nobody_s_way() {
    let options = HttpOptions::new().scrapes(1).share_scrapes(true).compression(false);
    let (_server, addr) = start(options, large_at_once());
    let mut reader = connect(addr);
    ask(&mut reader, "/metrics");
    reader.read_exact(&mut [0]).unwrap();
    assert_eq!(get(addr, "/metrics", "").status, 200);
}

/// What a client that disconnects is to a router.
#[tokio::test]
async fn readers_that_go_leave_no_more_collections_than_there_may_be() {
    for share in [false, true] {
        let (gate, registry) = gated();
        let options = HttpOptions::new().scrapes(2).share_scrapes(share);
        let service = MetricsService::with_options(registry, &options).unwrap();
        let go = || {
            let response = service.answer(&Request::get("/metrics").body(()).unwrap());
            let status = response.status().as_u16();
            let _ = pin!(response.into_body()).poll_frame(&mut Context::from_waker(Waker::noop()));
            status
        };
        let statuses: Vec<_> = (0..100).map(|_| go()).collect();
        let taken = statuses.iter().filter(|status| **status == 200).count();
        assert_eq!(taken, if share { 100 } else { 2 }, "{statuses:?}");
        gate.asked(if share { 1 } else { 2 });
        gate.open();
        let begin = Instant::now();
        while go() != 200 {
            assert!(begin.elapsed() < AT_LAST, "the places are not free again");
            tokio::task::yield_now().await;
        }
        assert!(gate.collected.load(Ordering::Relaxed) <= 4);
    }
}

#[test]
fn defaults_are_those_of_the_documentation() {
    let text = "HttpOptions { path: \"/metrics\", header_bytes: 16384, headers: 64, url_bytes: 8192, header_timeout: 5s, \
                idle_timeout: 60s, write_timeout: 10s, total_write_timeout: 60s, connections: 64, scrapes: 8, \
                share_scrapes: false, codings: [\"gzip\"], tls: false, basic_auth: false }";
    assert_eq!(format!("{:?}", HttpOptions::new()), text);
}

#[test]
fn limits_are_what_they_are_set_to() {
    let options = HttpOptions::new().header_bytes(64 * 1024).headers(200).url_bytes(20_000).compression(false);
    let (_server, addr) = start(options, registry());
    for (path, headers, status) in [
        ("a".repeat(19_000), String::new(), 404),
        ("a".repeat(21_000), String::new(), 414),
        (String::new(), "X: x\r\n".repeat(190), 200),
        (String::new(), "X: x\r\n".repeat(200), 431),
        (String::new(), format!("X: {}\r\n", "x".repeat(60_000)), 200),
        (String::new(), format!("X: {}\r\n", "x".repeat(200_000)), 431),
    ] {
        assert_eq!(get(addr, &format!("/{path}"), &headers).status, status, "{} and {}", path.len(), headers.len());
    }
    let packed = get(addr, "/metrics", "Accept-Encoding: gzip\r\n");
    assert_eq!((packed.header("content-encoding"), &*packed.text()), (None, endpoint::PAGE));
}

#[test]
fn options_as_large_or_small_as_can_be() {
    const NUMBERS: [usize; 2] = [usize::MAX, 0];
    for (number, time) in NUMBERS.into_iter().zip([Duration::MAX, AT_LAST]) {
        let options = HttpOptions::new()
            .header_bytes(number)
            .headers(number.max(1))
            .url_bytes(number.max(100))
            .connections(number)
            .scrapes(number)
            .header_timeout(time)
            .idle_timeout(time)
            .write_timeout(time)
            .total_write_timeout(time);
        let (server, addr) = start(options, registry());
        let mut stream = connect(addr);
        for n in 0..3 {
            ask(&mut stream, "/metrics");
            assert!(is_answered(&mut stream), "{n} with {number}");
        }
        server.shutdown();
    }
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
