use super::service;
use crate::registry::Registry;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::future::Future;
use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Expositions that are made at a time.
pub(super) const COLLECTING: usize = 8;
/// Connections at a time. Those beyond wait to be accepted.
const CONNECTIONS: usize = 64;
/// From the start of a connection, or the end of a response, to the end of the next request's headers.
const HEADERS_WITHIN: Duration = Duration::from_secs(5);
const HEADER_BYTES: usize = 16 * 1024;
const HEADERS: usize = 64;
/// Answers under way get this long when the server stops.
const FINISH_WITHIN: Duration = Duration::from_secs(5);
/// No sockets left: they come back as connections end, and trying at once again would only burn time.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(100);

/// Serves until `stop` is ready.
pub(super) async fn serve(listener: TcpListener, registry: Registry, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    {
        let accepting = pin!(accept(&listener, &registry, &graceful));
        first(accepting, pin!(stop)).await;
    }
    drop(listener);
    let _ = tokio::time::timeout(FINISH_WITHIN, graceful.shutdown()).await;
}

async fn accept(listener: &TcpListener, registry: &Registry, graceful: &GracefulShutdown) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(HEADER_BYTES)
        .max_headers(HEADERS)
        .half_close(true);
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&free).acquire_owned().await {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) if is_of_one_connection(error.kind()) => continue,
            Err(_) => {
                tokio::time::sleep(OUT_OF_SOCKETS).await;
                continue;
            }
        };
        let registry = registry.clone();
        let answer = service_fn(move |request| {
            let response = service::answer(&registry, &request);
            async { Ok::<_, Infallible>(response) }
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), answer));
        tokio::spawn(async move {
            let _ = connection.await; // the reader's fault, and its to see
            drop(place);
        });
    }
}

fn is_of_one_connection(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

/// Waits for whichever is ready first.
async fn first(mut a: impl Future<Output = ()> + Unpin, mut b: impl Future<Output = ()> + Unpin) {
    std::future::poll_fn(|cx| {
        let ready = std::pin::Pin::new(&mut b).poll(cx).is_ready() || std::pin::Pin::new(&mut a).poll(cx).is_ready();
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}
