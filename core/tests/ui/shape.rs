use narthex_core::{Counter, Gauge, MetricGroup};

#[derive(MetricGroup)]
struct Tuple(Counter);

#[derive(MetricGroup)]
enum Either {
    Counter(Counter),
}

#[derive(MetricGroup)]
struct Generic<T> {
    /// Level.
    level: Gauge<T>,
}

fn main() {}
