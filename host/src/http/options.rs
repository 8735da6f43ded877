use super::address::Address;
use super::coding::{Coding, GZIP};
use super::secure::{Authenticate, Secure};
use super::server::{self, HttpServer};
use crate::error::Error;
use crate::registry::Registry;
use std::sync::Arc;
use std::time::Duration;

/// How a metrics endpoint serves, and what it lets a client cost.
///
/// | | without a word | beyond it |
/// | --- | --- | --- |
/// | [`path`](Self::path) | `/metrics` | 404 |
/// | [`header_bytes`](Self::header_bytes), [`headers`](Self::headers) | 16 KiB, 64 | 431 |
/// | [`url_bytes`](Self::url_bytes) | 8 KiB | 414; a URL beyond `header_bytes` is 431 |
/// | [`header_timeout`](Self::header_timeout) | 5 s for all headers of a request | the connection is closed |
/// | [`idle_timeout`](Self::idle_timeout) | 60 s between requests | the connection is closed |
/// | [`write_timeout`](Self::write_timeout) | 10 s in which a reader takes nothing | the connection is cut off |
/// | [`total_write_timeout`](Self::total_write_timeout) | 60 s of waiting for the reader of one answer | the connection is cut off |
/// | [`connections`](Self::connections) | 64 | one that never sent a request makes room, else the one that has waited longest for its next; while all are being answered, a new one waits |
/// | [`scrapes`](Self::scrapes) | 8 at a time | 503 with `Retry-After` |
///
/// Timeouts are at least a millisecond and at most a year, and numbers beyond what can be are the most that can.
///
/// A scrape has no deadline while it is collected: nothing can stop a collector. It keeps its place until it is done, even
/// when its reader has gone, so that no more than `scrapes` are ever at it. The endpoint does not count its own answers; in a
/// router, [`HttpMetrics`](crate::HttpMetrics) around a [`MetricsService`](crate::MetricsService) does.
///
/// ```
/// use narthex::{HttpOptions, Registry};
/// use std::net::SocketAddr;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let anywhere: SocketAddr = "127.0.0.1:0".parse()?;
/// let server = HttpOptions::new().path("/stats").scrapes(2).start(anywhere, Registry::new())?;
/// server.shutdown();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "options do nothing until something is started with them"]
pub struct HttpOptions {
    pub(super) path: String,
    pub(super) header_bytes: usize,
    pub(super) headers: usize,
    pub(super) url_bytes: usize,
    pub(super) header_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) write_timeout: Duration,
    pub(super) total_write_timeout: Duration,
    pub(super) connections: usize,
    pub(super) scrapes: usize,
    pub(super) share_scrapes: bool,
    /// Which may be asked for, those first that are preferred.
    pub(super) codings: Vec<&'static Coding>,
    pub(super) compression: bool,
    pub(super) secure: Option<Arc<dyn Secure>>,
    pub(super) authenticate: Option<Arc<dyn Authenticate>>,
}

impl HttpOptions {
    /// The defaults of the table.
    pub fn new() -> Self {
        Self {
            path: "/metrics".into(),
            header_bytes: 16 * 1024,
            headers: 64,
            url_bytes: 8 * 1024,
            header_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(10),
            total_write_timeout: Duration::from_secs(60),
            connections: 64,
            scrapes: 8,
            share_scrapes: false,
            codings: vec![&GZIP],
            compression: true,
            secure: None,
            authenticate: None,
        }
    }

    /// Where the metrics are. A slash at the start is added when there is none.
    pub fn path(mut self, path: &str) -> Self {
        self.path = if path.starts_with('/') { path.into() } else { format!("/{path}") };
        self
    }

    /// How many bytes the request line and all headers may have; at least 8 KiB. A request of up to twice as many is taken when
    /// it comes in one piece.
    pub fn header_bytes(mut self, bytes: usize) -> Self {
        self.header_bytes = bytes.max(8 * 1024);
        self
    }

    /// How many headers a request may have; 4096 at most, because each request has room for as many.
    pub fn headers(mut self, headers: usize) -> Self {
        self.headers = headers.clamp(1, 4096);
        self
    }

    /// How many bytes path and query may have.
    pub fn url_bytes(mut self, bytes: usize) -> Self {
        self.url_bytes = bytes;
        self
    }

    /// How long a request may take from its first byte to the end of its headers. A new connection has as long to send it.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.header_timeout = within(timeout);
        self
    }

    /// How long a connection may stay without a request after it had one.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = within(timeout);
        self
    }

    /// How long a reader may take no more of its answer. What the system's buffers hide looks like nothing: of TCP, that is less
    /// than some 400 kB.
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.write_timeout = within(timeout);
        self
    }

    /// How long a reader may keep an answer waiting in all, in whichever pieces it takes it. What collectors take does not
    /// count.
    pub fn total_write_timeout(mut self, timeout: Duration) -> Self {
        self.total_write_timeout = within(timeout);
        self
    }

    /// How many connections there may be at a time.
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// How many expositions may be made at a time. Each may need a thread.
    pub fn scrapes(mut self, scrapes: usize) -> Self {
        self.scrapes = scrapes.clamp(1, 65_536);
        self
    }

    /// Whether pages are compressed for readers who accept it, as Prometheus does. Without it they cost less time and more
    /// bytes.
    pub fn compression(mut self, compression: bool) -> Self {
        self.compression = compression;
        self
    }

    pub(super) fn codings(&self) -> &[&'static Coding] {
        if self.compression { &self.codings } else { &[] }
    }

    /// Lets scrapes that overlap have one exposition: it is kept in memory whole, and slow collectors are asked once. When
    /// readers keep sixteen of them, a further one is 503.
    pub fn share_scrapes(mut self, share: bool) -> Self {
        self.share_scrapes = share;
        self
    }

    /// Serves a registry from a thread of its own, as [`start_http_server`](crate::start_http_server), at a
    /// [`SocketAddr`](std::net::SocketAddr) or at the path of a Unix socket.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let directory = std::env::temp_dir().join(format!("narthex-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory).unwrap();
    /// let socket = directory.join("metrics.sock");
    /// let server = narthex::HttpOptions::new().start(&*socket, narthex::Registry::new())?;
    /// # server.shutdown();
    /// # std::fs::remove_dir_all(&directory).unwrap();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `start_http_server`. A Unix socket that another process listens at is
    /// [`AddressInUse`](crate::ErrorKind::AddressInUse); one that was left over is replaced.
    pub fn start(self, address: impl Into<Address>, registry: Registry) -> Result<HttpServer, Error> {
        server::start(address.into(), registry, self)
    }
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpOptions")
            .field("path", &self.path)
            .field("header_bytes", &self.header_bytes)
            .field("headers", &self.headers)
            .field("url_bytes", &self.url_bytes)
            .field("header_timeout", &self.header_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("write_timeout", &self.write_timeout)
            .field("total_write_timeout", &self.total_write_timeout)
            .field("connections", &self.connections)
            .field("scrapes", &self.scrapes)
            .field("share_scrapes", &self.share_scrapes)
            .field("codings", &self.codings().iter().map(|coding| coding.name).collect::<Vec<_>>())
            .field("tls", &self.secure.is_some())
            .field("basic_auth", &self.authenticate.is_some())
            .finish()
    }
}

/// A time that can be added to any other.
fn within(timeout: Duration) -> Duration {
    timeout.clamp(Duration::from_millis(1), Duration::from_secs(365 * 24 * 60 * 60))
}
