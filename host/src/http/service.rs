use super::body::Content;
use super::negotiate;
use crate::exposition::FORMATS;
use crate::registry::Registry;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};

/// Answers a request. The body of an exposition is made when it is sent, so that HEAD collects nothing.
pub(super) fn answer<B>(registry: &Registry, request: &Request<B>) -> Response<Content> {
    if request.uri().path() != "/metrics" {
        return refusal(StatusCode::NOT_FOUND, "metrics are at /metrics\n");
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are allowed\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let offer = negotiate::format(&lines(request.headers(), ACCEPT), FORMATS);
    let gzip = negotiate::gzip(&lines(request.headers(), ACCEPT_ENCODING));

    let mut response = Response::new(Content::exposition(offer.pages(registry.clone()), gzip));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(offer.content_type));
    headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Nothing that was sent comes back in it.
fn refusal(status: StatusCode, text: &'static str) -> Response<Content> {
    let mut response = Response::new(Content::text(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// The lines of a list header.
fn lines(headers: &HeaderMap, name: HeaderName) -> Vec<&[u8]> {
    headers.get_all(name).iter().map(HeaderValue::as_bytes).collect()
}
