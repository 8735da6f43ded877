use super::device::{Address, Device};
use super::fleet::Fleet;
use super::metrics::{Counts, Reason};
use super::port::{Port, Stream};
use super::reader::{Bad, Found, Reader};
use super::{Options, lock};
use crate::parse::parse_openmetrics;
use narthex_core::frame::FrameError;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Interval, MissedTickBehavior};

/// The line to one device.
pub(super) struct Line {
    number: usize,
    device: Device,
    counts: Counts,
    fleet: Arc<Mutex<Fleet>>,
    options: Options,
    last_error: Mutex<Option<String>>,
}

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Requests that follow each other faster reach no device.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);
/// How long a device may take to take a request.
const REQUEST_PATIENCE: Duration = Duration::from_secs(5);

/// Reads a device for ever.
pub(super) async fn run(line: Arc<Line>) {
    let mut wait = FIRST_WAIT;
    loop {
        let before = line.counts.snapshots.value();
        match Port::open(&line.device.address, line.options.baud).await {
            Ok(port) => {
                line.counts.connections.inc();
                let error = line.read(port).await;
                line.error(Reason::Io, &format_args!("{}: {error}", line.device.address));
            }
            Err(error) => line.error(Reason::Open, &format_args!("cannot open {}: {error}", line.device.address)),
        }
        if line.counts.snapshots.value() > before {
            wait = FIRST_WAIT;
        }
        wait = match pause(&line.device.address, wait).await {
            Pause::Over => LONGEST_WAIT.min(wait * 2),
            Pause::PluggedIn => FIRST_WAIT,
        };
    }
}

/// How a pause ended.
enum Pause {
    Over,
    PluggedIn,
}

/// Waits, but no longer than until a device that was not there is plugged in.
async fn pause(address: &Address, wait: Duration) -> Pause {
    let over = Instant::now() + wait;
    let is_missing = !address.is_there();
    while Instant::now() < over {
        tokio::time::sleep(FIRST_WAIT).await;
        if is_missing && address.is_there() {
            return Pause::PluggedIn;
        }
    }
    Pause::Over
}

impl Line {
    pub(super) fn new(
        number: usize,
        device: Device,
        counts: Counts,
        fleet: Arc<Mutex<Fleet>>,
        options: Options,
    ) -> Self {
        Self { number, device, counts, fleet, options, last_error: Mutex::default() }
    }

    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(super) fn last_error(&self) -> Option<String> {
        lock(&self.last_error).clone()
    }

    /// Reads until the line ends, and answers why.
    async fn read(&self, mut port: Port) -> io::Error {
        let stream = &mut *port.stream;
        let mut reader = self.reader();
        let mut every = self.options.every.map(interval);
        let mut bytes = [0; 4096];
        loop {
            tokio::select! {
                read = stream.read(&mut bytes) => match read {
                    Ok(0) => return io::Error::new(io::ErrorKind::UnexpectedEof, "the other side has closed"),
                    Ok(count) => self.take(&mut reader, bytes.get(..count).unwrap_or_default(), Instant::now()),
                    Err(error) => return error,
                },
                () = due(&mut every) => if let Err(error) = self.ask(stream).await { return error },
            }
            tokio::task::yield_now().await; // one that never pauses leaves time for the others
        }
    }

    pub(super) fn reader(&self) -> Reader {
        let new = if self.options.plain { Reader::plain } else { Reader::framed };
        new(self.options.max_snapshot)
    }

    async fn ask(&self, stream: &mut dyn Stream) -> io::Result<()> {
        let request: &[u8] = if self.options.plain { b"m\n" } else { b"f\n" };
        tokio::time::timeout(REQUEST_PATIENCE, stream.write_all(request))
            .await
            .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "the device does not take a request")))
    }

    /// Takes what came.
    pub(super) fn take(&self, reader: &mut Reader, bytes: &[u8], now: Instant) {
        self.counts.bytes.inc_by(bytes.len() as u64);
        reader.take(bytes, &mut |found| match found {
            Found::Frame => self.counts.frames.inc(),
            Found::Lost => self.counts.resyncs.inc(),
            Found::Bad(bad) => match bad {
                Bad::Frame(error @ FrameError::TooLong) => {
                    self.error(bad.into(), &format_args!("{error}; if the device sends text, --plain reads it"));
                }
                Bad::Frame(error) => self.error(bad.into(), &error),
                Bad::TooLong => {
                    let limit = self.options.max_snapshot;
                    self.error(bad.into(), &format_args!("there is no end of a snapshot in {limit} bytes"));
                }
            },
            Found::Page(page) => self.page(page, now),
        });
    }

    fn page(&self, page: &[u8], now: Instant) {
        let text = match str::from_utf8(page) {
            Ok(text) => text,
            Err(error) => return self.error(Reason::Parse, &error),
        };
        match parse_openmetrics(text) {
            Ok(exposition) => {
                self.counts.snapshots.inc();
                for conflict in lock(&self.fleet).accept(self.number, exposition, now) {
                    self.error(Reason::Conflict, &conflict.0);
                }
            }
            Err(error) => self.error(Reason::Parse, &error),
        }
    }

    fn error(&self, reason: Reason, what: &dyn std::fmt::Display) {
        self.counts.error(reason);
        *lock(&self.last_error) = Some(what.to_string());
    }
}

fn interval(every: Duration) -> Interval {
    let mut interval = tokio::time::interval(every.max(SHORTEST_INTERVAL));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// When the next request is due; never without an interval.
async fn due(every: &mut Option<Interval>) {
    match every {
        Some(every) => drop(every.tick().await),
        None => std::future::pending().await,
    }
}
