use super::reader::Bad;
use crate::error::Error;
use crate::registry::Registry;
use crate::runtime::{GrowingFamily, Handle};
use narthex_core::Counter;
use narthex_core::frame::FrameError;

/// What the relay counts of its devices.
pub(super) struct Metrics {
    bytes: OfDevice,
    frames: OfDevice,
    snapshots: OfDevice,
    resyncs: OfDevice,
    connections: OfDevice,
    errors: GrowingFamily<[&'static str; 2], Counter>,
}

type OfDevice = GrowingFamily<[&'static str; 1], Counter>;

/// What the relay counts of one device.
pub(super) struct Counts {
    pub(super) bytes: Handle<Counter>,
    pub(super) frames: Handle<Counter>,
    pub(super) snapshots: Handle<Counter>,
    pub(super) resyncs: Handle<Counter>,
    pub(super) connections: Handle<Counter>,
    errors: [Handle<Counter>; REASONS.len()],
}

/// Why something was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    FrameTooLong,
    FrameEncoding,
    FrameTooShort,
    FrameCheck,
    FrameVersion,
    SnapshotTooLong,
    Parse,
    Conflict,
    Open,
    Io,
}

/// In the order of [`Reason`].
const REASONS: [&str; 10] = [
    "frame_too_long",
    "frame_encoding",
    "frame_too_short",
    "frame_check",
    "frame_version",
    "snapshot_too_long",
    "parse",
    "conflict",
    "open",
    "io",
];

impl Metrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, Error> {
        let counter = |name, help| registry.counter(name, help).labels(["device"]).register();
        Ok(Self {
            bytes: counter("narthex_relay_received_bytes_total", "Bytes that came from the device.")?,
            frames: counter("narthex_relay_frames_total", "Whole frames that came from the device.")?,
            snapshots: counter("narthex_relay_snapshots_total", "Snapshots of the device that were taken.")?,
            resyncs: counter("narthex_relay_resyncs_total", "Snapshots of the device that were dropped half-way.")?,
            connections: counter("narthex_relay_connections_total", "Times that the device was connected to.")?,
            errors: registry
                .counter("narthex_relay_errors_total", "What went wrong with the device.")
                .labels(["device", "reason"])
                .register()?,
        })
    }

    /// Those of a device, exposed from now on.
    pub(super) fn of(&self, device: &str) -> Counts {
        Counts {
            bytes: self.bytes.get([device]),
            frames: self.frames.get([device]),
            snapshots: self.snapshots.get([device]),
            resyncs: self.resyncs.get([device]),
            connections: self.connections.get([device]),
            errors: REASONS.map(|reason| self.errors.get([device, reason])),
        }
    }
}

impl Counts {
    pub(super) fn error(&self, reason: Reason) {
        self.errors[reason as usize].inc();
    }

    pub(super) fn errors(&self) -> u64 {
        self.errors.iter().map(|counter| counter.value()).sum()
    }
}

impl From<Bad> for Reason {
    fn from(bad: Bad) -> Self {
        match bad {
            Bad::TooLong => Self::SnapshotTooLong,
            Bad::Frame(FrameError::TooLong) => Self::FrameTooLong,
            Bad::Frame(FrameError::TooShort) => Self::FrameTooShort,
            Bad::Frame(FrameError::Check) => Self::FrameCheck,
            Bad::Frame(FrameError::Version(_)) => Self::FrameVersion,
            Bad::Frame(_) => Self::FrameEncoding,
        }
    }
}
