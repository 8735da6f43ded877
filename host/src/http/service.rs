use super::body::{MetricsBody, Work};
use super::coding::Coding;
use super::negotiate;
use super::options::HttpOptions;
use super::shared::Shares;
use crate::error::{Error, ErrorKind};
use crate::exposition::FORMATS;
use crate::registry::Registry;
use bytes::Bytes;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
    VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use std::borrow::Cow;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::Semaphore;

/// Answers requests with the metrics of a registry: a service of `hyper` and of `tower`, for a router that has other
/// routes as well.
///
/// It looks at method, headers and query, and not at the path. `?name[]=jobs_total&name[]=queue_depth` asks for some families
/// only, as [`Registry::restricted`] has them. It has to run in a runtime of tokio, because collectors may block.
///
/// ```
/// use narthex::{MetricsService, Registry};
///
/// # async fn example() {
/// let metrics = MetricsService::new(Registry::new());
/// let response = metrics.answer(&http::Request::get("/metrics").body(()).unwrap());
/// assert_eq!(response.status(), 200);
/// # }
/// ```
#[derive(Clone)]
pub struct MetricsService {
    registry: Registry,
    scrapes: Arc<Semaphore>,
    shares: Option<Arc<Shares>>,
    codings: Arc<[&'static Coding]>,
}

/// How many names a query may ask for.
const NAMES: usize = 1000;

const ALLOWED: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

impl MetricsService {
    /// With the limits of [`HttpOptions::new`].
    pub fn new(registry: Registry) -> Self {
        Self::limited(registry, &HttpOptions::new())
    }

    /// With what the options say of scrapes and compression. Paths, URLs, headers and connections are the router's business.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Tls`] and [`ErrorKind::Password`] when the options have TLS or users: it would serve without them, so give
    /// them to the router or its server.
    pub fn with_options(registry: Registry, options: &HttpOptions) -> Result<Self, Error> {
        let [tls, users] = [options.secure.is_some(), options.authenticate.is_some()];
        let (kind, what, who) = match () {
            () if tls => (ErrorKind::Tls, "TLS", "the router's server"),
            () if users => (ErrorKind::Password, "basic authentication", "a layer of the router"),
            () => return Ok(Self::limited(registry, options)),
        };
        let text = format!("a `MetricsService` has no {what}, which the options have: leave that to {who}");
        Err(Error::new(kind, text))
    }

    pub(super) fn limited(registry: Registry, options: &HttpOptions) -> Self {
        let scrapes = Arc::new(Semaphore::new(options.scrapes));
        let shares = options.share_scrapes.then(Arc::default);
        Self { registry, scrapes, shares, codings: options.codings().into() }
    }

    /// Answers a request. The body of an exposition is made when it is sent, so that HEAD collects nothing.
    pub fn answer<B>(&self, request: &Request<B>) -> Response<MetricsBody> {
        if let Some(response) = instead_of_get(request.method()) {
            return response;
        }
        let registry = match wanted(request.uri().query().unwrap_or_default()) {
            Some(names) if names.is_empty() => self.registry.clone(),
            Some(names) => self.registry.restricted(names),
            None => return refusal(StatusCode::BAD_REQUEST, "too many names\n"),
        };
        let chosen = negotiate::format(&lines(request.headers(), ACCEPT), FORMATS);
        let coding = negotiate::coding(&lines(request.headers(), ACCEPT_ENCODING), &self.codings);
        let scrape = || Arc::clone(&self.scrapes).try_acquire_owned().ok();
        let body = match self.shares.as_ref().filter(|_| registry.is(&self.registry)) {
            None => scrape().map(|scrape| {
                // HEAD collects nothing, and handing quick work to another thread takes longer than the work
                let at_once = request.method() == Method::GET && coding.is_none() && !registry.may_block();
                let work = Work::new(chosen.offer.pages(registry, chosen.escaping()), coding).with(scrape);
                if at_once { MetricsBody::begun(work) } else { MetricsBody::exposition(work) }
            }),
            Some(shares) => shares.join(&registry, chosen, coding, scrape).map(MetricsBody::shared),
        };
        let Some(body) = body else {
            return again(refusal(StatusCode::SERVICE_UNAVAILABLE, "too many scrapes at a time\n"));
        };

        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, chosen.content_type());
        headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(coding) = coding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name));
        }
        response
    }
}

impl<B> hyper::service::Service<Request<B>> for MetricsService {
    type Response = Response<MetricsBody>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn call(&self, request: Request<B>) -> Self::Future {
        ready(Ok(self.answer(&request)))
    }
}

impl<B> tower_service::Service<Request<B>> for MetricsService {
    type Response = Response<MetricsBody>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Ok(self.answer(&request)))
    }
}

impl std::fmt::Debug for MetricsService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MetricsService").field("registry", &self.registry).finish_non_exhaustive()
    }
}

/// A refusal: nothing that was sent comes back in it.
pub(super) fn refusal(status: StatusCode, text: &'static str) -> Response<MetricsBody> {
    plain(status, text)
}

pub(super) fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<MetricsBody> {
    let mut response = Response::new(MetricsBody::text(text.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A refusal of this moment only.
pub(super) fn again(mut response: Response<MetricsBody>) -> Response<MetricsBody> {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// What to answer to a method that asks for no page.
pub(super) fn instead_of_get(method: &Method) -> Option<Response<MetricsBody>> {
    let mut response = match *method {
        Method::GET | Method::HEAD => return None,
        Method::OPTIONS => plain(StatusCode::NO_CONTENT, ""),
        _ => refusal(StatusCode::METHOD_NOT_ALLOWED, "only GET, HEAD and OPTIONS are allowed\n"),
    };
    response.headers_mut().insert(ALLOW, ALLOWED);
    Some(response)
}

/// The names that a query asks for: `name[]=a&name[]=b`. Nothing when they are too many.
fn wanted(query: &str) -> Option<Vec<Cow<'_, str>>> {
    let names = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == "name[]").map(|(_, name)| name);
    let names: Vec<_> = names.take(NAMES + 1).collect();
    (names.len() <= NAMES).then_some(names)
}

/// The lines of a list header.
fn lines(headers: &HeaderMap, name: HeaderName) -> Vec<&[u8]> {
    headers.get_all(name).iter().map(HeaderValue::as_bytes).collect()
}
