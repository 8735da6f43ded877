use narthex_core::{Counter, MetricGroup};

#[derive(MetricGroup)]
struct Help {
    frames: Counter,
    ///
    bytes: Counter,
    #[metrics(help = " ")]
    errors: Counter,
}

fn main() {}
