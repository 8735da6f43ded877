use narthex_core::{Counter, Gauge, GaugeFn, Info, MetricGroup};

#[derive(MetricGroup)]
#[metrics(namespace = "system")]
pub struct System {
    /// Time since the node booted.
    #[metrics(unit = "seconds", scale = -3)]
    pub uptime: Counter<u32>, // in milliseconds
    /// What the node runs.
    #[metrics(labels("version", "board"))]
    pub firmware: Info<[&'static str; 2], 16>,
    /// What went wrong while booting.
    pub boot_errors: Counter<u32>,
    /// Jobs under way.
    pub jobs: Gauge<i32>,
    /// Memory that the metrics take.
    #[metrics(unit = "bytes", callback = metrics_size)]
    pub metrics: GaugeFn<u32>,
}

/// Rounded up to a kilobyte: the same on every target.
fn metrics_size() -> u32 {
    (size_of::<crate::Node>() as u32).next_multiple_of(1024)
}
