//! The metrics endpoint.

mod body;
mod connections;
mod negotiate;
mod service;

use crate::error::{Error, ErrorKind};
use crate::registry::Registry;
use std::io::{self, ErrorKind as Io};
use std::net::{SocketAddr, TcpListener};
use std::thread::{Builder, JoinHandle};
use tokio::sync::oneshot;

/// Serves `GET /metrics` of a registry, from a thread of its own: a program needs no runtime for it.
///
/// Answers in Prometheus text 0.0.4 or OpenMetrics 1.0, whichever the reader likes better, compressed if it likes that.
/// The body is made while it is sent, in buffers of bounded size.
///
/// The server goes on when the [`HttpServer`] is dropped, to the end of the program; [`HttpServer::shutdown`] stops it.
///
/// Port 0 lets the operating system choose: [`HttpServer::local_addr`] has the outcome. There is neither TLS nor
/// authentication yet, so give it a loopback address unless the network may see the metrics.
///
/// # Errors
///
/// [`ErrorKind::AddressInUse`] when something listens there already, [`ErrorKind::Address`] when the address is not one
/// of this machine or needs more rights, [`ErrorKind::System`]. Nothing was started then.
///
/// ```
/// use narthex::{Registry, start_http_server};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = start_http_server("127.0.0.1:0".parse()?, Registry::new())?;
/// println!("metrics: http://{}/metrics", server.local_addr());
/// server.shutdown();
/// # Ok(())
/// # }
/// ```
pub fn start_http_server(addr: SocketAddr, registry: Registry) -> Result<HttpServer, Error> {
    let listener = TcpListener::bind(addr).map_err(|error| refused(addr, error))?;
    let system = |error| Error::new(ErrorKind::System, format!("cannot serve metrics at {addr}")).with_source(error);
    let addr = listener.local_addr().map_err(system)?;
    listener.set_nonblocking(true).map_err(system)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(connections::COLLECTING)
        .thread_name("narthex-collect")
        .build()
        .map_err(system)?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener).map_err(system)?
    };
    let (stop, stopped) = oneshot::channel();
    let serve = move || {
        runtime.block_on(connections::serve(listener, registry, async {
            if stopped.await.is_err() {
                std::future::pending().await // the handle was dropped: go on
            }
        }));
        runtime.shutdown_background();
    };
    let thread = Builder::new().name("narthex-http".into()).spawn(serve).map_err(system)?;
    Ok(HttpServer { addr, stop, thread })
}

fn refused(addr: SocketAddr, error: io::Error) -> Error {
    let (kind, text) = match error.kind() {
        Io::AddrInUse => {
            let text = format!("port {} of {} is in use by another server; choose another one", addr.port(), addr.ip());
            (ErrorKind::AddressInUse, text)
        }
        Io::AddrNotAvailable => {
            let text = format!("{} is not an address of this machine; use one, 127.0.0.1 say", addr.ip());
            (ErrorKind::Address, text)
        }
        Io::PermissionDenied => {
            let text = format!("no permission to listen at port {}; choose one above 1023", addr.port());
            (ErrorKind::Address, text)
        }
        _ => (ErrorKind::Address, format!("cannot listen at {addr}")),
    };
    Error::new(kind, text).with_source(error)
}

/// A running metrics endpoint. Dropping this does not stop it.
#[derive(Debug)]
pub struct HttpServer {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl HttpServer {
    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// Stops listening, lets answers that are under way finish for up to five seconds, and waits for that.
    ///
    /// The address can be listened at again afterwards.
    pub fn shutdown(self) {
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}
