use narthex_core::{Counter, Family, Gauge, Histogram, MetricGroup};

#[derive(MetricGroup)]
struct Collisions {
    /// Sizes.
    #[metrics(buckets(1, 2))]
    size: Histogram<Size>,
    /// The histogram writes this.
    size_count: Gauge,
    /// Requests.
    #[metrics(labels("path"))]
    requests: Family<[&'static str; 1], Counter, 4>,
    /// The family writes this when it is full.
    requests_refused: Counter,
    /// The same.
    #[metrics(name = "size")]
    again: Gauge,
}

fn main() {}
