//! The page that a person sees at `/`.

use super::body::MetricsBody;
use super::service::plain;
use bytes::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

/// Nothing but what comes from here, and no script that is part of a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page, and what it is made of. Its links are relative, for what is behind the prefix of a proxy.
pub(super) struct Landing {
    html: Bytes,
}

impl Landing {
    /// For metrics that are at `path`.
    pub(super) fn new(path: &str) -> Self {
        let escaped = path.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        Self { html: include_str!("landing/page.html").replace("{path}", &escaped).into() }
    }

    pub(super) fn at(&self, path: &str) -> Option<Response<MetricsBody>> {
        let (content_type, content) = match path {
            "/" => ("text/html; charset=utf-8", self.html.clone()),
            "/-/landing.js" => ("text/javascript; charset=utf-8", include_str!("landing/page.js").into()),
            "/-/landing.css" => ("text/css; charset=utf-8", include_str!("landing/page.css").into()),
            _ => return None,
        };
        let mut response = plain(StatusCode::OK, content);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        Some(response)
    }
}
