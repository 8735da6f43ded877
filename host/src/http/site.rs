use super::body::MetricsBody;
use super::landing::Landing;
use super::options::HttpOptions;
use super::secure::Verdict;
use super::service::{MetricsService, again, instead_of_get, plain, refusal};
use crate::registry::Registry;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONNECTION, HOST, HeaderValue, TRANSFER_ENCODING, WWW_AUTHENTICATE};
use hyper::{Request, Response, StatusCode, Version};

/// What is where on an endpoint of its own.
pub(super) struct Site {
    pub(super) options: HttpOptions,
    metrics: MetricsService,
    not_found: String,
    landing: Landing,
}

impl Site {
    pub(super) fn new(registry: Registry, options: HttpOptions) -> Self {
        if let Some(secure) = &options.secure {
            secure.expose(&registry);
        }
        Self {
            metrics: MetricsService::limited(registry, &options),
            not_found: format!("metrics are at {}\n", options.path),
            landing: Landing::new(&options.path),
            options,
        }
    }

    /// After a request that is none, who knows where the next one begins.
    pub(super) async fn answer(&self, request: &Request<Incoming>) -> Response<MetricsBody> {
        let mut response = self.check_and_answer(request).await;
        if response.status() == StatusCode::BAD_REQUEST {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    async fn check_and_answer(&self, request: &Request<Incoming>) -> Response<MetricsBody> {
        let hosts = request.headers().get_all(HOST).iter().count();
        if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
            return refusal(StatusCode::BAD_REQUEST, "HTTP/1.1 wants one Host\n"); // RFC 9112, 3.2
        }
        if request.headers().contains_key(TRANSFER_ENCODING) {
            // with a Content-Length besides, two servers in a row may disagree where it ends (RFC 9112, 6.1)
            return refusal(StatusCode::BAD_REQUEST, "a scrape has no body\n");
        }
        if let Some(authenticate) = &self.options.authenticate {
            match authenticate.check(request.headers().get(AUTHORIZATION)).await {
                Verdict::Yes => {}
                Verdict::No => return unauthorized(),
                Verdict::Busy => return again(refusal(StatusCode::TOO_MANY_REQUESTS, "too many logins at a time\n")),
            }
        }
        let uri = request.uri();
        if uri.path_and_query().is_some_and(|text| text.as_str().len() > self.options.url_bytes) {
            return refusal(StatusCode::URI_TOO_LONG, "the URL is too long\n");
        }
        if let Some(response) = instead_of_get(request.method()) {
            return response;
        }
        match uri.path() {
            path if path == self.options.path => self.metrics.answer(request),
            "/-/healthy" => plain(StatusCode::OK, "healthy\n"),
            path => self.landing.at(path).unwrap_or_else(|| plain(StatusCode::NOT_FOUND, self.not_found.clone())),
        }
    }
}

fn unauthorized() -> Response<MetricsBody> {
    let mut response = refusal(StatusCode::UNAUTHORIZED, "name and password, please\n");
    let realm = HeaderValue::from_static("Basic realm=\"metrics\", charset=\"UTF-8\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, realm);
    response
}
