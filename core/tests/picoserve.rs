//! Pages that picoserve sends, to clients that ask in any way and to sockets that are slow or broken.

use embassy_futures::{block_on, yield_now};
use narthex_core::picoserve_v0_20::Metrics;
use narthex_core::{Collect, CollectError, Counter, Desc, Flow, Gauge, MetricGroup, Sink, Stop, encode};
use picoserve::io::{BaseWrite, ErrorKind, ErrorType, Read, Socket, Write};
use picoserve::mem::BorrowedBuffer;
use picoserve::routing::get;
use picoserve::time::Duration;
use picoserve::{Config, Error, Router, Server, Timeouts, Timer};

#[derive(MetricGroup)]
struct Wifi {
    /// Frames transmitted.
    frames_sent: Counter,
    /// Signal strength.
    #[metrics(unit = "dbm")]
    rssi: Gauge<i32>,
}

static WIFI: Wifi = Wifi::new();

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPEN: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A client that has sent its request, and takes `step` bytes at a time until `limit` are taken.
struct Client<'a> {
    request: &'a [u8],
    taken: &'a mut Vec<u8>,
    step: usize,
    limit: usize,
}

struct Asks<'a>(&'a [u8]);

struct Takes<'a> {
    taken: &'a mut Vec<u8>,
    step: usize,
    limit: usize,
}

impl ErrorType for Asks<'_> {
    type Error = ErrorKind;
}

impl Read for Asks<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        yield_now().await;
        let count = self.0.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

impl ErrorType for Takes<'_> {
    type Error = ErrorKind;
}

impl BaseWrite for Takes<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        yield_now().await;
        match bytes.len().min(self.step).min(self.limit - self.taken.len()) {
            0 => Err(ErrorKind::ConnectionReset),
            count => {
                self.taken.extend_from_slice(&bytes[..count]);
                Ok(count)
            }
        }
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl Write for Takes<'_> {
    async fn write_with<F: FnOnce(picoserve::mem::BorrowedCursor<'_>) -> T, T>(
        &mut self,
        fill: F,
    ) -> Result<T, ErrorKind> {
        let mut bytes = [0; 64];
        let mut bytes = BorrowedBuffer::new(&mut bytes);
        let filled = fill(bytes.unfilled());
        self.write_all(bytes.filled()).await?;
        Ok(filled)
    }
}

impl Socket<()> for Client<'_> {
    type Error = ErrorKind;
    type ReadHalf<'b>
        = Asks<'b>
    where
        Self: 'b;
    type WriteHalf<'b>
        = Takes<'b>
    where
        Self: 'b;

    fn split(&mut self) -> (Asks<'_>, Takes<'_>) {
        (Asks(self.request), Takes { taken: self.taken, step: self.step, limit: self.limit })
    }

    async fn abort<T: Timer<()>>(self, _: &Timeouts, _: &T) -> Result<(), Error<ErrorKind>> {
        Ok(())
    }

    async fn shutdown<T: Timer<()>>(self, _: &Timeouts, _: &T) -> Result<(), Error<ErrorKind>> {
        Ok(())
    }
}

/// Nobody here is late.
struct Patient;

impl Timer<()> for Patient {
    fn delay(&self, _: Duration) -> impl Future<Output = ()> {
        core::future::pending()
    }
}

fn serve(metrics: Metrics<128>, request: &str, step: usize, limit: usize) -> (String, Result<u64, Error<ErrorKind>>) {
    let app = Router::new().route_service("/metrics", metrics).route("/returned", get(async move || metrics));
    let (mut buffer, mut taken) = ([0; 256], Vec::new());
    let client = Client { request: request.as_bytes(), taken: &mut taken, step, limit };
    let served = block_on(Server::custom(&app, Patient, &Config::const_default(), &mut buffer).serve(client));
    (String::from_utf8(taken).unwrap(), served.map(|info| info.handled_requests_count))
}

