//! What stands between a connection and the first request on it.

pub(super) use crate::http::secure::{Connection, Later};

use std::fmt::Debug;
use std::io;
use tokio::net::TcpStream;

/// Makes a connection one that nobody else can read.
pub(super) trait Secure: Debug + Send + Sync {
    fn handshake(&self, stream: TcpStream) -> Later<io::Result<Box<dyn Connection>>>;
}
