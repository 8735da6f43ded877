use narthex_core::{Counter, Histogram, MetricGroup};

#[derive(MetricGroup)]
struct Order {
    /// Not in order.
    #[metrics(buckets(1, 10, 5, 100))]
    order: Histogram<A>,
    /// Twice the same.
    #[metrics(buckets(0.5, 0.5))]
    twice: Histogram<B>,
}

#[derive(MetricGroup)]
struct Literals {
    /// None.
    #[metrics(buckets())]
    none: Histogram<C>,
    /// Mixed.
    #[metrics(buckets(0.1, 1))]
    mixed: Histogram<D>,
    /// Suffixes.
    #[metrics(buckets(1u32, 2u64))]
    suffixes: Histogram<E>,
    /// Small.
    #[metrics(buckets(1u8, 2))]
    small: Histogram<F>,
    /// Large.
    #[metrics(buckets(1, 5_000_000_000))]
    large: Histogram<G>,
    /// Formula.
    #[metrics(buckets(1, 2 * 3))]
    formula: Histogram<H>,
    /// No histogram.
    #[metrics(buckets(1, 2))]
    counter: Counter,
}

fn main() {}
