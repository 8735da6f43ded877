use super::device::Address;
use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::net::sockopt::{set_socket_keepalive, set_tcp_keepcnt, set_tcp_keepidle, set_tcp_keepintvl};
use rustix::termios::{ioctl_tiocexcl, ioctl_tiocnxcl};
use serial2_tokio::{SerialPort, Settings};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// A line to a device.
pub(super) struct Port {
    pub(super) stream: Box<dyn Stream>,
    /// Keeps other programs from a serial port.
    _lock: Option<Lock>,
}

/// How long a device may take to be connected to.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a TCP connection may be silent before the other side is asked whether it is still there, and how often it is
/// asked before the connection is given up: it may have lost its power.
const SILENCE: Duration = Duration::from_secs(15);
const ASKED: u32 = 3;

pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Port {
    pub(super) async fn open(address: &Address, baud: u32) -> io::Result<Self> {
        let connect = async {
            Ok(match address {
                Address::Serial(path) => Self::serial(path, baud).map_err(explain)?,
                Address::Unix(path) => Self { stream: Box::new(UnixStream::connect(path).await?), _lock: None },
                Address::Tcp(host) => Self { stream: Box::new(tcp(host).await?), _lock: None },
            })
        };
        tokio::time::timeout(PATIENCE, connect).await.unwrap_or_else(|_| {
            let text = format!("it did not answer within {} s", PATIENCE.as_secs());
            Err(io::Error::new(ErrorKind::TimedOut, text))
        })
    }

    fn serial(path: &Path, baud: u32) -> io::Result<Self> {
        // Two programs that read one port get half of the bytes each. Some ask for a lock on the file, and some for the
        // terminal alone.
        let lock = rustix::fs::open(
            path,
            OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        let port = SerialPort::open(path, |mut settings: Settings| {
            settings.set_raw();
            settings.set_baud_rate(baud)?;
            Ok(settings)
        })?;
        ioctl_tiocexcl(&lock)?;
        Ok(Self { stream: Box::new(port), _lock: Some(Lock(lock)) })
    }
}

/// What keeps other programs from a terminal. The file's lock ends with the file; the terminal's own would outlast it on a
/// pseudo-terminal whose other side stays open.
struct Lock(OwnedFd);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = ioctl_tiocnxcl(&self.0); // it is gone when the device is
    }
}

async fn tcp(host: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(host).await?;
    set_socket_keepalive(&stream, true)?;
    set_tcp_keepidle(&stream, SILENCE)?;
    set_tcp_keepintvl(&stream, SILENCE / ASKED)?;
    set_tcp_keepcnt(&stream, ASKED)?;
    Ok(stream)
}

fn explain(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::ResourceBusy | ErrorKind::WouldBlock => {
            io::Error::new(ErrorKind::ResourceBusy, "another program holds the port; stop that one")
        }
        ErrorKind::PermissionDenied => io::Error::new(
            ErrorKind::PermissionDenied,
            "no permission to use the port; become a member of the group that owns it (often dialout)",
        ),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::net::sockopt::{socket_keepalive, tcp_keepidle};

    #[test]
    fn a_silent_connection_is_asked_whether_it_is_still_there() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        let stream = runtime.block_on(tcp(&host)).unwrap();
        assert!(socket_keepalive(&stream).unwrap());
        assert_eq!(tcp_keepidle(&stream).unwrap(), SILENCE);
    }
}
