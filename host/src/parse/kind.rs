//! What each kind of family is made of in OpenMetrics text.

use narthex_core::Kind;

/// What a sample is to its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Value,
    Total,
    Created,
    Info,
    State,
    Quantile,
    Bucket,
    Sum,
    Count,
}

/// The endings of sample names, and what they say (OpenMetrics 1.0, "Suffixes").
pub(super) fn parts(kind: Kind) -> &'static [(&'static str, Part)] {
    match kind {
        Kind::Counter => &[("_total", Part::Total), ("_created", Part::Created)],
        Kind::Histogram => {
            &[("_bucket", Part::Bucket), ("_count", Part::Count), ("_sum", Part::Sum), ("_created", Part::Created)]
        }
        Kind::GaugeHistogram => &[("_bucket", Part::Bucket), ("_gcount", Part::Count), ("_gsum", Part::Sum)],
        Kind::Summary => {
            &[("", Part::Quantile), ("_count", Part::Count), ("_sum", Part::Sum), ("_created", Part::Created)]
        }
        Kind::Info => &[("_info", Part::Info)],
        Kind::StateSet => &[("", Part::State)],
        _ => &[("", Part::Value)],
    }
}

/// The kind of a `TYPE` line.
pub(super) fn kind(word: &str) -> Option<Kind> {
    Some(match word {
        "counter" => Kind::Counter,
        "gauge" => Kind::Gauge,
        "histogram" => Kind::Histogram,
        "gaugehistogram" => Kind::GaugeHistogram,
        "summary" => Kind::Summary,
        "info" => Kind::Info,
        "stateset" => Kind::StateSet,
        "unknown" => Kind::Unknown,
        _ => return None,
    })
}

/// Whether a family of this kind has the name that its own makes with `ending`. Its own it always has.
pub(super) fn takes(kind: Kind, ending: &str) -> bool {
    ending.is_empty() || parts(kind).iter().any(|(own, _)| *own == ending)
}
