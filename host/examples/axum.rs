//! A service of axum that measures its requests and has its metrics at `/metrics`.
//!
//! `cargo run --example axum [ADDRESS]`

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use narthex::{HttpMetrics, MetricsService, Registry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let addr = std::env::args().nth(1).unwrap_or("127.0.0.1:8000".into());
    let registry = Registry::new();
    let metrics = HttpMetrics::register(&registry)?;

    let app = Router::new()
        .route("/hello/{name}", get(|Path(name): Path<String>| async move { format!("Hello, {name}!\n") }))
        .layer(metrics)
        .route_service("/metrics", MetricsService::new(registry));

    let listener = tokio::net::TcpListener::bind(addr).await?;
    println!("http://{0}/hello/world and http://{0}/metrics", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
