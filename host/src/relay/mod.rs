//! Metrics of devices on serial lines, served as one page: what `narthex relay` is made of.
//!
//! A device sends snapshots of its metrics, in [frames](narthex_core::frame) or as plain text. A [`Relay`] reads any number
//! of them, checks and parses what they send, and exposes the union: every series gets a label `device`, and a series
//! that has one already keeps it as `exported_device`.
//!
//! ```no_run
//! use narthex::relay::{Options, Relay};
//! use narthex::start_http_server;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let devices = vec!["/dev/ttyACM0".parse()?, "kitchen=/dev/ttyACM1".parse()?];
//! let relay = Relay::new(devices, Options::default())?;
//! let server = start_http_server("127.0.0.1:9101".parse()?, relay.registry().clone())?;
//! println!("metrics: http://{}/metrics", server.local_addr());
//!
//! tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(relay.run());
//! # Ok(())
//! # }
//! ```
//!
//! # What is served
//!
//! * A snapshot is served when it came whole and obeys every rule of OpenMetrics, until the next one, or until it is older
//!   than [`Options::stale_after`]: then the device's series leave the page, and `narthex_relay_up` is 0.
//! * A name is one thing on a page. A family that another device has with another type or unit, or whose samples are called
//!   like those of another family, is not served; the rest of its snapshot is. Nor is a family that begins with `narthex_`,
//!   or what [`Exposition`](crate::Exposition) leaves out.
//! * A counter that begins again at zero, because its device did, is passed on as it is: that is how Prometheus sees a
//!   restart.
//!
//! # What is counted
//!
//! | | |
//! | --- | --- |
//! | `narthex_relay_up` | 1 while a fresh snapshot is served |
//! | `narthex_relay_snapshot_age_seconds` | since the last snapshot; nothing before the first |
//! | `narthex_relay_series`, `…_withheld_series` | series of a fresh snapshot that are served, and that are not |
//! | `narthex_relay_snapshots_total`, `…_frames_total`, `…_received_bytes_total` | what came |
//! | `narthex_relay_resyncs_total` | snapshots that were dropped half-way |
//! | `narthex_relay_connections_total` | times that the device was connected to |
//! | `narthex_relay_errors_total` | by `reason`: `frame_…`, `snapshot_too_long`, `parse`, `conflict`, `open`, `io` |

mod device;
mod fleet;
mod metrics;
mod names;
mod port;
mod reader;
mod run;
#[cfg(test)]
mod tests;
mod view;

pub use device::Device;

use crate::error::Error;
use crate::registry::Registry;
use fleet::Fleet;
use metrics::Metrics;
use run::Line;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use view::View;

/// How devices are read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether they send plain text instead of frames. Plain text has no check: a byte that was changed on the way may be
    /// taken for a value.
    pub plain: bool,
    /// How often to ask for a snapshot; frames also come unasked, so that they need not be asked for.
    pub every: Option<Duration>,
    /// The speed of serial ports, in bits per second.
    pub baud: u32,
    /// How old a snapshot may be.
    pub stale_after: Duration,
    /// The most bytes that a snapshot may have.
    pub max_snapshot: usize,
}

impl Default for Options {
    /// Frames, not asked for, at 115,200 bits per second, for 30 s, up to 1 MiB.
    fn default() -> Self {
        Self { plain: false, every: None, baud: 115_200, stale_after: Duration::from_secs(30), max_snapshot: 1 << 20 }
    }
}

/// Reads devices, and exposes what they send.
pub struct Relay {
    registry: Registry,
    fleet: Arc<Mutex<Fleet>>,
    lines: Vec<Arc<Line>>,
    options: Options,
}

/// A device at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Status {
    /// The name.
    pub device: String,
    /// Whether a fresh snapshot is served.
    pub up: bool,
    /// Since the last snapshot.
    pub age: Option<Duration>,
    /// How many series are served.
    pub series: usize,
    /// How many whole frames came.
    pub frames: u64,
    /// How many snapshots were taken.
    pub snapshots: u64,
    /// How much went wrong.
    pub errors: u64,
    /// What went wrong last.
    pub last_error: Option<String>,
}

impl Relay {
    /// A relay for these devices. Nothing is read before it [`run`](Self::run)s.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Device`](crate::ErrorKind::Device) when two devices have one name or one place.
    pub fn new(devices: Vec<Device>, options: Options) -> Result<Self, Error> {
        device::check(&devices)?;
        let registry = Registry::new();
        let metrics = Metrics::register(&registry)?;
        let fleet = Fleet::new(devices.iter().map(Device::name), options.stale_after);
        let fleet = Arc::new(Mutex::new(fleet));
        let source = Arc::clone(&fleet);
        registry.register_source(move || {
            let shown = lock(&source).shown(Instant::now());
            Ok(View::new(shown))
        });
        let lines = devices.into_iter().enumerate().map(|(number, device)| {
            let counts = metrics.of(device.name());
            Arc::new(Line::new(number, device, counts, Arc::clone(&fleet), options.clone()))
        });
        Ok(Self { registry, lines: lines.collect(), fleet, options })
    }

    /// What is exposed: to be served, or pushed.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Reads the devices for ever, in the Tokio runtime that it is called in; it opens again what was closed.
    pub async fn run(&self) {
        let tasks: Vec<_> = self.lines.iter().map(|line| tokio::spawn(run::run(Arc::clone(line)))).collect();
        let _abort = Abort(tasks.iter().map(|task| task.abort_handle()).collect());
        for task in tasks {
            let _ = task.await;
        }
        std::future::pending().await // without devices
    }

    /// Every device as it is now.
    pub fn status(&self) -> Vec<Status> {
        let shown = lock(&self.fleet).shown(Instant::now());
        let devices = shown.iter().zip(&self.lines);
        devices
            .map(|(shown, line)| Status {
                device: shown.name.to_string(),
                up: shown.is_up(),
                age: shown.age,
                series: shown.series(),
                frames: line.counts().frames.value(),
                snapshots: line.counts().snapshots.value(),
                errors: line.counts().errors(),
                last_error: line.last_error(),
            })
            .collect()
    }

    /// What is read, and how.
    pub fn options(&self) -> &Options {
        &self.options
    }
}

/// Ends tasks that nobody waits for any more.
struct Abort(Vec<tokio::task::AbortHandle>);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.iter().for_each(|task| task.abort());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
