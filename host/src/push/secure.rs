//! What stands between a connection and the first request on it.

pub(super) use crate::http::secure::{Connection, Later};

use crate::error::Error;
use std::fmt::Debug;
use std::io;
use tokio::net::TcpStream;

/// Makes a connection one that nobody else can read.
pub(super) type Handshake = Box<dyn FnOnce(TcpStream) -> Later<io::Result<Box<dyn Connection>>> + Send>;

pub(super) trait Secure: Debug + Send + Sync {
    /// What it takes for one connection.
    fn handshake(&self) -> Later<Result<Handshake, Error>>;
}
