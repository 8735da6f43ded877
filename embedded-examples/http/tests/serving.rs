//! A connection, byte by byte: whatever a client does ends in an answer or in a question that goes on.

mod page;

use http::{Exchange, Outcome, ROOM};
use page::{HugePage, NumberedPage, unchunked, whole};

const GET: &str = "GET /metrics HTTP/1.1\r\nHost: board\r\nUser-Agent: Prometheus/2.42.0\r\n\
                   Accept: application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                   text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\nAccept-Encoding: gzip\r\n\
                   X-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n";

/// What is answered to `request`, which comes in pieces of `piece` bytes, by a stack with `room` bytes.
fn answer(request: &[u8], piece: usize, room: usize) -> (String, Option<Outcome>) {
    let mut exchange = Exchange::<NumberedPage>::new();
    request.chunks(piece).for_each(|bytes| exchange.receive(bytes));
    let (mut answer, mut room) = (Vec::new(), vec![0; room]);
    loop {
        let sent = exchange.send(&mut room);
        answer.extend_from_slice(&room[..sent]);
        if sent == 0 || exchange.outcome().is_some() {
            return (String::from_utf8(answer).unwrap(), exchange.outcome());
        }
    }
}

fn ask(request: &str) -> (String, Option<Outcome>) {
    answer(request.as_bytes(), usize::MAX, 512)
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn a_scrape_of_prometheus() {
    let (answer, outcome) = ask(GET);
    assert_eq!(outcome, Some(Outcome::Openmetrics));
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\
                Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    assert!(answer.starts_with(head), "{answer}");
    assert_eq!(unchunked(body(&answer)), whole("open"));
}

#[test]
fn http_1_0_ends_with_the_connection() {
    let (answer, outcome) = ask("GET /metrics HTTP/1.0\r\n\r\n");
    assert_eq!(outcome, Some(Outcome::Text));
    assert!(answer.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    assert!(!answer.contains("chunked"));
    assert_eq!(body(&answer), whole("text"));
}

#[test]
fn a_request_in_any_pieces_is_the_same_request() {
    for piece in 1..GET.len() {
        assert_eq!(answer(GET.as_bytes(), piece, 512), ask(GET), "{piece}");
    }
}

#[test]
fn a_page_in_any_room_is_the_same_page() {
    for room in ROOM..600 {
        let (answer, outcome) = answer(GET.as_bytes(), usize::MAX, room);
        assert_eq!((unchunked(body(&answer)), outcome), (whole("open"), Some(Outcome::Openmetrics)), "{room}");
    }
}

#[test]
fn half_a_page_never_looks_like_a_whole_one() {
    let mut exchange = Exchange::<HugePage>::new();
    exchange.receive(GET.as_bytes());
    let (mut room, mut sent) = ([0; 512], Vec::new());
    while exchange.outcome().is_none() {
        let count = exchange.send(&mut room);
        sent.extend_from_slice(&room[..count]);
    }
    assert_eq!(exchange.outcome(), Some(Outcome::PageFailed));
    assert!(!String::from_utf8(sent).unwrap().ends_with("0\r\n\r\n"));
}

#[test]
fn no_prefix_of_a_request_is_answered() {
    for length in 0..GET.len() {
        assert_eq!(answer(&GET.as_bytes()[..length], usize::MAX, 512), (String::new(), None), "{length}");
    }
}

#[test]
fn one_request_is_answered() {
    for behind in ["GET / HTTP/1.1\r\n\r\n", GET, "\0", "POST /metrics HTTP/1.1\r\n\r\nbody"] {
        assert_eq!(ask(&(GET.to_owned() + behind)), ask(GET));
    }
}

#[test]
fn other_requests() {
    for (request, status, outcome) in [
        ("GET / HTTP/1.1\r\n\r\n", "404 Not Found", Outcome::NotFound),
        ("GET /metrics/ HTTP/1.1\r\n\r\n", "404 Not Found", Outcome::NotFound),
        ("GET /METRICS HTTP/1.1\r\n\r\n", "404 Not Found", Outcome::NotFound),
        ("POST / HTTP/1.1\r\n\r\n", "404 Not Found", Outcome::NotFound),
        ("POST /metrics HTTP/1.1\r\n\r\n", "405 Method Not Allowed", Outcome::MethodNotAllowed),
        ("get /metrics HTTP/1.1\r\n\r\n", "405 Method Not Allowed", Outcome::MethodNotAllowed),
        ("PROPPATCH-AND-A-METHOD-THAT-IS-LONG /metrics HTTP/1.1\r\n\r\n", "405 Method", Outcome::MethodNotAllowed),
        ("GET /metrics HTTP/2.0\r\n", "505 HTTP Version Not Supported", Outcome::VersionNotSupported),
        ("GET /metrics HTTP/1\r\n", "400 Bad Request", Outcome::BadRequest),
        ("GET /metrics\r\n", "400 Bad Request", Outcome::BadRequest),
        ("GET  HTTP/1.1\r\n", "400 Bad Request", Outcome::BadRequest),
        (" GET /metrics HTTP/1.1\r\n", "400 Bad Request", Outcome::BadRequest),
        ("GET /metrics HTTP/1.1 \r\n", "400 Bad Request", Outcome::BadRequest),
        ("\u{16}\u{3}\u{1}", "400 Bad Request", Outcome::BadRequest),
        ("GET /metrics HTTP/1.1\r\nAllow: GET\r\nx", "", Outcome::TimedOut),
    ] {
        let (answer, got) = ask(request);
        if status.is_empty() {
            assert_eq!((answer.as_str(), got), ("", None), "{request:?}");
            continue;
        }
        assert_eq!(got, Some(outcome), "{request:?}");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request:?}: {answer}");
        let length = answer.split("Content-Length: ").nth(1).unwrap().split("\r\n").next().unwrap();
        assert_eq!(length, body(&answer).len().to_string(), "{answer}");
        assert_eq!(answer.contains("\r\nAllow: GET, HEAD\r\n"), outcome == Outcome::MethodNotAllowed);
    }
}

#[test]
fn served_all_the_same() {
    for request in [
        "\r\n\nGET /metrics HTTP/1.1\r\n\r\n",
        "GET /metrics?a=b&name[]=x HTTP/1.1\r\n\r\n",
        "GET /metrics HTTP/1.9\nAccept\n: x\n\n",
        "GET /metrics HTTP/1.1\r\n folded\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nX: \u{0}\u{7F}é\r\nAccept:\r\n\r\n",
    ] {
        let (answer, outcome) = ask(request);
        assert_eq!(outcome, Some(Outcome::Text), "{request:?}");
        assert_eq!(unchunked(body(&answer)), whole("text"));
    }
}

#[test]
fn the_answer_to_head_is_a_head() {
    for path in ["/metrics", "/other"] {
        let (get, outcome) = ask(&format!("GET {path} HTTP/1.1\r\n\r\n"));
        let (head, same) = ask(&format!("HEAD {path} HTTP/1.1\r\n\r\n"));
        assert_eq!((head.as_str(), same), (&get[..get.len() - body(&get).len()], outcome));
    }
}

#[test]
fn a_head_that_does_not_end() {
    for start in ["GET /metrics HTTP/1.1\r\n", "GET /", "G", "GET /metrics HTTP/1.1\r\nAccept: ", "\r\n"] {
        let request = start.to_owned() + &"\r".repeat(if start == "\r\n" { 8192 } else { 0 }) + &"a".repeat(8192);
        let (answer, outcome) = ask(&request);
        assert_eq!(outcome, Some(Outcome::HeadTooLong), "{start:?}");
        assert!(answer.starts_with("HTTP/1.1 431 "));
    }
}

#[test]
fn rubbish_is_answered_or_waited_for() {
    let mut random = 0x6e61_7274_6865_7831_u64;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    for round in 0..20_000 {
        let mut request = GET.as_bytes().to_vec();
        for _ in 0..=next() % 8 {
            let at = (next() % request.len() as u64) as usize;
            match next() % 3 {
                0 => request[at] = next() as u8,
                1 => drop(request.remove(at)),
                _ => request.insert(at, b" \r\n;,=\"\\\0:/?q"[(next() % 13) as usize]),
            }
        }
        if round % 4 == 0 {
            request.iter_mut().for_each(|byte| *byte = next() as u8);
        }
        let (answer, outcome) = answer(&request, 1 + (next() % 64) as usize, 512);
        assert_eq!(answer.is_empty(), outcome.is_none());
        assert!(!matches!(outcome, Some(Outcome::PageFailed | Outcome::Disconnected | Outcome::TimedOut)));
    }
}

#[test]
fn formats() {
    const TEXT: Outcome = Outcome::Text;
    const OPEN: Outcome = Outcome::Openmetrics;
    for (accept, expected) in [
        ("", TEXT),
        ("*/*", TEXT),
        ("image/png", TEXT),
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", TEXT),
        ("application/openmetrics-text", OPEN),
        ("application/openmetrics-text; version=1.0.0", OPEN),
        ("APPLICATION/OpenMetrics-Text;Version=\"1.0.0\"", OPEN),
        ("application/*", OPEN),
        // only versions that are written
        ("application/openmetrics-text;version=0.0.1", TEXT),
        ("application/openmetrics-text;version=1.0.0-rc.1,text/plain;version=1..0", TEXT),
        // Prometheus 3, with protobuf and escaping
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,\
             application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
             text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            OPEN,
        ),
        // weights
        ("application/openmetrics-text;q=0.1, text/plain", TEXT),
        ("text/plain;q=0.1, application/openmetrics-text;q=0.2", OPEN),
        ("application/openmetrics-text;q=0", TEXT),
        ("application/openmetrics-text;version=1.0.0;q=0.000, */*", TEXT),
        ("text/plain;q=0, */*", OPEN),
        ("text/*;q=0, application/openmetrics-text;q=0.001", OPEN),
        ("text/plain;version=0.0.4;q=0.1, text/plain;q=1, application/openmetrics-text;q=0.5", OPEN),
        ("*/*;q=0", TEXT),
        // equal weights: who names it can read it
        ("application/openmetrics-text, */*", OPEN),
        ("text/plain, application/openmetrics-text", OPEN),
        ("application/openmetrics-text;q=0.5, text/plain;q=0.5", OPEN),
        // not said properly: not said
        ("application/openmetrics-text;q=zzz", TEXT),
        ("application/openmetrics-text;q=-1", TEXT),
        ("application/openmetrics-text;q=1.5", TEXT),
        ("application/openmetrics-text;q=0.1234", TEXT),
        ("application/openmetrics-text;q=", TEXT),
        (",;;=,\"application/openmetrics-text", TEXT),
        ("text/plain;x=\",application/openmetrics-text;q=1\"", TEXT),
        ("text/plain;x=\"\\\",a\";q=0.2,application/openmetrics-text;q=0.4", OPEN),
        ("\u{FFFD}\u{FFFD}", TEXT),
        // a list may be on several lines, and a quote ends with its line
        ("text/plain;q=0.1\r\nACCEPT: application/openmetrics-text", OPEN),
        ("text/plain;q=\"0.1\r\nAccept: application/openmetrics-text", OPEN),
    ] {
        let (_, outcome) = ask(&format!("GET /metrics HTTP/1.1\r\nAccept: {accept}\r\n\r\n"));
        assert_eq!(outcome, Some(expected), "{accept:?}");
    }
}
