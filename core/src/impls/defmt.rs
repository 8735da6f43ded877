//! `defmt::Format` for what a firmware author would print.

use crate::cell::{Bounds, Counter, Decrease, Gauge, Histogram, Observed, Summary, bounds::BoundsError};
use crate::collect::{CollectError, Stop};
use crate::desc::{Desc, Kind};
use crate::encode::{CursorError, EncodeError, WriteError};
use crate::family::{Family, Info, Refused, Series, StateSet, Table};
use crate::label::{ClosedLabels, LabelEnum, LabelSet, Labels};
use crate::name::{Invalid, LabelNames, Name, Rule};
use crate::number::{Number, Scalar};
use crate::point::{Point, Sample};
use defmt::{Format, Formatter, write};

/// Writes a list of formats as they come.
macro_rules! format {
    ($([$($generics:tt)*] $type:ty: |$this:ident, $f:ident| $body:expr;)*) => {$(
        impl<$($generics)*> Format for $type {
            fn format(&self, $f: Formatter<'_>) {
                let $this = self;
                $body
            }
        }
    )*};
}

format! {
    [] Number: |n, f| match *n {
        Number::U64(v) => v.format(f),
        Number::I64(v) => v.format(f),
        Number::F64(v, _) => v.format(f),
        Number::F32(v, _) => v.format(f),
    };

    [T: Scalar] Counter<T>: |c, f| write!(f, "Counter({})", c.value().number());
    [T: Scalar] Gauge<T>: |g, f| write!(f, "Gauge({})", g.value().number());
    [B: Bounds] Histogram<B>: |h, f| {
        let (counts, sum) = h.snapshot();
        write!(f, "Histogram {{ counts: {}, sum: {} }}", counts.as_ref(), sum.number());
    };
    [V: Observed] Summary<V>: |s, f| {
        let (count, sum) = s.snapshot();
        write!(f, "Summary {{ count: {}, sum: {} }}", count, sum.number());
    };
    [E: LabelEnum] StateSet<E>: |s, f| write!(f, "StateSet({})", s.state());
    [L: LabelSet, const TEXT: usize] Info<L, TEXT>: |i, f| {
        i.with(|values| write!(f, "Info({})", values)).unwrap_or_else(|| write!(f, "Info(not set)"));
    };
    [K: ClosedLabels, C: crate::cell::Cell + Format] Table<K, C>: |t, f| write!(f, "Table({})", t.cells());
    [L: LabelSet, C: crate::cell::Cell, const N: usize, const TEXT: usize] Family<L, C, N, TEXT>: |m, f| {
        write!(f, "Family {{ series: {}, capacity: {}, refused: {} }}", m.len(), N, m.refused());
    };
    [C: Format] Series<'_, C>: |s, f| write!(f, "Series {{ cell: {}, exposed: {} }}", **s, s.is_exposed());

    [] Name<'_>: |n, f| n.as_str().format(f);
    [] LabelNames<'_>: |n, f| n.as_slice().format(f);
    [] Labels<'_>: |l, f| {
        write!(f, "{{");
        l.iter().enumerate().for_each(|(n, (name, value))| match n {
            0 => write!(f, "{}={}", name, value),
            _ => write!(f, ", {}={}", name, value),
        });
        write!(f, "}}");
    };
    [] Kind: |k, f| match k {
        Kind::Counter => write!(f, "counter"),
        Kind::Gauge => write!(f, "gauge"),
        Kind::Histogram => write!(f, "histogram"),
        Kind::GaugeHistogram => write!(f, "gauge histogram"),
        Kind::Summary => write!(f, "summary"),
        Kind::Info => write!(f, "info"),
        Kind::StateSet => write!(f, "state set"),
        Kind::Unknown => write!(f, "unknown"),
    };
    [] Desc<'_>: |d, f| {
        write!(f, "{} ", d.kind());
        d.name().for_each(|part| write!(f, "{}", part));
        if d.scale() != 0 {
            write!(f, " (times 10^{})", d.scale()); // samples have the number that was counted
        }
    };
    [] Sample<'_>: |s, f| write!(f, "{} {}", s.labels, s.point);
    [] Point<'_>: |p, f| match p {
        Point::Number(value) => value.format(f),
        Point::Histogram { buckets, sum, .. } => write!(f, "buckets {}, sum {}", buckets, sum),
        Point::Summary { count, sum } => write!(f, "count {}, sum {}", count, sum),
        Point::Info => write!(f, "set"),
        Point::StateSet { states, active } => write!(f, "{}", states.get(*active).copied().unwrap_or_default()),
    };

    [] Rule: |r, f| r.as_str().format(f);
    [] Invalid<'_>: |i, f| write!(f, "\"{}\": {}", i.text, i.rule);
    [] Decrease: |d, f| write!(f, "a counter can only be incremented by zero or more, not by {}", d.0);
    [] BoundsError: |e, f| match e {
        BoundsError::Empty => write!(f, "a histogram needs at least one bucket bound below +Inf"),
        BoundsError::NotIncreasing(at) => {
            write!(f, "bucket bounds must increase: bound {} is not greater than the one before it", at);
        }
        BoundsError::NotFinite(at) => {
            write!(f, "bucket bounds must be finite numbers (+Inf is always there): bound {} is not", at);
        }
    };
    [] Refused: |r, f| match r {
        Refused::Full => write!(f, "the family has no slot left for another series"),
        Refused::TextTooLong => write!(f, "the label values do not fit into the text of a series"),
    };
    [] CollectError: |e, f| e.reason().format(f);
    [] Stop: |s, f| match s {
        Stop::Sink => write!(f, "the sink takes no more"),
        Stop::Collector(error) => write!(f, "a collector failed: {}", error),
    };
    [E: Format] WriteError<E>: |e, f| match e {
        WriteError::Sink(error) => write!(f, "the sink failed: {}", error),
        WriteError::Zero => write!(f, "the sink took no bytes"),
    };
    [E: Format] EncodeError<E>: |e, f| match e {
        EncodeError::Sink(error) => write!(f, "the sink failed: {}", error),
        EncodeError::WriteZero => write!(f, "the sink took no bytes"),
        EncodeError::BufferTooSmall { needed } => CursorError::BufferTooSmall { needed: *needed }.format(f),
        EncodeError::Collector(error) => write!(f, "a collector failed: {}", error),
    };
    [] CursorError: |e, f| match e {
        CursorError::BufferTooSmall { needed } => {
            write!(f, "the buffer is too small for the next sample, which needs {} bytes", needed);
        }
        CursorError::Collector(error) => write!(f, "a collector failed: {}", error),
    };
}
