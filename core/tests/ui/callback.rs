use narthex_core::{Counter, GaugeFn, MetricGroup};

fn heap() -> u32 {
    0
}

#[derive(MetricGroup)]
struct Callbacks {
    /// Without a function.
    missing: GaugeFn<u32>,
    /// With the wrong type.
    #[metrics(callback = heap)]
    wrong: GaugeFn<f64>,
    /// In a cell.
    #[metrics(callback = heap)]
    cell: Counter<u32>,
}

fn main() {}
