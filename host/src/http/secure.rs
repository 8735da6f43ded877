//! What stands between a connection and its first request, and between a request and its answer.

use super::address::Stream;
use crate::registry::Registry;
use hyper::header::HeaderValue;
use std::future::Future;
use std::io;
use std::pin::Pin;
use tokio::io::{AsyncRead, AsyncWrite};

/// Makes a connection one that nobody else can read.
pub(super) trait Secure: Send + Sync {
    /// Exposes what it counts, in a registry that is served.
    fn expose(&self, registry: &Registry);

    fn handshake(&self, stream: Stream) -> Later<io::Result<Box<dyn Connection>>>;
}

/// Tells who may read.
pub(super) trait Authenticate: Send + Sync {
    fn check(&self, authorization: Option<&HeaderValue>) -> Later<Verdict>;
}

/// Whether a request may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "only features that check somebody make one")]
pub(super) enum Verdict {
    Yes,
    No,
    /// Too many others are being checked.
    Busy,
}

pub(crate) type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A connection of whatever kind.
pub(crate) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}
