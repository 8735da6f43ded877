use narthex_core::{ClosedLabels, Counter, Family, Gauge, Histogram, LabelSet, MetricGroup, StateSet, Table};

#[derive(MetricGroup)]
#[metrics(namespace = "radio")]
pub struct Radio {
    /// Messages sent, by topic.
    pub sent: Family<Sent<'static>, Counter, 3>,
    /// Signal strength of the last frame.
    #[metrics(unit = "dbm")]
    pub rssi: Gauge<i32>,
    /// Disconnects by reason.
    pub disconnects: Table<Disconnect, Counter>,
    /// Time from a frame to its acknowledgement.
    #[metrics(unit = "seconds", scale = -6, buckets(200, 500, 1_000, 2_000, 5_000))]
    pub ack_latency: Histogram<AckLatency>, // counted in microseconds
    /// State of the link.
    pub link: StateSet<Link>,
}

/// Topics come from the configuration, so they are not known here.
#[derive(LabelSet)]
pub struct Sent<'a> {
    pub topic: &'a str,
    pub retry: bool,
}

#[derive(Clone, Copy, ClosedLabels)]
#[metrics(label = "reason")]
pub enum Disconnect {
    BeaconTimeout,
    AuthFailed,
    Requested,
}

#[derive(Clone, Copy, ClosedLabels)]
pub enum Link {
    Down,
    Joining,
    Up,
}
