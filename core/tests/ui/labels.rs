use narthex_core::{ClosedLabels, Counter, Family, Histogram, LabelSet, MetricGroup, Table};

#[derive(Clone, Copy, ClosedLabels)]
enum Method {
    Get,
}

#[derive(MetricGroup)]
struct Names {
    /// A character that is not allowed.
    #[metrics(labels("method", "http-status"))]
    character: Family<[&'static str; 2], Counter, 4>,
    /// Reserved for Prometheus.
    #[metrics(labels("__name__"))]
    reserved: Family<[&'static str; 1], Counter, 4>,
    /// Twice.
    #[metrics(labels("method", "path", "method"))]
    twice: Family<[&'static str; 3], Counter, 4>,
    /// Written by the histogram.
    #[metrics(labels("path", "le"), buckets(1))]
    bucket: Family<[&'static str; 2], Histogram<Size>, 4>,
    /// Too few.
    #[metrics(labels("method"))]
    few: Family<[&'static str; 2], Counter, 4>,
    /// None.
    none: Family<[&'static str; 2], Counter, 4>,
    /// Named twice over.
    #[metrics(labels("method"))]
    named: Table<Method, Counter>,
    /// No labels.
    #[metrics(labels("method"))]
    plain: Counter,
}

#[derive(LabelSet)]
struct Request<'a> {
    #[metrics(label = "request-path")]
    path: &'a str,
    #[metrics(label = "status")]
    code: u16,
    status: u16,
}

#[derive(Clone, Copy, ClosedLabels)]
#[metrics(label = "0")]
enum Digit {
    One,
}

fn main() {}
