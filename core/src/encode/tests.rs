//! What comes out of the encoders, whole, in pieces, and when the sink fails.

pub(super) mod details;
pub(super) mod fixture;

use super::*;
use crate::collect::{Flow, Sink};
use crate::{Counter, Desc, Family, Kind, Labels, Metric, Point, Sample, name, sample_value};
use core::convert::Infallible;
use fixture::{Everything, OPENMETRICS, TEXT, labelled};
use std::string::String;
use std::vec::Vec;

/// Takes at most `step` bytes a call and fails, or takes nothing, from byte `limit` on.
struct Slow {
    taken: Vec<u8>,
    step: usize,
    limit: usize,
    at_limit: Result<usize, &'static str>,
}

impl Slow {
    fn new(step: usize, limit: usize, at_limit: Result<usize, &'static str>) -> Self {
        Self { taken: Vec::new(), step, limit, at_limit }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<usize, &'static str> {
        let n = bytes.len().min(self.step).min(self.limit - self.taken.len());
        self.taken.extend_from_slice(&bytes[..n]);
        if n == 0 { self.at_limit } else { Ok(n) }
    }
}

/// `Slow` under the trait that is in use.
struct SlowSink<'a>(&'a mut Slow);

#[cfg(feature = "embedded-io-v0.7")]
mod sink {
    use super::SlowSink;

    #[derive(Debug, PartialEq)]
    pub struct Failure(pub &'static str);

    impl core::fmt::Display for Failure {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl core::error::Error for Failure {}

    impl embedded_io::Error for Failure {
        fn kind(&self) -> embedded_io::ErrorKind {
            embedded_io::ErrorKind::BrokenPipe
        }
    }

    impl embedded_io::ErrorType for SlowSink<'_> {
        type Error = Failure;
    }

    impl embedded_io::Write for SlowSink<'_> {
        fn write(&mut self, bytes: &[u8]) -> Result<usize, Failure> {
            self.0.take(bytes).map_err(Failure)
        }

        fn flush(&mut self) -> Result<(), Failure> {
            Ok(())
        }
    }
}

#[cfg(not(feature = "embedded-io-v0.7"))]
mod sink {
    use super::{SlowSink, Write};

    #[derive(Debug, PartialEq)]
    pub struct Failure(pub &'static str);

    impl Write for SlowSink<'_> {
        type Error = Failure;

        fn write(&mut self, bytes: &[u8]) -> Result<usize, Failure> {
            self.0.take(bytes).map_err(Failure)
        }
    }
}

#[test]
fn every_kind_in_both_formats() {
    let all = Everything::filled();
    for (expected, open) in [(TEXT, false), (OPENMETRICS, true)] {
        let mut slow = Slow::new(usize::MAX, usize::MAX, Ok(0));
        let mut sink = SlowSink(&mut slow);
        if open { openmetrics(&all, &mut sink) } else { super::text(&all, &mut sink) }.unwrap();
        assert_eq!(String::from_utf8(slow.taken).unwrap(), expected);
    }
}

#[test]
fn a_sink_that_takes_one_byte_gets_the_same_bytes() {
    let mut slow = Slow::new(1, usize::MAX, Ok(0));
    super::text(&Everything::filled(), &mut SlowSink(&mut slow)).unwrap();
    assert_eq!(slow.taken, TEXT.as_bytes());
}

#[test]
fn a_sink_that_fails_at_any_byte_gets_its_own_error_back() {
    let all = Everything::filled();
    for limit in (0..OPENMETRICS.len()).step_by(if cfg!(miri) { 97 } else { 1 }) {
        let mut slow = Slow::new(7, limit, Err("gone"));
        let outcome = openmetrics(&all, &mut SlowSink(&mut slow));
        assert_eq!(outcome, Err(EncodeError::Sink(sink::Failure("gone"))));
        assert_eq!(slow.taken, &OPENMETRICS.as_bytes()[..limit]);

        let mut slow = Slow::new(7, limit, Ok(0));
        assert_eq!(openmetrics(&all, &mut SlowSink(&mut slow)), Err(EncodeError::WriteZero));
    }
}

fn pieces<F: Format>(
    metrics: &dyn Collect,
    size: usize,
    mut between: impl FnMut(usize),
) -> Result<String, CursorError> {
    let (mut cursor, mut page, mut buffer) = (Cursor::<F>::new(), Vec::new(), std::vec![0; size]);
    for fill in 0.. {
        match cursor.fill(metrics, &mut buffer)? {
            0 => break,
            filled => page.extend_from_slice(&buffer[..filled]),
        }
        between(fill);
    }
    Ok(String::from_utf8(page).unwrap())
}

