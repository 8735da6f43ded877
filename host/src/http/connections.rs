use super::address::{Listener, Stream};
use super::body::MetricsBody;
use super::deadline::{Activity, Deadline};
use super::options::HttpOptions;
use super::site::Site;
use crate::registry::Registry;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::convert::Infallible;
use std::future::Future;
use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::{AbortHandle, JoinSet};

/// Answers under way get this long when the server stops.
const FINISH_WITHIN: Duration = Duration::from_secs(5);
/// No sockets left: they come back as connections end, and trying at once again would only burn time.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(100);

/// Serves until `stop` is ready.
pub(super) async fn serve(
    listener: Listener,
    registry: Registry,
    options: HttpOptions,
    stop: impl Future<Output = ()>,
) {
    if let Some(secure) = &options.secure {
        secure.expose(&registry);
    }
    let graceful = GracefulShutdown::new();
    let mut connections =
        Connections { site: Arc::new(Site::new(registry, &options)), options, tasks: JoinSet::new(), open: Vec::new() };
    {
        let accepting = pin!(connections.accept(&listener, &graceful));
        first(accepting, pin!(stop)).await;
    }
    drop(listener);
    let _ = tokio::time::timeout(FINISH_WITHIN, graceful.shutdown()).await;
}

/// The connections there are; dropped, they end.
struct Connections {
    site: Arc<Site>,
    options: HttpOptions,
    tasks: JoinSet<()>,
    /// In the order in which they came.
    open: Vec<(Arc<Activity>, AbortHandle)>,
}

impl Connections {
    async fn accept(&mut self, listener: &Listener, graceful: &GracefulShutdown) {
        loop {
            self.make_room(self.options.connections - 1).await;
            match listener.accept().await {
                Ok(stream) => self.open(stream, graceful.watcher()),
                Err(error) if is_of_one_connection(error.kind()) => {}
                Err(_) if self.open.iter().any(|(activity, _)| activity.is_idle()) => {
                    self.make_room(self.open.len() - 1).await;
                }
                Err(_) => tokio::time::sleep(OUT_OF_SOCKETS).await,
            }
        }
    }

    /// Waits until there are at most `others` connections. The one that has waited longest for a request ends for it: a
    /// client that has sent one is not cut off for one that may never send any.
    async fn make_room(&mut self, others: usize) {
        loop {
            while self.tasks.try_join_next().is_some() {}
            self.open.retain(|(_, task)| !task.is_finished());
            if self.open.len() <= others {
                return;
            }
            if let Some(at) = self.open.iter().position(|(activity, _)| activity.is_idle()) {
                let (_, task) = self.open.remove(at);
                task.abort();
            }
            self.tasks.join_next().await;
        }
    }

    fn open(&mut self, stream: Stream, watcher: Watcher) {
        let activity = Arc::new(Activity::default());
        let (site, options, of) = (Arc::clone(&self.site), self.options.clone(), Arc::clone(&activity));
        let task = self.tasks.spawn(async move {
            match (&options.secure, stream) {
                (None, Stream::Tcp(stream)) => answer(stream, site, of, &options, watcher).await,
                (None, Stream::Unix(stream)) => answer(stream, site, of, &options, watcher).await,
                (Some(secure), stream) => {
                    if let Ok(stream) = secure.handshake(stream).await {
                        answer(stream, site, of, &options, watcher).await;
                    }
                }
            }
        });
        self.open.push((activity, task));
    }
}

/// Answers the requests of a connection.
async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    site: Arc<Site>,
    activity: Arc<Activity>,
    options: &HttpOptions,
    watcher: Watcher,
) {
    let stream = Deadline::new(stream, Arc::clone(&activity), options);
    let answer = service_fn(move |request| {
        let (answering, site) = (activity.answer(), Arc::clone(&site));
        async move {
            let response = site.answer(&request).await;
            Ok::<_, Infallible>(response.map(|body: MetricsBody| body.until_sent(answering)))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(options.header_bytes)
        .max_headers(options.headers)
        .half_close(true)
        .serve_connection(TokioIo::new(stream), answer);
    let _ = watcher.watch(connection).await; // the reader's fault, and its to see
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
