//! Collectors around a collector.

use crate::collect::{Collect, CollectError, Flow, Sink, Stop};
use crate::desc::{Desc, Prefix};
use crate::label::Labels;
use crate::point::Sample;

/// Puts a prefix before every name.
///
/// ```
/// use narthex_core::{Prefixed, Prefix};
/// # use narthex_core::{Collect, Counter, Desc, Flow, Kind, Metric, Sink, name, sample_value};
/// # struct Radio(Counter);
/// # impl Radio { const SENT: Desc<'static> = Desc::new(Kind::Counter, name!("sent"), ""); }
/// # impl Collect for Radio {
/// #     fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow { each(&Self::SENT) }
/// #     fn collect(&self, sink: &mut dyn Sink) -> Flow { self.0.collect(&Self::SENT, sink) }
/// # }
/// # let radio = Radio(Counter::new());
/// let first = Prefixed::new(Prefix::new("first_").unwrap(), &radio);
/// assert_eq!(sample_value(&first, "first_sent_total", &[]), Some(0.0));
/// ```
pub struct Prefixed<'a, C> {
    prefix: Prefix<'a>,
    inner: C,
}

impl<'a, C: Collect> Prefixed<'a, C> {
    /// `inner` under `prefix`.
    pub const fn new(prefix: Prefix<'a>, inner: C) -> Self {
        Self { prefix, inner }
    }
}

impl<C: Collect> Collect for Prefixed<'_, C> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.inner.describe(&mut |desc| desc.prefixed(&self.prefix, &mut *each))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.inner.collect(&mut PrefixSink { prefix: &self.prefix, sink })
    }
}

struct PrefixSink<'a> {
    prefix: &'a Prefix<'a>,
    sink: &'a mut dyn Sink,
}

impl Sink for PrefixSink<'_> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        desc.prefixed(self.prefix, |desc| self.sink.family(desc))
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        desc.prefixed(self.prefix, |desc| self.sink.sample(desc, sample))
    }
}

/// Puts constant labels before the labels of every series.
///
/// A series that has one of these labels already is a [`Stop::Collector`].
pub struct Labelled<'a, C> {
    labels: Labels<'a>,
    inner: C,
}

impl<'a, C: Collect> Labelled<'a, C> {
    /// `inner` with `labels`, whose names are those of a [`LabelNames`](crate::name::LabelNames).
    pub const fn new(names: crate::name::LabelNames<'a>, values: &'a [&'a str], inner: C) -> Self {
        Self { labels: Labels::new(names.as_slice(), values), inner }
    }
}

impl<C: Collect> Collect for Labelled<'_, C> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.inner.describe(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.inner.collect(&mut LabelSink { labels: self.labels, sink })
    }
}

struct LabelSink<'a> {
    labels: Labels<'a>,
    sink: &'a mut dyn Sink,
}

impl Sink for LabelSink<'_> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        self.sink.family(desc)
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        if self.labels.iter().any(|(name, _)| sample.labels.get(name).is_some()) {
            return Err(Stop::Collector(CollectError::new(&"a series has a label that is also a constant label")));
        }
        self.sink.sample(desc, &Sample { labels: &self.labels.and(sample.labels), ..*sample })
    }
}

/// Lets through only the families that a predicate accepts.
pub struct Filtered<P, C> {
    accept: P,
    inner: C,
}

impl<P: Fn(&Desc<'_>) -> bool, C: Collect> Filtered<P, C> {
    /// The families of `inner` for which `accept` answers `true`.
    pub const fn new(accept: P, inner: C) -> Self {
        Self { accept, inner }
    }
}

impl<P: Fn(&Desc<'_>) -> bool, C: Collect> Collect for Filtered<P, C> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.inner.describe(&mut |desc| if (self.accept)(desc) { each(desc) } else { Ok(()) })
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.inner.collect(&mut FilterSink { accept: &self.accept, sink, through: false })
    }
}

struct FilterSink<'a, P> {
    accept: &'a P,
    sink: &'a mut dyn Sink,
    through: bool,
}

impl<P: Fn(&Desc<'_>) -> bool> Sink for FilterSink<'_, P> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        self.through = (self.accept)(desc);
        if self.through { self.sink.family(desc) } else { Ok(usize::MAX) }
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        if self.through { self.sink.sample(desc, sample) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Counter;
    use crate::desc::Kind;
    use crate::encode::{EncodeError, Recorder};
    use crate::family::Family;
    use crate::metric::Metric;
    use crate::name::{LabelNames, Name};

    struct Requests(Family<[&'static str; 1], Counter, 2, 8>, Counter);

    impl Requests {
        fn descs() -> [Desc<'static>; 2] {
            let desc = |name| Desc::new(Kind::Counter, Name::new(name).unwrap(), "");
            [desc("requests").with_labels(LabelNames::new(&["method"]).unwrap()).unwrap(), desc("errors")]
        }

        fn new() -> Self {
            let requests = Self(Family::new(), Counter::new());
            requests.0.get(["GET"]).inc();
            requests
        }
    }

    impl Collect for Requests {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            Self::descs().iter().try_for_each(each)
        }

        fn collect(&self, sink: &mut dyn Sink) -> Flow {
            let [requests, errors] = Self::descs();
            self.0.collect(&requests, sink)?;
            self.1.collect(&errors, sink)
        }
    }

    fn text(metrics: &dyn Collect) -> std::string::String {
        Recorder::<512>::record(metrics).unwrap().as_str().into()
    }

    #[test]
    fn prefixes_and_labels_nest() {
        let prefix = |text| Prefix::new(text).unwrap();
        let labels = LabelNames::new(&["device"]).unwrap();
        let inner = Labelled::new(labels, &["a\"b"], Prefixed::new(prefix("in_"), Requests::new()));
        let outer = Prefixed::new(prefix("out_"), Labelled::new(LabelNames::new(&["site"]).unwrap(), &["x"], inner));
        assert_eq!(
            text(&outer),
            "# TYPE out_in_requests_total counter\n\
             out_in_requests_total{site=\"x\",device=\"a\\\"b\",method=\"GET\"} 1\n\
             # TYPE out_in_errors_total counter\n\
             out_in_errors_total{site=\"x\",device=\"a\\\"b\"} 0\n"
        );
        let mut names = 0;
        let _ = outer.describe(&mut |desc| {
            names += usize::from(desc.is_named("out_in_requests") || desc.is_named("out_in_errors"));
            Ok(())
        });
        assert_eq!(names, 2);
    }

    #[test]
    fn a_constant_label_that_a_series_has_is_the_collectors_failure() {
        let twice = Labelled::new(LabelNames::new(&["method"]).unwrap(), &["PUT"], Requests::new());
        let Err(EncodeError::Collector(error)) = Recorder::<512>::record(&twice) else { panic!("not refused") };
        assert!(error.reason().contains("constant label"));
    }

    #[test]
    fn a_filter_lets_through_what_it_accepts() {
        let errors = Filtered::new(|desc: &Desc<'_>| desc.is_named("errors"), Requests::new());
        assert_eq!(text(&errors), "# TYPE errors_total counter\nerrors_total 0\n");
        let mut described = 0;
        let _ = errors.describe(&mut |_| {
            described += 1;
            Ok(())
        });
        assert_eq!(described, 1);
    }
}