/// Head and body of an answer that is whole.
fn answer(metrics: Metrics<128>, request: &str) -> (String, String) {
    let (answer, served) = serve(metrics, request, 7, usize::MAX);
    assert_eq!(served.unwrap(), 1);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

fn ask(accept: &str) -> String {
    format!("GET /metrics HTTP/1.1\r\nHost: board\r\n{accept}\r\n")
}

/// The data of chunks; `None` unless they end as they have to.
fn joined(mut chunks: &str) -> Option<String> {
    let mut data = String::new();
    loop {
        let (size, rest) = chunks.split_once("\r\n")?;
        let size = usize::from_str_radix(size, 16).ok()?;
        let (chunk, rest) = (rest.get(..size)?, rest.get(size..)?);
        data += chunk;
        chunks = rest.strip_prefix("\r\n")?;
        if size == 0 {
            return chunks.is_empty().then_some(data);
        }
    }
}

/// What the blocking encoders write.
fn page(write: impl FnOnce(&mut &mut [u8])) -> String {
    let mut page = [0; 512];
    let mut rest = &mut page[..];
    write(&mut rest);
    let left = rest.len();
    String::from_utf8(page[..512 - left].to_vec()).unwrap()
}

fn text() -> String {
    page(|out| encode::text(&WIFI, out).unwrap())
}

fn openmetrics() -> String {
    page(|out| encode::openmetrics(&WIFI, out).unwrap())
}

#[test]
fn each_reader_gets_the_format_that_it_likes() {
    for (accept, content_type) in [
        ("", TEXT),
        ("Accept: */*\r\n", TEXT),
        ("aCCept: application/openmetrics-text\r\n", OPEN),
        ("Accept: text/plain;q=0.2\r\nAccept: application/openmetrics-text;version=1.0.0;q=0.4\r\n", OPEN),
        ("Accept: application/openmetrics-text;q=0.1,*/*\r\n", TEXT),
        ("Accept: application/openmetrics-text;version=0.0.1\r\n", TEXT),
        ("Accept: ;;q=\",=\u{FFFD}\r\n", TEXT),
    ] {
        let (head, body) = answer(Metrics::new(&WIFI).with_buffer(), &ask(accept));
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert!(head.contains(&format!("Content-Type: {content_type}\r\n")), "{accept}: {head}");
        let expected = if content_type == TEXT { text() } else { openmetrics() };
        assert_eq!(joined(&body), Some(expected), "{accept}: {body}");
    }
}

#[test]
fn a_handler_that_returns_it_answers_in_text() {
    let request = "GET /returned HTTP/1.1\r\nAccept: application/openmetrics-text\r\n\r\n";
    let (head, body) = answer(Metrics::new(&WIFI).with_buffer(), request);
    assert!(head.contains(TEXT), "{head}");
    assert_eq!(joined(&body), Some(text()));
}

#[test]
fn other_requests_are_refused() {
    let only = "only GET and HEAD are allowed\n";
    for (request, status, header, expected) in [
        ("HEAD /metrics HTTP/1.1\r\n\r\n", 200, TEXT, ""),
        ("POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 405, "Allow: GET, HEAD", only),
        ("BREW /metrics HTTP/1.1\r\n\r\n", 405, "Allow: GET, HEAD", only),
        ("GET /metrics HTTP/1.0\r\n\r\n", 505, "Connection: close", "pages come in chunks, which HTTP/1.1 has\n"),
    ] {
        let (head, body) = answer(Metrics::new(&WIFI).with_buffer(), request);
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")) && head.contains(header), "{request}: {head}");
        assert_eq!(body, expected, "{request}");
    }
}

#[test]
fn a_client_that_goes_at_any_byte_costs_nothing() {
    let whole = serve(Metrics::new(&WIFI).with_buffer(), &ask(""), 3, usize::MAX).0;
    for limit in 0..whole.len() {
        let (taken, served) = serve(Metrics::new(&WIFI).with_buffer(), &ask(""), 3, limit);
        assert_eq!(taken, whole[..limit]);
        assert!(matches!(served, Err(Error::Write(ErrorKind::ConnectionReset))), "{served:?}");
    }
}

#[test]
fn a_page_that_is_not_whole_does_not_look_so() {
    #[derive(MetricGroup)]
    struct Long {
        /// A help text that, with the name and all, does not fit into a buffer of a hundred and twenty eight bytes: far from it, it is longer.
        long: Counter,
    }
    static LONG: Long = Long::new();
    static INCOMPLETE: Counter<u32> = Counter::new();
    const BOTH: &[&dyn Collect] = &[&WIFI, &LONG];

    let metrics = Metrics::new(&BOTH).count_incomplete(&INCOMPLETE);
    let (_, body) = answer(metrics.with_buffer(), &ask(""));
    assert_eq!(joined(&body), None, "{body}");
    assert!(body.contains("rssi_dbm 0\n") && !body.contains("long"), "{body}");
    assert_eq!(INCOMPLETE.value(), 1);
}

#[test]
fn a_failed_collector_costs_no_other() {
    struct Failing;

    impl Collect for Failing {
        fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            Ok(())
        }

        fn collect(&self, _: &mut dyn Sink) -> Flow {
            Err(Stop::Collector(CollectError::new(&"the bus does not answer")))
        }
    }
    const BOTH: &[&dyn Collect] = &[&Failing, &WIFI];
    static INCOMPLETE: Counter<u32> = Counter::new();

    let metrics = Metrics::new(&BOTH).count_incomplete(&INCOMPLETE);
    let (_, body) = answer(metrics.with_buffer(), &ask(""));
    assert_eq!(joined(&body), Some(text()));
    assert_eq!(INCOMPLETE.value(), 1);
}
