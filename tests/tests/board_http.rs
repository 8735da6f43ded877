//! Boards are scraped over their own network card, by a real Prometheus and by clients that behave badly.

mod board;
mod server;

use board::{STALLED, boards, exchange, pages, value};
use server::proxy::accepting_anything;
use server::{directory, get, prometheus, promtool, python_reads, wait_for, wait_within};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

const REQUEST: &str = "GET /metrics HTTP/1.1\r\nHost: board\r\nAccept: text/plain\r\n\r\n";

/// A minute of scrapes in both formats, while the main loop and an interrupt storm update what is scraped.
#[test]
fn prometheus_scrapes_for_a_minute() {
    const SCRAPES: f64 = 60.0;
    let boards = boards();
    let targets = boards.iter().flat_map(|board| {
        let open = (format!("{}_openmetrics", board.name), board.addr);
        [open, (format!("{}_text", board.name), accepting_anything(board.addr))]
    });
    let targets: Vec<_> = targets.collect();
    let targets: Vec<_> = targets.iter().map(|(job, addr)| (job.as_str(), *addr)).collect();
    let prometheus = prometheus(&directory("board_http"), &targets);
    prometheus.wait_for_targets();
    wait_within(Duration::from_secs(120), "a minute of scrapes", || {
        let counts = prometheus.query("count_over_time(up[5m])");
        let few = counts.iter().find(|(_, count)| *count < SCRAPES);
        if few.is_none() && counts.len() == targets.len() { Ok(()) } else { Err(format!("{counts:?}")) }
    });

    for (job, _) in &targets {
        let labels = format!("job=\"{job}\"");
        let one = |query: &str| match &prometheus.query(&query.replace("JOB", &labels))[..] {
            [(_, value)] => *value,
            other => panic!("{job}: {query} is {other:?}"),
        };
        assert_eq!(one("min_over_time(up{JOB}[5m])"), 1.0, "{job}: a scrape failed");
        let counters = prometheus.query(&format!("{{job=\"{job}\",__name__=~\".+_(total|bucket|count|sum)\"}}"));
        let names: BTreeSet<_> = counters.iter().map(|(labels, _)| labels["__name__"].as_str().unwrap()).collect();
        assert!(names.len() >= 10, "{job}: {names:?}");
        for name in names {
            assert_eq!(one(&format!("sum(resets({name}{{JOB}}[5m]))")), 0.0, "{job}: {name} went back");
        }
        assert!(one("changes(sensor_readings_total{JOB,outcome=\"good\"}[5m])") >= SCRAPES - 2.0, "{job}");
        assert!(one("changes(radio_ack_latency_seconds_count{JOB}[5m])") >= SCRAPES - 2.0, "{job}");
        let infinite = "radio_ack_latency_seconds_bucket{JOB,le=\"+Inf\"}";
        assert_eq!(one(&format!("{infinite} - ignoring(le) radio_ack_latency_seconds_count{{JOB}}")), 0.0, "{job}");
        let uptime = "system_uptime_seconds_total{JOB}";
        let passed = one(&format!("{uptime} - {uptime} offset 50s"));
        // no faster than ours; on a busy machine the emulated board's clock is slower
        assert!((10.0..55.0).contains(&passed), "{job}: {passed} of 50 seconds have passed");
    }
}

#[test]
fn three_hundred_scrapes_and_four_at_a_time() {
    for board in boards() {
        let mut before = 0.0;
        for _ in 0..300 {
            let page = get(board.addr, "/metrics", "").unwrap();
            let sent = value(&page, "radio_ack_latency_seconds_count");
            assert!(sent >= before, "{}: {before}, then {sent}", board.name);
            before = sent;
        }
        let scraper = || (0..75).for_each(|_| drop(get(board.addr, "/metrics", "").unwrap()));
        thread::scope(|scope| [(); 4].map(|()| scope.spawn(scraper)).map(|scraper| scraper.join().unwrap()));
        let mut served = board.pages_before + 600.0;
        // a connection is counted when it has ended, which may be after its client has gone
        wait_for("every page to be counted", || {
            let counted = pages(&get(board.addr, "/metrics", "")?);
            let all = served;
            served += 1.0;
            if counted == all { Ok(()) } else { Err(format!("{}: {counted} of {all}", board.name)) }
        });
    }
}

#[test]
fn a_client_that_goes_at_any_byte() {
    for board in boards() {
        let before = board.complaints();
        for length in 0..REQUEST.len() {
            let mut client = TcpStream::connect(board.addr).unwrap();
            client.write_all(&REQUEST.as_bytes()[..length]).unwrap();
            drop(client);
            if length % 4 == 3 {
                board.wait_for_complaints(before + length as f64); // a crowd would be refused, and that is not counted
            }
        }
        // some go after they have asked, without the answer, which resets the connection
        for _ in 0..20 {
            TcpStream::connect(board.addr).unwrap().write_all(REQUEST.as_bytes()).unwrap();
        }
        board.wait_for_complaints(before + REQUEST.len() as f64 - 1.0); // one may have gone before it was accepted
    }
}

