use crate::error::{Error, ErrorKind};
use rustix::net::sockopt::set_socket_send_buffer_size;
use std::fmt;
use std::io::{self, ErrorKind as Io};
use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream as AsyncUnixStream};

/// Where to listen: a [`SocketAddr`], or the path of a Unix socket.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// Address and port.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

impl From<SocketAddr> for Address {
    fn from(addr: SocketAddr) -> Self {
        Self::Tcp(addr)
    }
}

impl From<&Path> for Address {
    fn from(path: &Path) -> Self {
        Self::Unix(path.into())
    }
}

impl From<PathBuf> for Address {
    fn from(path: PathBuf) -> Self {
        Self::Unix(path)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(addr) => addr.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

/// What accepts connections: a listener of tokio, for [`serve`](crate::serve).
#[derive(Debug)]
#[non_exhaustive]
pub enum Listener {
    /// On a network.
    Tcp(TcpListener),
    /// In the file system.
    Unix(UnixListener),
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::Tcp(listener)
    }
}

impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Self::Unix(listener)
    }
}

/// Of what is sent and not yet taken. The system alone lets it grow to megabytes, and tells only when a third of them is free
/// again: a reader that takes a megabyte in ten seconds would look like one that takes nothing.
const SEND_BUFFER: usize = 128 * 1024;

/// A connection.
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(AsyncUnixStream),
}

/// A listener that is in no runtime yet.
pub(super) enum Bound {
    Tcp(std::net::TcpListener),
    Unix(std::os::unix::net::UnixListener),
}

impl Bound {
    /// Listens.
    pub(super) fn at(address: &Address) -> Result<Self, Error> {
        let bound = match address {
            Address::Tcp(addr) => std::net::TcpListener::bind(addr).and_then(|listener| {
                listener.set_nonblocking(true)?;
                Ok(Self::Tcp(listener))
            }),
            Address::Unix(path) => {
                if is_left_over(path) {
                    let _ = std::fs::remove_file(path); // if that fails, the next line says why
                }
                std::os::unix::net::UnixListener::bind(path).and_then(|listener| {
                    listener.set_nonblocking(true)?;
                    Ok(Self::Unix(listener))
                })
            }
        };
        bound.map_err(|error| refused(address, error))
    }

    /// Where it listens.
    pub(super) fn address(&self) -> io::Result<Address> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(Address::Tcp),
            Self::Unix(listener) => {
                Ok(Address::Unix(listener.local_addr()?.as_pathname().unwrap_or(Path::new("")).into()))
            }
        }
    }

    /// In the runtime that this is called in.
    pub(super) fn listener(self) -> io::Result<Listener> {
        Ok(match self {
            Self::Tcp(listener) => Listener::Tcp(TcpListener::from_std(listener)?),
            Self::Unix(listener) => Listener::Unix(UnixListener::from_std(listener)?),
        })
    }
}

impl Listener {
    pub(super) async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                let _ = stream.set_nodelay(true);
                let _ = set_socket_send_buffer_size(&stream, SEND_BUFFER);
                Ok(Stream::Tcp(stream))
            }
            Self::Unix(listener) => listener.accept().await.map(|(stream, _)| Stream::Unix(stream)),
        }
    }
}

/// Whether this is a socket that nobody listens at any more.
fn is_left_over(path: &Path) -> bool {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket());
    is_socket && UnixStream::connect(path).is_err_and(|error| error.kind() == Io::ConnectionRefused)
}

fn refused(address: &Address, error: io::Error) -> Error {
    let (kind, text) = match (address, error.kind()) {
        (Address::Tcp(addr), Io::AddrInUse) => {
            let text = format!("port {} of {} is in use by another server; choose another one", addr.port(), addr.ip());
            (ErrorKind::AddressInUse, text)
        }
        (Address::Tcp(addr), Io::AddrNotAvailable) => {
            let text = format!("{} is not an address of this machine; use one, 127.0.0.1 say", addr.ip());
            (ErrorKind::Address, text)
        }
        (Address::Tcp(addr), Io::PermissionDenied) => {
            let text = format!("no permission to listen at port {}; choose one above 1023", addr.port());
            (ErrorKind::Address, text)
        }
        (Address::Unix(path), Io::AddrInUse) => {
            let text = format!("{} is in use by another server, or no socket; choose another path", path.display());
            (ErrorKind::AddressInUse, text)
        }
        _ => (ErrorKind::Address, format!("cannot listen at {address}")),
    };
    Error::new(kind, text).with_source(error)
}
