use super::device::Address;
use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::termios::ioctl_tiocexcl;
use serial2_tokio::{SerialPort, Settings};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::path::Path;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// A line to a device.
pub(super) struct Port {
    pub(super) stream: Box<dyn Stream>,
    /// Keeps other programs from a serial port.
    _lock: Option<OwnedFd>,
}

pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Port {
    pub(super) async fn open(address: &Address, baud: u32) -> io::Result<Self> {
        Ok(match address {
            Address::Serial(path) => Self::serial(path, baud).map_err(explain)?,
            Address::Unix(path) => Self { stream: Box::new(UnixStream::connect(path).await?), _lock: None },
            Address::Tcp(host) => Self { stream: Box::new(TcpStream::connect(host).await?), _lock: None },
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
        Ok(Self { stream: Box::new(port), _lock: Some(lock) })
    }
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
