use narthex_core::{ClosedLabels, Counter, Gauge, MetricGroup, Table};

#[derive(MetricGroup)]
#[metrics(namespace = "sensor")]
pub struct Sensor {
    /// Temperature of the air.
    #[metrics(unit = "celsius", scale = -3)]
    pub temperature: Gauge<i32>, // kept in thousandths of a degree
    /// Readings by outcome.
    pub readings: Table<Reading, Counter>,
}

#[derive(Clone, Copy, ClosedLabels)]
#[metrics(label = "outcome")]
pub enum Reading {
    Good,
    Timeout,
}
