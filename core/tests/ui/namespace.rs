use narthex_core::{Counter, MetricGroup};

#[derive(MetricGroup)]
#[metrics(namespace = "wi-fi", subsystem = "tx")]
struct Namespace {
    /// Frames.
    frames: Counter,
    /// Bytes.
    bytes: Counter,
}

#[derive(MetricGroup)]
#[metrics(namespace = "wifi", subsystem = "5 GHz")]
struct Subsystem {
    /// Frames.
    frames: Counter,
}

#[derive(MetricGroup)]
struct Nested {
    #[metrics(flatten, prefix = "radio 0")]
    wifi: Namespace,
}

fn main() {}
