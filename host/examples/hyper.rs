//! A service of hyper, without a framework, that measures its requests and has its metrics at `/metrics`.
//!
//! `cargo run --example hyper [ADDRESS]`

use http::{Request, Response};
use http_body_util::Either;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use narthex::{HttpMetrics, MetricsService, Registry};
use std::convert::Infallible;
use tower::{Layer, service_fn};

async fn hello(request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    Ok(Response::new(format!("Hello, {}!\n", request.uri().path().trim_start_matches('/'))))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let addr = std::env::args().nth(1).unwrap_or("127.0.0.1:8000".into());
    let registry = Registry::new();
    let app = HttpMetrics::register(&registry)?.layer(service_fn(hello));
    let metrics = MetricsService::new(registry);

    let listener = tokio::net::TcpListener::bind(addr).await?;
    println!("http://{0}/world and http://{0}/metrics", listener.local_addr()?);
    loop {
        let stream = TokioIo::new(listener.accept().await?.0);
        let (app, metrics) = (TowerToHyperService::new(app.clone()), metrics.clone());
        let answer = hyper::service::service_fn(move |request: Request<Incoming>| {
            let (app, metrics) = (app.clone(), metrics.clone());
            async move {
                if request.uri().path() == "/metrics" {
                    return Ok::<_, Infallible>(metrics.answer(&request).map(Either::Left));
                }
                Ok(app.call(request).await?.map(Either::Right))
            }
        });
        tokio::spawn(http1::Builder::new().serve_connection(stream, answer));
    }
}
