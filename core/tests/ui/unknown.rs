use narthex_core::{ClosedLabels, Counter, LabelSet, MetricGroup};

#[derive(MetricGroup)]
#[metrics(name = "wifi")]
struct OnTheStruct {
    /// Frames.
    frames: Counter,
}

#[derive(MetricGroup)]
struct OnFields {
    /// Frames.
    #[metrics(bucket(1, 2))]
    frames: Counter,
    /// Bytes.
    #[metrics(name = "a", name = "b")]
    bytes: Counter,
    /// Nested.
    #[metrics(flatten, unit = "bytes")]
    nested: Counter,
    /// Prefixed.
    #[metrics(prefix = "a_")]
    prefixed: Counter,
}

#[derive(LabelSet)]
struct Request {
    #[metrics(name = "code")]
    status: u16,
}

#[derive(Clone, Copy, ClosedLabels)]
enum Method {
    #[metrics(label = "GET")]
    Get,
}

fn main() {}
