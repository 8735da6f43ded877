use super::activity::{Activity, Crowd};
use super::address::{Listener, Stream};
use super::body::MetricsBody;
use super::deadline::Deadline;
use super::site::Site;
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
pub(super) async fn serve(listener: Listener, site: Site, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let mut connections =
        Connections { site: Arc::new(site), tasks: JoinSet::new(), open: Vec::new(), crowd: Arc::default() };
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
    tasks: JoinSet<()>,
    /// In the order in which they came.
    open: Vec<(Arc<Activity>, AbortHandle)>,
    crowd: Arc<Crowd>,
}

impl Connections {
    async fn accept(&mut self, listener: &Listener, graceful: &GracefulShutdown) {
        loop {
            match listener.accept().await {
                Ok(stream) => {
                    self.make_room(self.site.options.connections - 1).await;
                    self.open(stream, graceful.watcher());
                }
                Err(error) if is_of_one_connection(error.kind()) => {}
                Err(_) if self.open.iter().any(|(activity, _)| activity.waits_since().is_some()) => {
                    self.make_room(self.open.len() - 1).await;
                }
                Err(_) => tokio::time::sleep(OUT_OF_SOCKETS).await,
            }
        }
    }

    /// Waits until there are at most `others` connections. One that never sent a request ends for it, or else the one that
    /// has waited longest for its next one; while all have answers under way, it waits.
    async fn make_room(&mut self, others: usize) {
        loop {
            while self.tasks.try_join_next().is_some() {}
            self.open.retain(|(_, task)| !task.is_finished());
            if self.open.len() <= others {
                return;
            }
            let waiting = self.open.iter().enumerate().filter_map(|(at, (one, _))| Some((one.waits_since()?, at)));
            if let Some((_, at)) = waiting.min() {
                self.open.remove(at).1.abort();
                self.tasks.join_next().await;
                continue;
            }
            let ends = pin!(async { drop(self.tasks.join_next().await) });
            first(ends, pin!(self.crowd.idle.notified())).await;
        }
    }

    fn open(&mut self, stream: Stream, watcher: Watcher) {
        let activity = Arc::new(Activity::new(Arc::clone(&self.crowd)));
        let (site, of) = (Arc::clone(&self.site), Arc::clone(&activity));
        let task = self.tasks.spawn(async move {
            match (&site.options.secure, stream) {
                (None, Stream::Tcp(stream)) => answer(stream, site, of, watcher).await,
                (None, Stream::Unix(stream)) => answer(stream, site, of, watcher).await,
                (Some(secure), stream) => {
                    if let Ok(stream) = secure.handshake(stream).await {
                        answer(stream, site, of, watcher).await;
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
    watcher: Watcher,
) {
    let stream = Deadline::new(stream, Arc::clone(&activity), &site.options);
    let (header_bytes, headers) = (site.options.header_bytes, site.options.headers);
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
        .max_buf_size(header_bytes)
        .max_headers(headers)
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