#[test]
fn a_client_that_sends_rubbish() {
    let mut random = vec![0; 100_000];
    fastrand::Rng::with_seed(6).fill(&mut random);
    let lines: Vec<u8> =
        b"GET /metrics HTTP/1.1\r\nA: b\r\n".iter().copied().chain(b"X-Y: z\r\n".repeat(10_000)).collect();
    for board in boards() {
        let before = board.complaints();
        let rubbish: [Vec<u8>; 6] = [
            vec![0; 100_000],
            random.clone(),
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), // somebody tries TLS
            b"a".repeat(1_000_000),
            lines.clone(),
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        ];
        let mut bad = 0.0;
        for bytes in &rubbish {
            let mut client = TcpStream::connect(board.addr).unwrap();
            client.set_read_timeout(Some(STALLED)).unwrap();
            client.set_write_timeout(Some(STALLED)).unwrap();
            let _ = client.write_all(bytes); // the board may have closed by then
            let mut answer = Vec::new();
            let _ = client.read_to_end(&mut answer);
            // that is what a request of another HTTP may be answered with
            bad += f64::from(!answer.starts_with(b"HTTP/1.1 404 "));
        }
        assert!(bad >= 5.0, "{}: only {bad} were taken for rubbish", board.name);
        board.wait_for_complaints(before + bad);
    }
}

#[test]
fn clients_that_stay_silent() {
    for board in boards() {
        let before = board.complaints();
        let half = &REQUEST.as_bytes()[..REQUEST.len() / 2];
        let mut silent: Vec<_> = (0..2).map(|_| TcpStream::connect(board.addr).unwrap()).collect();
        silent[0].write_all(half).unwrap();
        // there are sockets left for others
        (0..20).for_each(|_| drop(get(board.addr, "/metrics", "").unwrap()));
        for client in &mut silent {
            client.set_read_timeout(Some(STALLED)).unwrap();
            let ended = client.read(&mut [0]);
            let in_time = !ended.as_ref().is_err_and(|error| {
                [std::io::ErrorKind::WouldBlock, std::io::ErrorKind::TimedOut].contains(&error.kind())
            });
            assert!(in_time, "{}: the connection is kept", board.name);
        }
        board.wait_for_complaints(before + 2.0);

        // none is left, for a while
        let crowd: Vec<_> = (0..12).map(|_| TcpStream::connect(board.addr).unwrap()).collect();
        wait_for("a scrape after a silent crowd", || get(board.addr, "/metrics", ""));
        drop(crowd);
    }
}

#[test]
fn both_formats_are_what_their_readers_expect() {
    for board in boards() {
        let text = get(board.addr, "/metrics", "").unwrap();
        promtool(&text);
        let accept = "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5\r\n";
        let open = get(board.addr, "/metrics", accept).unwrap();
        assert!(open.ends_with("# EOF\n") && !text.contains("# EOF"), "{}", board.name);
        for family in ["radio_sent", "radio_link", "radio_ack_latency_seconds", "system_firmware", "http_requests"] {
            assert!(text.contains(&format!("# TYPE {family}")) && open.contains(&format!("# TYPE {family}")));
        }
        assert!(python_reads(&open).contains("radio_link stateset"), "{}", board.name);
    }
}

#[test]
fn other_requests_get_their_status() {
    for board in boards() {
        // picoserve has only chunks, which HTTP/1.0 does not know
        let old = if board.name == "http-embassy" { "505" } else { "200" };
        for (request, status) in [
            ("GET / HTTP/1.1\r\nHost: board\r\n\r\n", "404"),
            ("POST /metrics HTTP/1.1\r\nHost: board\r\nContent-Length: 0\r\n\r\n", "405"),
            ("HEAD /metrics HTTP/1.1\r\nHost: board\r\nConnection: close\r\n\r\n", "200"),
            ("GET /metrics HTTP/1.1\r\nHost: board\r\nConnection: close\r\n\r\n", "200"),
            ("GET /metrics HTTP/1.0\r\n\r\n", old),
        ] {
            let answer = exchange(board.addr, request);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{}: {request:?}: {answer}", board.name);
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            let head = head.to_ascii_lowercase();
            assert_eq!(head.contains("\nallow: get"), status == "405", "{}: {head}", board.name);
            assert_eq!(body.is_empty(), request.starts_with("HEAD"), "{}: {answer}", board.name);
            let chunked = head.contains("\ntransfer-encoding: chunked");
            assert_eq!(chunked, status == "200" && request.contains("HTTP/1.1"), "{}: {head}", board.name);
            assert!(!chunked || body.is_empty() || body.ends_with("\r\n0\r\n\r\n"), "{}: {answer}", board.name);
        }
    }
}
