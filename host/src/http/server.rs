use super::address::{Address, Bound, Listener};
use super::connections;
use super::options::HttpOptions;
use super::site::Site;
use crate::error::{Error, ErrorKind};
use crate::registry::Registry;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::thread::{Builder, JoinHandle};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// Serves `GET /metrics` of a registry, from a thread of its own: a program needs no runtime for it.
///
/// Answers in Prometheus text 0.0.4, OpenMetrics 1.0 or protobuf, whichever the reader likes best, compressed if it likes
/// that. The body is made while it is sent, in buffers of bounded size. [`HttpOptions`] has the limits.
///
/// The server goes on when the [`HttpServer`] is dropped, to the end of the program; [`HttpServer::shutdown`] stops it.
///
/// Port 0 lets the operating system choose: [`HttpServer::local_addr`] has the outcome. Everybody who reaches the address
/// may read the metrics: give it one of loopback, or see [`HttpOptions`] for TLS and passwords.
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
    HttpOptions::new().start(addr, registry)
}

/// Serves a registry in the runtime that this is called in, until the future is dropped. Connections end with it.
///
/// ```
/// use narthex::{HttpOptions, Registry, serve};
///
/// # fn main() -> std::io::Result<()> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let server = tokio::spawn(serve(listener, Registry::new(), HttpOptions::new()));
/// // …
/// server.abort();
/// # Ok(())
/// # })
/// # }
/// ```
pub async fn serve(listener: impl Into<Listener>, registry: Registry, options: HttpOptions) {
    connections::serve(listener.into(), Site::new(registry, options), std::future::pending()).await;
}

/// As [`serve`], until `stop` is ready: then nothing more is accepted, and answers that are under way have five seconds.
///
/// ```no_run
/// # async fn example(listener: tokio::net::TcpListener) {
/// use narthex::{HttpOptions, default_registry, serve_until};
///
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// tokio::spawn(serve_until(listener, default_registry().clone(), HttpOptions::new(), async {
///     let _ = stopped.await;
/// }));
/// stop.send(()).ok();
/// # }
/// ```
pub async fn serve_until(
    listener: impl Into<Listener>,
    registry: Registry,
    options: HttpOptions,
    stop: impl Future<Output = ()>,
) {
    connections::serve(listener.into(), Site::new(registry, options), stop).await;
}

pub(super) fn start(address: Address, registry: Registry, options: HttpOptions) -> Result<HttpServer, Error> {
    let text = format!("cannot serve metrics at {address}");
    let system = |error| Error::new(ErrorKind::System, text.as_str()).with_source(error);
    let bound = Bound::at(&address)?;
    let address = bound.address().map_err(&system)?;
    let (stop, stopped) = oneshot::channel();
    let (started, outcome) = std::sync::mpsc::channel();
    let (scrapes, site) = (options.scrapes, Site::new(registry, options));
    // everything of the runtime happens in its thread: here may be another one, in which none may be dropped
    let serve = move || {
        let runtime = match runtime(scrapes) {
            Ok(runtime) => runtime,
            Err(error) => return drop(started.send(Err(error))),
        };
        let listener = {
            let _inside = runtime.enter();
            bound.listener()
        };
        let listener = match listener {
            Ok(listener) => listener,
            Err(error) => return drop(started.send(Err(error))),
        };
        let _ = started.send(Ok(()));
        runtime.block_on(connections::serve(listener, site, async {
            if stopped.await.is_err() {
                std::future::pending().await // the handle was dropped: go on
            }
        }));
        runtime.shutdown_background();
    };
    let thread = Builder::new().name("narthex-http".into()).spawn(serve).map_err(&system)?;
    outcome.recv().unwrap_or_else(|_| Err(io::ErrorKind::Other.into())).map_err(&system)?;
    Ok(HttpServer { address, stop, thread })
}

/// With a thread for each scrape, one for passwords and one for the files of TLS: neither waits for collectors.
fn runtime(scrapes: usize) -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(scrapes + 2)
        .thread_name("narthex-collect")
        .build()
}

/// A running metrics endpoint. Dropping this does not stop it.
#[derive(Debug)]
pub struct HttpServer {
    address: Address,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl HttpServer {
    /// Where it listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The address and port where it listens; of a Unix socket, which has none, `0.0.0.0:0`: [`address`](Self::address) has
    /// its path.
    pub fn local_addr(&self) -> SocketAddr {
        match self.address {
            Address::Tcp(addr) => addr,
            Address::Unix(_) => SocketAddr::from(([0, 0, 0, 0], 0)),
        }
    }

    /// Stops listening, lets answers that are under way finish for up to five seconds, and waits for that.
    ///
    /// The address can be listened at again afterwards.
    pub fn shutdown(self) {
        let _ = self.stop.send(());
        let _ = self.thread.join();
        if let Address::Unix(path) = self.address {
            let _ = std::fs::remove_file(path);
        }
    }
}
