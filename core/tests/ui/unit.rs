use narthex_core::{ClosedLabels, Gauge, MetricGroup, StateSet};

#[derive(Clone, Copy, ClosedLabels)]
enum Link {
    Down,
    Up,
}

#[derive(MetricGroup)]
struct Unit {
    /// Speed.
    #[metrics(unit = "m/s")]
    speed: Gauge,
    /// Link.
    #[metrics(unit = "volts")]
    link: StateSet<Link>,
    /// Number.
    #[metrics(unit = "")]
    number: Gauge,
}

fn main() {}
