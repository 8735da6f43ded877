//! Scrapes over HTTP.

use crate::library::{Encode, Work};
use anyhow::{Context, Result, bail, ensure};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Answers `GET /metrics` until it is dropped.
pub struct Server {
    address: SocketAddr,
    runs: Runs,
}

enum Runs {
    Here(#[expect(dead_code, reason = "it is stopped when it is dropped")] Runtime),
    Elsewhere(Child),
}

impl Server {
    /// One thread serves, for everybody.
    pub fn runtime() -> Result<Runtime> {
        Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?)
    }

    /// What serves this listener.
    pub fn start<F>(serve: impl FnOnce(TcpListener) -> F) -> Result<Self>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime = Self::runtime()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        runtime.spawn(serve(listener));
        Ok(Self::here(address, runtime))
    }

    /// hyper with pages that are made for each scrape.
    pub fn of(encode: Encode) -> Result<Self> {
        Self::hyper(move || {
            let mut page = Vec::new();
            encode(&mut page);
            page.into()
        })
    }

    /// hyper and nothing else.
    pub fn hyper(body: impl Fn() -> Bytes + Send + Sync + 'static) -> Result<Self> {
        let body = Arc::new(body);
        Self::start(async move |listener| {
            while let Ok((stream, _)) = listener.accept().await {
                let body = Arc::clone(&body);
                let answer = service_fn(move |_: Request<_>| {
                    std::future::ready(Ok::<_, Infallible>(Response::new(Full::new(body()))))
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        })
    }

    pub fn here(address: SocketAddr, runtime: Runtime) -> Self {
        Self { address, runs: Runs::Here(runtime) }
    }

    pub fn elsewhere(address: SocketAddr, process: Child) -> Self {
        Self { address, runs: Runs::Elsewhere(process) }
    }

    /// Whether what it allocates is counted.
    pub fn is_here(&self) -> bool {
        matches!(self.runs, Runs::Here(_))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Runs::Elsewhere(process) = &mut self.runs {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Scrapes of so many `series` with these `headers`, with a request under way on each of so many connections.
pub fn work(server: Server, connections: usize, series: usize, headers: &'static str) -> Result<Work> {
    let mut connections =
        (0..connections).map(|_| Connection::open(server.address)).collect::<Result<Vec<Connection>>>()?;
    for connection in &mut connections {
        let mut page = Vec::new();
        connection.ask("")?;
        connection.answer(&mut page)?;
        let lines = page.split(|byte| *byte == b'\n').filter(|line| !matches!(line.first(), None | Some(b'#')));
        ensure!(lines.count() == series, "not {series} series: {}", String::from_utf8_lossy(&page));
    }
    let scraping = Mutex::new((connections, server));
    Ok(Box::new(move |_, times| {
        let (connections, _) = &mut *scraping.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = scrape(connections, times as usize, headers) {
            panic!("a scrape failed: {error:#}");
        }
    }))
}

fn scrape(connections: &mut [Connection], times: usize, headers: &str) -> Result<()> {
    let many = connections.len();
    for at in 0..times + many {
        let connection = &mut connections[at % many];
        if at >= many && at - many < times {
            connection.answer(&mut io::sink())?;
        }
        if at < times {
            connection.ask(headers)?;
        }
    }
    Ok(())
}

struct Connection {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
    line: String,
    /// The last answer was also that of the connection.
    ended: bool,
}

impl Connection {
    fn open(address: SocketAddr) -> Result<Self> {
        Ok(Self { address, stream: stream(address)?, line: String::new(), ended: false })
    }

    fn ask(&mut self, headers: &str) -> Result<()> {
        if self.ended {
            self.stream = stream(self.address)?;
        }
        let request = format!("GET /metrics HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        Ok(self.stream.get_mut().write_all(request.as_bytes())?)
    }

    fn answer(&mut self, body: &mut impl Write) -> Result<()> {
        let status = self.line()?.to_owned();
        ensure!(status.split(' ').nth(1) == Some("200"), "{status}");
        self.ended = status.starts_with("HTTP/1.0");
        let mut length = None;
        loop {
            let header = self.line()?.to_ascii_lowercase();
            match header.split_once(": ") {
                Some(("content-length", bytes)) => length = Some(bytes.parse()?),
                Some(_) => {}
                None => break,
            }
        }
        match length {
            Some(length) => self.copy(length, body),
            None => self.chunks(body),
        }
    }

    fn chunks(&mut self, body: &mut impl Write) -> Result<()> {
        loop {
            let length = u64::from_str_radix(self.line()?, 16)?;
            self.copy(length, body)?;
            self.line()?;
            if length == 0 {
                return Ok(());
            }
        }
    }

    fn copy(&mut self, length: u64, to: &mut impl Write) -> Result<()> {
        let copied = io::copy(&mut self.stream.by_ref().take(length), to)?;
        ensure!(copied == length, "{copied} bytes of {length}");
        Ok(())
    }

    fn line(&mut self) -> Result<&str> {
        self.line.clear();
        if self.stream.read_line(&mut self.line)? == 0 {
            bail!("the connection has ended")
        }
        self.line.strip_suffix("\r\n").context("half a line")
    }
}

fn stream(address: SocketAddr) -> Result<BufReader<TcpStream>> {
    Ok(BufReader::with_capacity(64 * 1024, TcpStream::connect(address)?))
}
