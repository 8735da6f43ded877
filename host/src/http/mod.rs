//! The metrics endpoint.

mod address;
mod body;
mod connections;
mod deadline;
mod negotiate;
mod options;
mod server;
mod service;
mod shared;
mod site;

pub use address::{Address, Listener};
pub use body::MetricsBody;
pub use options::HttpOptions;
pub use server::{HttpServer, serve, serve_until, start_http_server};
pub use service::MetricsService;
