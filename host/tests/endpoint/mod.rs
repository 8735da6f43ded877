//! Endpoints to be hostile to.

#![allow(dead_code, reason = "not every test needs all")]

use narthex::{Collect, Desc, Flow, HttpOptions, HttpServer, Kind, Registry, Sink, callback, name};
use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any deadline of a test on a busy machine.
pub const AT_LAST: Duration = Duration::from_secs(20);

/// What [`registry`] has.
pub const PAGE: &str = "# HELP requests_total Requests.\n# TYPE requests_total counter\nrequests_total 3\n";

pub fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("requests_total", "Requests.").register().unwrap().inc_by(3);
    registry
}

/// More than the buffers of two sockets hold.
pub fn large() -> Registry {
    let registry = Registry::new();
    let family = registry.counter("series_total", "").labels(["n"]).register().unwrap();
    (0..60).for_each(|n| family.get([&format!("{n}{}", "x".repeat(100_000))]).inc());
    registry
}

/// As large, and made as a whole before a byte of it is sent.
pub fn large_at_once() -> Registry {
    let registry = Registry::new();
    let family = registry.counter("large_total", "").labels(["x"]).register().unwrap();
    family.get([&"x".repeat(6 << 20)]).inc();
    registry
}

/// Whether an answer with it is whole, in chunks or not.
pub fn is_whole(answer: &[u8]) -> bool {
    answer.strip_suffix(b"\r\n0\r\n\r\n").unwrap_or(answer).ends_with(b"x\"} 1\n")
}

pub fn start(options: HttpOptions, registry: Registry) -> (HttpServer, SocketAddr) {
    let server = options.start(SocketAddr::from(([127, 0, 0, 1], 0)), registry).unwrap();
    let addr = server.local_addr();
    (server, addr)
}

pub fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(AT_LAST)).unwrap();
    stream
}

/// Whether the other side ends the connection, whatever it says before.
pub fn ends(stream: &mut TcpStream) -> bool {
    match stream.read_to_end(&mut Vec::new()) {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

/// Is collected when it is let to.
#[derive(Default)]
pub struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
    pub collected: AtomicU64,
}

impl Gate {
    const DESC: Desc<'static> = Desc::new(Kind::Gauge, name!("gate"), "");

    pub fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }

    /// Waits until it was asked this often.
    pub fn asked(&self, times: u64) {
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

pub fn gated() -> (Arc<Gate>, Registry) {
    let (gate, registry) = (Arc::new(Gate::default()), Registry::new());
    registry.register(Gated(Arc::clone(&gate))).unwrap();
    (gate, registry)
}
