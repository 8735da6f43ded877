//! Firmware that sends its metrics over an emulated serial line.

use crate::board::{self, Board};
use crate::emulator::Emulator;
use crate::qemu;
use anyhow::{Result, bail};
use narthex_core::frame::{Assembly, Deframer, FrameError, Step};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a board may take to start, and to give a page.
const PATIENCE: Duration = Duration::from_secs(60);

/// Builds the firmware for a board; answers its ELF.
pub fn build(board: &Board) -> Result<PathBuf> {
    let (package, binary) = match board.package {
        "sensor-riscv" => ("serial-riscv", "serial-riscv".into()),
        _ => ("serial-cortex-m", format!("serial-{}", board.name)),
    };
    qemu::build(board, "embedded-examples", package, &binary)
}

/// Starts the firmware on a board; answers the line to it, over which the first page has come.
pub fn start(board: &Board, elf: &Path) -> Result<(Emulator, Line)> {
    static STARTED: AtomicU32 = AtomicU32::new(0);
    let unique = format!("narthex-line-{}-{}", std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
    let socket = std::env::temp_dir().join(unique);
    let emulator = start_on(board, elf, &format!("unix:{},server=on,wait=on", socket.display()))?;
    let mut line = Line::socket(&socket)?;
    std::fs::remove_file(&socket)?; // a line stays connected without it
    line.next_snapshot()?;
    Ok((emulator, line))
}

/// Starts the firmware on a board whose line is a terminal; answers that.
pub fn start_on_terminal(board: &Board, elf: &Path) -> Result<(Emulator, PathBuf)> {
    let emulator = start_on(board, elf, "pty")?;
    let terminal = emulator.terminal()?;
    Ok((emulator, terminal))
}

/// Starts the firmware on a board whose line is this character device of QEMU.
pub fn start_on(board: &Board, elf: &Path, device: &str) -> Result<Emulator> {
    Emulator::start(board.qemu().args(["-serial", device, "-kernel"]).arg(elf))
}

/// `cargo xtask qemu serial [BOARD]`: runs until somebody ends it.
pub fn serve(arguments: &[&str]) -> Result<()> {
    let board = match arguments {
        [] => Board::named("lm3s6965evb")?,
        [board] => Board::named(board)?,
        _ => bail!("usage: cargo xtask qemu serial [BOARD]; there are\n{}", board::list()),
    };
    let (mut emulator, terminal) = start_on_terminal(board, &build(board)?)?;
    let terminal = terminal.display();
    println!(
        "{} runs until Ctrl-C; its line is {terminal}. In another terminal:\n\n    \
         screen {terminal}            then type m and Enter for metrics\n    \
         narthex relay {terminal}     serves them at http://127.0.0.1:9101/metrics",
        board.name
    );
    while emulator.is_running()? {
        thread::sleep(Duration::from_millis(100));
    }
    bail!("QEMU has ended")
}

/// What the firmware says to lines that ask for nothing that there is.
pub const HELP: &str = "# send m for metrics, f for frames\r\n";

/// A line to a board that runs.
pub struct Line {
    writer: Box<dyn Write>,
    /// From a thread that reads all the time.
    chunks: Receiver<Vec<u8>>,
    chunk: std::vec::IntoIter<u8>,
    pub reader: Reader,
}

impl Line {
    /// To a Unix socket that QEMU has opened or is about to.
    fn socket(path: &Path) -> Result<Self> {
        let start = Instant::now();
        let stream = loop {
            match UnixStream::connect(path) {
                Ok(stream) => break stream,
                Err(error) if start.elapsed() > PATIENCE => bail!("{}: {error}", path.display()),
                Err(_) => thread::sleep(Duration::from_millis(5)),
            }
        };
        Ok(Self::new(stream.try_clone()?, stream))
    }

    /// To a terminal, as a program opens it that knows nothing of terminals.
    pub fn terminal(path: &Path) -> Result<Self> {
        let terminal = File::options().read(true).write(true).open(path)?;
        Ok(Self::new(terminal.try_clone()?, terminal))
    }

    fn new(mut reader: impl Read + Send + 'static, writer: impl Write + 'static) -> Self {
        let (sender, chunks) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(len @ 1..) = reader.read(&mut buffer)
                && sender.send(buffer[..len].to_vec()).is_ok()
            {}
        });
        Self { writer: Box::new(writer), chunks, chunk: Vec::new().into_iter(), reader: Reader::default() }
    }

    /// Sends bytes to the board.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.writer.write_all(bytes)?)
    }

    /// Everything that comes until the board has been silent for so long.
    pub fn until_silent(&mut self, silence: Duration) -> Vec<u8> {
        let mut all: Vec<u8> = self.chunk.by_ref().collect();
        while let Ok(chunk) = self.chunks.recv_timeout(silence) {
            all.extend(chunk);
        }
        all
    }

    /// Asks for text; answers the page.
    pub fn page(&mut self) -> Result<String> {
        self.send(b"m\n")?;
        let (mut all, end) = (Vec::new(), Instant::now() + PATIENCE);
        loop {
            all.push(self.byte(end)?);
            if let Some(page) = page(&all) {
                return Ok(page.into());
            }
        }
    }

    /// Asks for frames; answers the page in the next ones that come.
    pub fn snapshot(&mut self) -> Result<String> {
        self.send(b"f\n")?;
        self.next_snapshot()
    }

    /// The next page that comes in frames.
    pub fn next_snapshot(&mut self) -> Result<String> {
        let end = Instant::now() + PATIENCE;
        loop {
            let byte = self.byte(end)?;
            if let Some(page) = self.reader.push(byte) {
                return Ok(page);
            }
        }
    }

    fn byte(&mut self, end: Instant) -> Result<u8> {
        loop {
            if let Some(byte) = self.chunk.next() {
                return Ok(byte);
            }
            self.chunk = match self.chunks.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(chunk) => chunk.into_iter(),
                Err(RecvTimeoutError::Timeout) => bail!("no page within {} s", PATIENCE.as_secs()),
                Err(RecvTimeoutError::Disconnected) => bail!("the board is gone"),
            };
        }
    }
}

/// The page that ends here, when one does. There may be frames and [`HELP`] in front of it.
fn page(all: &[u8]) -> Option<&str> {
    const END: &[u8] = b"# EOF\n";
    let since_frames = all.ends_with(END).then(|| all.rsplit(|byte| *byte == 0).next())??;
    let page = std::str::from_utf8(since_frames).ok()?.trim_start_matches(HELP);
    page.starts_with("# HELP ").then_some(page)
}

/// Puts what comes over a line together to pages.
#[derive(Default)]
pub struct Reader {
    deframer: Deframer,
    assembly: Assembly,
    page: Vec<u8>,
    /// What was no frame.
    pub errors: Vec<FrameError>,
    /// How many pages were begun and dropped.
    pub lost: usize,
}

impl Reader {
    /// The next byte; answers a page that is whole with it.
    pub fn push(&mut self, byte: u8) -> Option<String> {
        let frame = match self.deframer.push(byte)? {
            Ok(frame) => frame,
            Err(error) => {
                self.errors.push(error);
                return None;
            }
        };
        let progress = self.assembly.take(&frame);
        match progress.step {
            Step::Start(data) => self.page = data.to_vec(),
            Step::Append(data) => self.page.extend(data),
            Step::Skip => {}
        }
        self.lost += usize::from(progress.lost);
        progress.complete.then(|| String::from_utf8_lossy(&self.page).into_owned())
    }
}
