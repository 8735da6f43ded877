//! Requests of a service, measured.

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use http::Request;
use narthex::{ErrorKind, HttpMetrics, MetricsService, Registry};
use tower::{ServiceBuilder, ServiceExt};

fn app(registry: &Registry) -> Router {
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/echo", post(|body: String| async { body }))
        .route("/never", get(std::future::pending::<String>))
        .layer(HttpMetrics::register(registry).unwrap())
        .route_service("/metrics", MetricsService::new(registry.clone()))
}

async fn answer(app: &Router, request: Request<Body>) -> String {
    let response = app.clone().oneshot(request).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.into()).unwrap()
}

#[tokio::test]
async fn requests_are_counted_timed_and_sized() {
    let registry = Registry::new();
    let app = app(&registry);
    let value = |name: &str, labels: &[(&str, &str)]| registry.sample_value(name, labels);
    assert_eq!(answer(&app, Request::get("/").body(Body::empty()).unwrap()).await, "hello");
    assert_eq!(answer(&app, Request::post("/echo").body("x".repeat(500).into()).unwrap()).await.len(), 500);
    answer(&app, Request::get("/nowhere").body(Body::empty()).unwrap()).await;
    for method in ["BREW", "BREW2", "get"] {
        answer(&app, Request::builder().method(method).uri("/").body(Body::empty()).unwrap()).await;
    }
    for (method, code, count) in [("GET", "200", 1.0), ("POST", "200", 1.0), ("other", "405", 3.0)] {
        let labels = [("method", method), ("code", code)];
        assert_eq!(value("http_requests_total", &labels), Some(count), "{labels:?}");
        assert_eq!(value("http_request_duration_seconds_count", &labels), Some(count), "{labels:?}");
    }
    assert_eq!(value("http_request_size_bytes_sum", &[("method", "POST")]), Some(500.0));
    assert_eq!(value("http_response_size_bytes_sum", &[("method", "POST")]), Some(500.0));
    assert_eq!(value("http_requests_in_flight", &[]), Some(0.0));
    let page = answer(&app, Request::get("/metrics").body(Body::empty()).unwrap()).await;
    assert!(page.contains("http_requests_total{method=\"POST\",code=\"200\"} 1\n"), "{page}");
    assert!(!page.contains("BREW"), "a client made a series");
}

#[tokio::test]
async fn what_is_given_up_ends_as_well() {
    let registry = Registry::new();
    let app = app(&registry);
    let mut given_up = Box::pin(answer(&app, Request::get("/never").body(Body::empty()).unwrap()));
    assert!(futures_poll(given_up.as_mut()).await.is_none());
    assert_eq!(registry.sample_value("http_requests_in_flight", &[]), Some(1.0));
    drop(given_up);
    assert_eq!(registry.sample_value("http_requests_in_flight", &[]), Some(0.0));
    let labels = [("method", "GET"), ("code", "none")];
    assert_eq!(registry.sample_value("http_requests_total", &labels), Some(1.0));

    // an answer whose body nobody reads
    let response = app.clone().oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(registry.sample_value("http_requests_in_flight", &[]), Some(1.0));
    drop(response);
    assert_eq!(registry.sample_value("http_requests_in_flight", &[]), Some(0.0));
}

/// What a future has after one poll.
async fn futures_poll<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    std::future::poll_fn(|cx| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut future).poll(cx) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test]
async fn a_failing_service_and_a_second_registration() {
    let registry = Registry::new();
    let metrics = HttpMetrics::register(&registry).unwrap();
    let fails = tower::service_fn(|_: Request<String>| async { Err::<http::Response<String>, _>("on purpose") });
    let service = ServiceBuilder::new().layer(metrics).service(fails);
    assert_eq!(service.oneshot(Request::new(String::new())).await.err(), Some("on purpose"));
    let labels = [("method", "GET"), ("code", "none")];
    assert_eq!(registry.sample_value("http_requests_total", &labels), Some(1.0));

    let page = |registry: &Registry| narthex::generate_latest(registry, narthex::encode::Text);
    let before = page(&registry);
    assert_eq!(HttpMetrics::register(&registry).unwrap_err().kind(), ErrorKind::Duplicate);
    assert_eq!(page(&registry), before);
    let other = Registry::new();
    other.gauge("http_response_size_bytes", "").register().unwrap();
    HttpMetrics::register(&other).unwrap_err();
    assert!(!page(&other).contains("http_requests"), "half of it was registered");
}
