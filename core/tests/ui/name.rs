use narthex_core::{Counter, Gauge, MetricGroup};

#[derive(MetricGroup)]
#[metrics(namespace = "wifi")]
struct Characters {
    /// Frames.
    #[metrics(name = "frames-sent")]
    frames: Counter,
    /// A field's own name can be wrong too.
    größe: Gauge,
}

#[derive(MetricGroup)]
struct Start {
    /// Frames.
    #[metrics(name = "2nd")]
    second: Counter,
    /// Nothing.
    #[metrics(name = "")]
    nothing: Counter,
    /// Nothing is left: an encoder adds `_total`.
    #[metrics(name = "_total")]
    total: Counter,
}

fn main() {}
