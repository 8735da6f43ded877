use narthex_core::{Counter, Gauge, MetricGroup};

#[derive(MetricGroup)]
struct Range {
    /// Time.
    #[metrics(unit = "seconds", scale = -19)]
    time: Counter,
    /// Time.
    #[metrics(scale = 200)]
    length: Counter,
    /// Time.
    #[metrics(scale = 0.5)]
    half: Counter,
}

#[derive(MetricGroup)]
struct Float {
    /// Temperature.
    #[metrics(unit = "celsius", scale = -2)]
    temperature: Gauge<f32>,
}

fn main() {}
