//! A service's own requests, counted, timed and sized.

use crate::error::Error;
use crate::instrument::RuntimeHistogram;
use crate::registry::Registry;
use crate::runtime::{GrowingFamily, Handle};
use bytes::Buf;
use http::{Method, Request, Response};
use http_body::{Body, Frame, SizeHint};
use narthex_core::{Counter, Gauge};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

/// Measures the requests of a service: a layer of `tower`, for axum, hyper and others.
///
/// | metric | labels |
/// | --- | --- |
/// | `http_requests_total` | `method`, `code` |
/// | `http_requests_in_flight` | |
/// | `http_request_duration_seconds` | `method`, `code` |
/// | `http_request_size_bytes`, `http_response_size_bytes` | `method` |
///
/// No client can make series: a method that HTTP does not define counts as `other`, and the codes are what the service
/// answers. A request lasts until the last byte of its answer was taken, or nobody wants it any more. One that is given up
/// before there is an answer has the code `none`. The size of a request is what it says before its body.
///
/// ```
/// use narthex::{HttpMetrics, Registry};
/// use tower::ServiceBuilder;
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// let metrics = HttpMetrics::register(&registry)?;
/// # let handler = tower::service_fn(|_: http::Request<String>| async {
/// #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
/// # });
/// let service = ServiceBuilder::new().layer(metrics).service(handler);
/// # let _ = service;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HttpMetrics(Arc<Metrics>);

struct Metrics {
    requests: GrowingFamily<[&'static str; 2], Counter>,
    in_flight: Handle<Gauge>,
    duration: GrowingFamily<[&'static str; 2], RuntimeHistogram>,
    request_size: GrowingFamily<[&'static str; 1], RuntimeHistogram>,
    response_size: GrowingFamily<[&'static str; 1], RuntimeHistogram>,
}

/// From 100 bytes to 100 megabytes.
const SIZES: [f64; 7] = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

impl HttpMetrics {
    /// Makes the metrics and registers them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Duplicate`](crate::ErrorKind::Duplicate) when the registry has one of them already; then it gets none.
    pub fn register(registry: &Registry) -> Result<Self, Error> {
        let own = Registry::new(); // registered whole, or not at all
        let requests = own.counter("http_requests", "HTTP requests that were answered, or given up.");
        let in_flight = own.gauge("http_requests_in_flight", "HTTP requests that are being answered.");
        let duration = own.histogram("http_request_duration", "From the head of a request to the end of its answer.");
        let request_size = own.histogram("http_request_size", "Bodies of requests, as announced.");
        let response_size = own.histogram("http_response_size", "Bodies of answers, as taken.");
        let metrics = Metrics {
            requests: requests.labels(["method", "code"]).register()?,
            in_flight: in_flight.register()?,
            duration: duration.unit("seconds").labels(["method", "code"]).register()?,
            request_size: request_size.unit("bytes").buckets(SIZES).labels(["method"]).register()?,
            response_size: response_size.unit("bytes").buckets(SIZES).labels(["method"]).register()?,
        };
        registry.register(own)?;
        Ok(Self(Arc::new(metrics)))
    }
}

impl std::fmt::Debug for HttpMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("HttpMetrics").field(&self.0.requests).finish()
    }
}

impl<S> tower_layer::Layer<S> for HttpMetrics {
    type Service = Measured<S>;

    fn layer(&self, inner: S) -> Measured<S> {
        Measured { metrics: Arc::clone(&self.0), inner }
    }
}

/// A service whose requests are measured; see [`HttpMetrics`].
#[derive(Clone)]
pub struct Measured<S> {
    metrics: Arc<Metrics>,
    inner: S,
}

impl<S: std::fmt::Debug> std::fmt::Debug for Measured<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Measured").field(&self.inner).finish()
    }
}

impl<S, B, R> tower_service::Service<Request<B>> for Measured<S>
where
    S: tower_service::Service<Request<B>, Response = Response<R>>,
    B: Body,
{
    type Response = Response<MeasuredBody<R>>;
    type Error = S::Error;
    type Future = MeasuredFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let exchange = Exchange::begin(&self.metrics, request.method(), request.body().size_hint().lower());
        MeasuredFuture { inner: self.inner.call(request), exchange: Some(exchange) }
    }
}

/// A request and its answer. Its end is observed when it is dropped.
struct Exchange {
    metrics: Arc<Metrics>,
    method: &'static str,
    begin: Instant,
    code: Option<http::StatusCode>,
    sent: u64,
}

impl Exchange {
    fn begin(metrics: &Arc<Metrics>, method: &Method, size: u64) -> Self {
        let method = known(method);
        metrics.in_flight.inc();
        metrics.request_size.get([method]).observe(size as f64);
        Self { metrics: Arc::clone(metrics), method, begin: Instant::now(), code: None, sent: 0 }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Self { metrics, method, code, .. } = self;
        let labels = [*method, code.as_ref().map_or("none", http::StatusCode::as_str)];
        metrics.requests.get(labels).inc();
        metrics.duration.get(labels).observe(self.begin.elapsed().as_secs_f64());
        if code.is_some() {
            metrics.response_size.get([*method]).observe(self.sent as f64);
        }
        metrics.in_flight.dec();
    }
}

/// A method that HTTP defines, or `other`: a client may invent methods, and must not invent series.
fn known(method: &Method) -> &'static str {
    const METHODS: [Method; 9] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::CONNECT,
        Method::OPTIONS,
        Method::TRACE,
        Method::PATCH,
    ];
    const NAMES: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    METHODS.iter().zip(NAMES).find_map(|(known, name)| (known == method).then_some(name)).unwrap_or("other")
}

pin_project! {
    /// The answer of a [`Measured`] service, on its way.
    pub struct MeasuredFuture<F> {
        #[pin]
        inner: F,
        exchange: Option<Exchange>,
    }
}

impl<F: Future<Output = Result<Response<R>, E>>, R, E> Future for MeasuredFuture<F> {
    type Output = Result<Response<MeasuredBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let outcome = ready!(this.inner.poll(cx));
        let mut exchange = this.exchange.take();
        Poll::Ready(outcome.map(|response| {
            if let Some(exchange) = &mut exchange {
                exchange.code = Some(response.status());
            }
            response.map(|inner| MeasuredBody { inner, exchange })
        }))
    }
}

pin_project! {
    /// The body of an answer, whose bytes are counted.
    pub struct MeasuredBody<B> {
        #[pin]
        inner: B,
        exchange: Option<Exchange>,
    }
}

impl<B: Body> Body for MeasuredBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(cx));
        match (&frame, &mut *this.exchange) {
            (Some(Ok(frame)), Some(exchange)) => {
                exchange.sent += frame.data_ref().map_or(0, |data| data.remaining() as u64);
            }
            _ => *this.exchange = None, // the end
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
