//! The metrics endpoint.

mod activity;
mod address;
#[cfg(feature = "auth")]
pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod coding;
mod connections;
mod deadline;
mod landing;
mod negotiate;
mod options;
#[cfg(feature = "tls")]
pub(crate) mod pem;
pub(crate) mod secure;
mod server;
mod service;
mod shared;
mod site;
#[cfg(feature = "tls")]
pub(crate) mod tls;
#[cfg(feature = "zstd")]
mod zstd;

pub use address::{Address, Listener};
pub use body::MetricsBody;
pub use options::HttpOptions;
pub use server::{HttpServer, serve, serve_until, start_http_server};
pub use service::MetricsService;
