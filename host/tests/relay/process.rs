//! The program, and devices for it.

use crate::client;
use narthex::{Collect, Exposition, frame::Framer, parse_openmetrics, sample_value};
use rustix::ioctl::{Getter, Opcode, ioctl, opcode};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::ffi::c_int;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::SocketAddr;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until there is an answer.
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// An empty directory for this test.
pub fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("relay").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// `narthex relay`, which ends with the test.
pub struct Relay {
    pub child: Running,
    pub addr: SocketAddr,
    log: Receiver<String>,
}

impl Relay {
    pub fn start(args: &[&str]) -> Self {
        let mut child = command().args(args).args(["--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (to, log) = channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| to.send(line)));
        let first = log.recv_timeout(PATIENCE).unwrap();
        let addr = first.strip_prefix("metrics: http://").and_then(|rest| rest.strip_suffix("/metrics"));
        let addr = addr.unwrap_or_else(|| panic!("the relay said {first:?}")).parse().unwrap();
        Self { child: Running(child), addr, log }
    }

    /// Asks it to end, and waits for that.
    pub fn ends(mut self, signal: Signal) {
        kill_process(Pid::from_child(&self.child.0), signal).unwrap();
        let status = wait_for("the end", || self.child.0.try_wait().unwrap());
        assert!(status.success(), "{status}");
    }

    /// The page, which has to be strict OpenMetrics.
    pub fn page(&self) -> Exposition {
        let accept = "Accept: application/openmetrics-text;version=1.0.0\r\n";
        let text = client::get(self.addr, "/metrics", accept).text();
        parse_openmetrics(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        sample_value(&self.page(), name, labels)
    }

    /// A value of the relay itself about a device.
    pub fn about(&self, name: &str, device: &str) -> f64 {
        self.value(&format!("narthex_relay_{name}"), &[("device", device)]).unwrap_or(f64::NAN)
    }

    pub fn errors(&self, device: &str, reason: &str) -> f64 {
        self.value("narthex_relay_errors_total", &[("device", device), ("reason", reason)]).unwrap()
    }

    pub fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        wait_for(what, || holds(self).then_some(()));
    }

    /// Waits for a line that says this.
    pub fn says(&self, what: &str) -> String {
        let mut said = Vec::new();
        loop {
            match self.log.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(what) => return line,
                Ok(line) => said.push(line),
                Err(_) => panic!("nobody said {what:?}, but {said:?}"),
            }
        }
    }
}

/// A process that ends with the test.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_narthex"));
    command.arg("relay");
    command
}

/// A device behind a Unix socket.
pub struct Socket {
    listener: UnixListener,
    pub address: String,
}

impl Socket {
    pub fn new(directory: &Path, name: &str) -> Self {
        let path = directory.join(name);
        let _ = fs::remove_file(&path);
        Self { listener: UnixListener::bind(&path).unwrap(), address: format!("unix:{}", path.display()) }
    }

    pub fn accept(&self) -> UnixStream {
        self.listener.accept().unwrap().0
    }
}

/// A device behind a pseudo-terminal, which a link names, as udev names an adapter.
pub struct Pty {
    pub line: File,
    pub link: PathBuf,
}

impl Pty {
    pub fn plugged(directory: &Path, name: &str) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let link = directory.join(name);
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(path, &link).unwrap();
        Self { line: File::from(master), link }
    }

    pub fn address(&self) -> &str {
        self.link.to_str().unwrap()
    }

    /// Whether it can be opened once only; not to be seen as a refusal by who may do everything.
    #[expect(unsafe_code, reason = "no crate has this request")]
    pub fn is_exclusive(&self) -> bool {
        let file = match File::open(&self.link) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::ResourceBusy => return true,
            Err(error) => panic!("{error}"),
        };
        const TIOCGEXCL: Opcode = opcode::read::<c_int>(b'T', 0x40);
        // SAFETY: the request writes an int, and nothing else.
        let request = unsafe { Getter::<TIOCGEXCL, c_int>::new() };
        // SAFETY: as above.
        let exclusive = unsafe { ioctl(file, request) };
        exclusive.unwrap() != 0
    }

    pub fn unplug(self) {
        fs::remove_file(&self.link).unwrap();
    }
}

pub fn send(line: &mut impl Write, framer: &mut Framer, metrics: &dyn Collect) {
    line.write_all(&framed(framer, metrics)).unwrap();
}

pub fn framed(framer: &mut Framer, metrics: &dyn Collect) -> Vec<u8> {
    let mut bytes = vec![0; 1 << 20];
    let mut rest = &mut bytes[..];
    framer.snapshot(metrics, &mut rest).unwrap();
    let left = rest.len();
    bytes.truncate((1 << 20) - left);
    bytes
}
