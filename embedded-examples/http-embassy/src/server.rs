use crate::METRICS;
use embassy_executor::task;
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_time::Duration;
use http_embassy::network::SOCKETS;
use narthex_core::picoserve_v0_20::Metrics;
use narthex_core::{ClosedLabels, Counter, MetricGroup, Table};
use picoserve::{Config, Error, Router, Server, Timeouts};

const PORT: u16 = 80;

/// How long a client may take to ask, and to take each part of the answer.
const PATIENCE: Duration = Duration::from_secs(5);
const CONFIG: Config = Config::new(Timeouts {
    start_read_request: PATIENCE,
    persistent_start_read_request: PATIENCE,
    read_request: PATIENCE,
    write: PATIENCE,
});

/// What a socket keeps of what it has received, and until it is acknowledged.
const RECEIVED: usize = 128;
const SENT: usize = 320;
/// The longest head of a request.
const HEAD: usize = 512;

/// What the servers do.
#[derive(MetricGroup)]
#[metrics(namespace = "http")]
pub struct Http {
    /// Connections to the server, by what became of them.
    requests: Table<Outcome, Counter<u32>>,
    /// Pages that lack something.
    incomplete_pages: Counter<u32>,
}

pub static HTTP: Http = Http::new();

/// What became of a connection.
#[derive(Clone, Copy, ClosedLabels)]
#[metrics(label = "outcome")]
enum Outcome {
    /// The client has its answer, whatever it is.
    Answered,
    /// The client did not ask: it went, or it was silent for too long.
    NotAsked,
    /// No HTTP, or a head that is too long.
    BadRequest,
    /// The client went before it had its answer.
    Disconnected,
    /// The client did not ask for all, or did not take the answer, in time.
    TimedOut,
}

/// One client after the other.
#[task(pool_size = SOCKETS)]
pub async fn serve(stack: Stack<'static>) -> ! {
    let metrics = Metrics::new(METRICS).count_incomplete(&HTTP.incomplete_pages);
    let app = Router::new().route_service("/metrics", metrics);
    let (mut received, mut sent, mut head) = ([0; RECEIVED], [0; SENT], [0; HEAD]);
    loop {
        let mut socket = TcpSocket::new(stack, &mut received, &mut sent);
        socket.set_timeout(Some(PATIENCE)); // a client that vanishes while it connects
        if socket.accept(PORT).await.is_err() {
            continue;
        }
        let outcome = match Server::new(&app, &CONFIG, &mut head).serve(socket).await {
            Ok(connection) if connection.handled_requests_count == 0 => Outcome::NotAsked,
            Ok(_) => Outcome::Answered,
            Err(Error::BadRequest) => Outcome::BadRequest,
            Err(Error::Read(_) | Error::Write(_)) => Outcome::Disconnected,
            Err(Error::ReadTimeout(_) | Error::WriteTimeout(_)) => Outcome::TimedOut,
        };
        HTTP.requests.get(outcome).inc();
    }
}
