use super::*;
use crate::registry::Registry;
use crate::{Timestamp, generate_latest};
use narthex_core::encode::{self, OpenMetrics};

const INF: f64 = f64::INFINITY;

fn page(family: &(impl Collect + Clone + Send + Sync + 'static)) -> String {
    let registry = Registry::new();
    registry.register(family.clone()).unwrap();
    generate_latest(&registry, OpenMetrics)
}

/// Kind and text of the error of something that is added to a family.
fn refused(family: Result<MetricFamily, Error>, labels: &[&str], value: impl Into<MetricValue>) -> (ErrorKind, String) {
    let mut family = family.unwrap();
    let before = page(&family);
    let error = family.add(labels, value).unwrap_err();
    assert_eq!(page(&family), before);
    (error.kind(), error.to_string())
}

#[test]
fn every_kind_is_written() -> Result<(), Error> {
    let moment = |seconds| Timestamp::new(seconds, 500_000_000).unwrap();
    let jobs = MetricFamily::counter("jobs_total", "Jobs.")?.labels(["queue"])?;
    let jobs = jobs.with(["sms"], 0.5)?.with(["mail"], MetricValue::number(u64::MAX).with_created(moment(7)))?;
    let wait = MetricValue::histogram([(-0.1, 1), (0.1, 2), (INF, 5)], 3.5)
        .with_exemplar(&[("trace_id", "a")], 0.1, Some(moment(9)))
        .with_exemplar(&[("trace_id", "b")], f64::NAN, None);
    let families = MetricFamilies::new([
        jobs,
        MetricFamily::gauge("heat", "")?.unit("celsius")?.with([], MetricValue::from(-1).with_timestamp(moment(-1)))?,
        MetricFamily::histogram("wait", "")?.unit("seconds")?.labels(["a", "b"])?.with(["", "x"], wait)?,
        MetricFamily::gauge_histogram("queued", "")?.with([], MetricValue::histogram([(1.0, 0), (INF, 1)], 2))?,
        MetricFamily::summary("sent", "")?.unit("bytes")?.with([], MetricValue::summary(2, u64::MAX))?,
        MetricFamily::info("build_info", "")?.labels(vec!["version"])?.with(["1.2"], MetricValue::info())?,
        MetricFamily::state_set("fan", "", ["on", "off"])?.with([], MetricValue::state("off"))?,
        MetricFamily::unknown("odd", "")?.with([], f64::NAN)?,
    ])?;
    assert_eq!(
        page(&families),
        r#"# HELP jobs Jobs.
# TYPE jobs counter
jobs_total{queue="mail"} 18446744073709551615
jobs_created{queue="mail"} 7.5
jobs_total{queue="sms"} 0.5
# TYPE heat_celsius gauge
# UNIT heat_celsius celsius
heat_celsius -1 -0.5
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
wait_seconds_bucket{a="",b="x",le="-0.1"} 1
wait_seconds_bucket{a="",b="x",le="0.1"} 2 # {trace_id="a"} 0.1 9.5
wait_seconds_bucket{a="",b="x",le="+Inf"} 5 # {trace_id="b"} NaN
# TYPE queued gaugehistogram
queued_bucket{le="1.0"} 0
queued_bucket{le="+Inf"} 1
queued_gsum 2
queued_gcount 1
# TYPE sent_bytes summary
# UNIT sent_bytes bytes
sent_bytes_sum 18446744073709551615
sent_bytes_count 2
# TYPE build info
build_info{version="1.2"} 1
# TYPE fan stateset
fan{fan="on"} 0
fan{fan="off"} 1
# TYPE odd unknown
odd NaN
# EOF
"#
    );
    Ok(())
}

#[test]
fn what_is_wrong_is_said() {
    use ErrorKind::*;
    let jobs = || MetricFamily::counter("jobs", "")?.labels(["queue"])?.with(["mail"], 3);
    let wait = || MetricFamily::histogram("wait", "");
    let histogram = |buckets: &[(f64, u64)]| MetricValue::histogram(buckets.iter().copied(), 1.0);
    for ((kind, text), (expected, part)) in [
        (refused(jobs(), &[], 1), (Label, "0 values for the 1 labels [\"queue\"]")),
        (refused(jobs(), &["a", "b"], 1), (Label, "2 values")),
        (refused(jobs(), &["mail"], 4), (Duplicate, "series [\"mail\"] is there")),
        (refused(jobs(), &["sms"], -1), (Amount, "metric \"jobs\": series [\"sms\"]: -1 for a counter")),
        (refused(jobs(), &["sms"], f64::NAN), (Amount, "NaN for a counter")),
        (
            refused(jobs(), &["sms"], MetricValue::info()),
            (Value, "an info is no value for the kind Counter; give a number"),
        ),
        (refused(wait(), &[], 1), (Value, "give a `MetricValue::histogram`")),
        (refused(wait(), &[], histogram(&[])), (Buckets, "not infinity")),
        (refused(wait(), &[], histogram(&[(1.0, 1)])), (Buckets, "not infinity")),
        (refused(wait(), &[], histogram(&[(1.0, 1), (1.0, 1), (INF, 1)])), (Buckets, "do not increase")),
        (refused(wait(), &[], histogram(&[(2.0, 1), (1.0, 1), (INF, 1)])), (Buckets, "do not increase")),
        (refused(wait(), &[], histogram(&[(f64::NAN, 1), (INF, 1)])), (Buckets, "do not increase")),
        (refused(wait(), &[], histogram(&[(-INF, 1), (INF, 1)])), (Buckets, "do not increase")),
        (refused(wait(), &[], histogram(&[(1.0, 2), (INF, 1)])), (Buckets, "[2, 1] go down")),
        (refused(wait(), &[], MetricValue::histogram([(INF, 1)], f64::NAN)), (Amount, "the sum is NaN")),
        (
            refused(wait(), &[], histogram(&[(INF, 1)]).with_exemplar(&[("a b", "")], 1, None)),
            (Exemplar, "label \"a b\""),
        ),
        (
            refused(wait(), &[], histogram(&[(INF, 1)]).with_exemplar(&[("a", &"x".repeat(128))], 1, None)),
            (Exemplar, "129 characters"),
        ),
        (
            refused(jobs(), &["sms"], MetricValue::from(1).with_exemplar(&[], f64::NAN, None)),
            (Exemplar, "by which no counter goes up"),
        ),
        (
            refused(MetricFamily::gauge("a", ""), &[], MetricValue::from(1).with_exemplar(&[], 1, None)),
            (Exemplar, "Gauge has no exemplars"),
        ),
        (
            refused(
                MetricFamily::gauge("a", ""),
                &[],
                MetricValue::from(1).with_created(Timestamp::new(1, 0).unwrap()),
            ),
            (Value, "Gauge has no creation time"),
        ),
        (
            refused(MetricFamily::state_set("a", "", ["on"]), &[], MetricValue::state("off")),
            (States, "no state \"off\"; the states are [\"on\"]"),
        ),
    ] {
        assert!(kind == expected && text.contains(part), "{kind:?}: {text}\n{expected:?}: {part}");
    }
}

#[test]
fn what_no_family_can_be_is_refused() {
    use ErrorKind::*;
    let gauge = || MetricFamily::gauge("a", "");
    for (family, expected) in [
        (gauge().and_then(|a| a.labels(["a", "a"])), Label),
        (gauge().and_then(|a| a.labels(["__a"])), Label),
        (gauge().and_then(|a| a.with([], 1)).and_then(|a| a.labels(["b"])), Label),
        (MetricFamily::histogram("a", "").and_then(|a| a.labels(["le"])), Label),
        (MetricFamily::summary("a", "").and_then(|a| a.labels(["quantile"])), Label),
        (MetricFamily::state_set("a", "", ["x"]).and_then(|a| a.labels(["a"])), Label),
        (MetricFamily::state_set("a:b", "", ["x"]), Name),
        (MetricFamily::state_set("a", "", [""]), States),
        (MetricFamily::state_set::<&str>("a", "", []), States),
        (MetricFamily::info("a", "").and_then(|a| a.unit("bytes")), Unit),
        (gauge().and_then(|a| a.unit("m/s")), Unit),
        (MetricFamily::counter("", ""), Name),
        (MetricFamily::counter("a-b", ""), Name),
    ] {
        let error = family.unwrap_err();
        assert_eq!(error.kind(), expected, "{error}");
    }
    let (count, sum) = (MetricFamily::summary("a", "").unwrap(), MetricFamily::gauge("a_sum", "").unwrap());
    let error = MetricFamilies::new([count, sum]).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (Duplicate, "metric \"a_sum\": \"a\" exposes \"a_sum\" too; rename one")
    );
}

#[test]
fn a_page_can_be_had_in_pieces() {
    let numbers: Vec<_> = (0..100).map(|number| number.to_string()).collect();
    let family = MetricFamily::gauge("a", "").unwrap().labels(["b"]).unwrap();
    let family = numbers.iter().fold(family, |family, number| family.with([number.as_str()], 1).unwrap());
    let (mut cursor, mut pieces, mut buffer) = (encode::Cursor::<OpenMetrics>::new(), Vec::new(), [0; 64]);
    while let len @ 1.. = cursor.fill(&family, &mut buffer).unwrap() {
        pieces.extend(&buffer[..len]);
    }
    assert_eq!(String::from_utf8(pieces).unwrap(), page(&family));
    assert_eq!((page(&family).lines().count(), family.len()), (102, 100));
}