#[test]
fn buffers_of_every_size_hold_the_same_bytes() {
    let all = Everything::filled();
    let largest = 162; // the samples of `latency_seconds`
    for size in (0..OPENMETRICS.len() + 2).step_by(if cfg!(miri) { 61 } else { 1 }) {
        match pieces::<OpenMetrics>(&all, size, |_| ()) {
            Ok(page) => assert_eq!((page.as_str(), size >= largest), (OPENMETRICS, true), "{size}"),
            Err(CursorError::BufferTooSmall { needed }) => {
                assert!(size < needed && needed <= largest, "{size} {needed}")
            }
            Err(error) => panic!("{error}"),
        }
        if size >= largest {
            assert_eq!(pieces::<Text>(&all, size, |_| ()).unwrap(), TEXT);
        }
    }
}

#[test]
fn a_larger_buffer_goes_on_where_the_small_one_could_not() {
    let (all, mut cursor, mut page) = (Everything::filled(), Cursor::<Text>::new(), Vec::new());
    let mut buffer = Vec::new();
    loop {
        match cursor.fill(&all, &mut buffer) {
            Ok(0) => break,
            Ok(filled) => page.extend_from_slice(&buffer[..filled]),
            Err(CursorError::BufferTooSmall { needed }) => buffer.resize(needed, 0),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(String::from_utf8(page).unwrap(), TEXT);
    assert_eq!(cursor.fill(&all, &mut buffer), Ok(0));
}

struct Requests(Family<[&'static str; 1], Counter, 16, 8>);

impl Requests {
    fn desc(&self) -> Desc<'static> {
        labelled(Desc::new(Kind::Counter, name!("r"), ""), &["id"])
    }
}

impl Collect for Requests {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.0.describe(&self.desc(), each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.0.collect(&self.desc(), sink)
    }
}

#[test]
fn series_that_come_and_go_between_two_fills_disturb_no_other() {
    let ids: Vec<String> = (0..12).map(|i| std::format!("k{i}")).collect();
    let (sizes, victims) = if cfg!(miri) { (40, 7) } else { (1, 1) };
    for size in (24..120).step_by(sizes) {
        for victim in (0..ids.len()).step_by(victims) {
            let requests = Requests(Family::new());
            ids.iter().for_each(|id| requests.0.get([id.as_str()]).inc());
            let page = pieces::<Text>(&requests, size, |fill| {
                if fill == 1 {
                    requests.0.remove([ids[victim].as_str()]);
                    requests.0.get(["new"]).inc();
                }
            })
            .unwrap();
            for (index, id) in ids.iter().enumerate() {
                let times = page.matches(&std::format!("r_total{{id=\"{id}\"}} 1\n")).count();
                assert!(times == 1 || (times == 0 && index == victim), "{id} {times} times:\n{page}");
            }
            assert!(page.matches("\"new\"").count() <= 1 && page.matches("# TYPE").count() == 1, "{page}");
        }
    }
}

/// Gives one family and one sample, then fails.
struct Failing;

impl Collect for Failing {
    fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        Ok(())
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        let desc = Desc::new(Kind::Unknown, name!("half"), "");
        sink.family(&desc)?;
        sink.sample(&desc, &Sample::new(0, &Labels::NONE, &Point::Number(1_u32.into())))?;
        Err(CollectError::new(&"the sensor does not answer").into())
    }
}

#[test]
fn a_collector_that_fails_costs_only_its_own_families() {
    let requests = Requests(Family::new());
    requests.0.get(["a"]).inc();
    let both: [&dyn Collect; 2] = [&Failing, &requests];
    struct Both<'a>(&'a [&'a dyn Collect]);
    impl Collect for Both<'_> {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            self.0.describe(each)
        }
        fn collect(&self, sink: &mut dyn Sink) -> Flow {
            self.0.collect(sink)
        }
    }
    let page = "# TYPE half unknown\nhalf 1\n# TYPE r counter\nr_total{id=\"a\"} 1\n# EOF\n";
    let error = CollectError::new(&"the sensor does not answer");

    let mut slow = Slow::new(usize::MAX, usize::MAX, Ok(0));
    assert_eq!(openmetrics(&Both(&both), &mut SlowSink(&mut slow)), Err(EncodeError::Collector(error)));
    assert_eq!(String::from_utf8(slow.taken).unwrap(), page);

    let (mut cursor, mut buffer) = (Cursor::<OpenMetrics>::new(), [0; 256]);
    assert_eq!(cursor.fill(&Both(&both), &mut buffer), Ok(page.len()));
    assert_eq!(cursor.fill(&Both(&both), &mut buffer), Err(CursorError::Collector(error)));
    assert_eq!(cursor.fill(&Both(&both), &mut buffer), Ok(0));
}

#[test]
fn what_was_refused_is_exposed_once_there_is_something() {
    let requests = Requests(Family::new());
    assert_eq!(sample_value(&requests, "r_refused_total", &[]), None);
    requests.0.get(["far too long"]).inc();
    assert_eq!(sample_value(&requests, "r_refused_total", &[]), Some(1.0));
    let recorded: Result<Recorder<64>, EncodeError<Infallible>> = Recorder::record(&requests);
    assert_eq!(recorded.err(), Some(EncodeError::WriteZero));
    assert_eq!(Recorder::<512>::record(&requests).unwrap().value("r_refused_total"), Some("1"));
}

#[test]
fn values_are_found_by_the_names_and_labels_on_their_lines() {
    let all = Everything::filled();
    for (name, labels, value) in [
        ("requests_total", &[("status", "500"), ("path", "/")][..], Some(7.0)),
        ("requests_total", &[("path", "/")], None),
        ("requests", &[("path", "/"), ("status", "500")], None),
        ("latency_seconds_bucket", &[("le", "0.001")], Some(3.0)),
        ("latency_seconds_bucket", &[("le", "+Inf")], Some(4.0)),
        ("latency_seconds_sum", &[], Some(0.0053)),
        ("build_info", &[("version", "1.0\"rc")], Some(1.0)),
        ("up", &[("up", "true")], Some(1.0)),
        ("ratio", &[], Some(0.1)),
        ("nothing", &[], None),
    ] {
        assert_eq!(sample_value(&all, name, labels), value, "{name} {labels:?}");
    }
}

#[test]
fn openmetrics_has_no_negative_sum_and_none_that_is_nan() {
    struct Negative;
    impl Collect for Negative {
        fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            Ok(())
        }

        fn collect(&self, sink: &mut dyn Sink) -> Flow {
            let (summary, histogram) = (crate::Summary::<i32>::new(), crate::Histogram::<Depths>::new());
            summary.observe(-3);
            histogram.observe(-3);
            summary.collect(&Desc::new(Kind::Summary, name!("s"), ""), sink)?;
            histogram.collect(&Desc::new(Kind::Histogram, name!("h"), ""), sink)?;
            let (summary, histogram) = (crate::Summary::<f32>::new(), crate::Histogram::<Heights>::new());
            [f32::INFINITY, f32::NEG_INFINITY].into_iter().for_each(|value| summary.observe(value));
            [f64::INFINITY, f64::NEG_INFINITY].into_iter().for_each(|value| histogram.observe(value));
            summary.collect(&Desc::new(Kind::Summary, name!("n"), ""), sink)?;
            histogram.collect(&Desc::new(Kind::Histogram, name!("m"), ""), sink)
        }
    }
    crate::buckets!(Depths: i32 = [0]);
    crate::buckets!(Heights: f64 = [0.0]);
    let page_of = |format: fn(&dyn Collect, &mut Slow)| {
        let mut slow = Slow::new(64, 256, Ok(0));
        format(&Negative, &mut slow);
        String::from_utf8(slow.taken).unwrap()
    };
    let open = page_of(|metrics, slow| openmetrics(metrics, &mut SlowSink(slow)).unwrap());
    assert_eq!(
        open,
        "# TYPE s summary\ns_count 1\n# TYPE h histogram\nh_bucket{le=\"0.0\"} 1\nh_bucket{le=\"+Inf\"} 1\n\
         # TYPE n summary\nn_count 2\n# TYPE m histogram\nm_bucket{le=\"0.0\"} 1\nm_bucket{le=\"+Inf\"} 2\n# EOF\n"
    );
    let text = page_of(|metrics, slow| text(metrics, &mut SlowSink(slow)).unwrap());
    assert!(text.contains("s_sum -3\ns_count 1\n") && text.contains("h_sum -3\nh_count 1\n"), "{text}");
    assert!(text.contains("n_sum NaN\nn_count 2\n") && text.contains("m_sum NaN\nm_count 2\n"), "{text}");
}
