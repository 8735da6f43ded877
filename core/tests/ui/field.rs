use narthex_core::{Counter, MetricGroup};

#[derive(MetricGroup)]
struct Plain {
    /// Not a metric.
    number: u32,
}

#[derive(MetricGroup)]
struct Inner {
    /// Frames.
    frames: Counter,
}

#[derive(MetricGroup)]
struct Outer {
    /// A group, not flattened.
    inner: Inner,
}

fn main() {}
