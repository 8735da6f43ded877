use super::{compare, count_series};
use crate::families::{MetricFamilies, MetricFamily, MetricValue};
use narthex_core::{Collect, CollectError, Desc, Flow, Sink};

fn metrics() -> MetricFamilies {
    let jobs = MetricFamily::counter("jobs", "Jobs.").unwrap().labels(["a", "b"]).unwrap();
    let jobs = jobs.with(["x } , \" \\", "1"], 9_007_199_254_740_993_u64).unwrap().with(["", "2"], 2).unwrap();
    let wait = MetricValue::histogram([(0.5, 1), (f64::INFINITY, 2)], 1.5);
    let wait = MetricFamily::histogram("jobs_wait", "").unwrap().with([], wait).unwrap();
    let odd = MetricFamily::unknown("odd", "").unwrap().with([], f64::NAN).unwrap();
    MetricFamilies::new([jobs, wait, odd]).unwrap()
}

const PAGE: &str = r#"
        # a comment
        odd NaN
        # TYPE odd untyped

        # TYPE jobs_total counter
        # HELP jobs_total Jobs.
        jobs_total{b="2", a=""} 2.0
        jobs_total{b="1",a="x } , \" \\"} 9007199254740993
        # TYPE jobs_wait histogram
        jobs_wait_count 2e0
        jobs_wait_sum 1.5
        jobs_wait_bucket{le="+Inf"} 2
        jobs_wait_bucket{le="0.5"} 1
    "#;

#[test]
fn order_and_spelling_do_not_matter() {
    compare(&metrics(), PAGE, &[]).unwrap();
    for names in [&["jobs"][..], &["jobs_total"], &["jobs_wait", "odd"], &["none"]] {
        compare(&metrics(), PAGE, names).unwrap();
    }
}

#[test]
fn each_line_that_differs_is_named() {
    let page = PAGE.replace("740993", "740992").replace("Jobs.", "Work.").replace("odd NaN", "even 1");
    let difference = compare(&metrics(), &page, &[]).unwrap_err();
    assert_eq!(
        difference.to_string(),
        r#"the page is not as expected (-: expected, +: found)
- # HELP jobs_total Work.
+ # HELP jobs_total Jobs.
- jobs_total{b="1",a="x } , \" \\"} 9007199254740992
+ jobs_total{a="x } , \" \\",b="1"} 9007199254740993
- even 1
+ odd NaN
"#
    );
    assert_eq!((difference.missing().len(), difference.extra().len(), difference.changed().len()), (1, 1, 2));
    compare(&metrics(), &page, &["jobs_wait"]).unwrap();
    assert_eq!(compare(&metrics(), "", &["odd"]).unwrap_err().extra(), ["odd NaN", "# TYPE odd untyped"]);
    assert_eq!(compare(&metrics(), "torn{a=\"", &["torn"]).unwrap_err().missing(), ["torn{a=\""]);
}

#[test]
fn openmetrics_ends_in_eof() {
    let page = "# TYPE jobs counter\njobs_total 2 # {trace_id=\"a\"} 1\n# EOF";
    let value = MetricValue::from(2).with_exemplar(&[("trace_id", "a")], 1, None);
    let jobs = MetricFamily::counter("jobs", "").unwrap().with([], value).unwrap();
    compare(&jobs, page, &[]).unwrap();
    assert!(compare(&jobs, &page.replace("} 1", "} 2"), &[]).is_err());
}

#[test]
fn a_failed_collector_is_a_difference() {
    struct Failing;
    impl Collect for Failing {
        fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            Ok(())
        }

        fn collect(&self, _: &mut dyn Sink) -> Flow {
            Err(CollectError::new(&"the sensor does not answer").into())
        }
    }
    let difference = compare(&Failing, "", &[]).unwrap_err();
    assert!(difference.to_string().contains("a collector failed: the sensor does not answer"));
    assert_eq!(count_series(&Failing, None).unwrap_err(), difference.failure().unwrap());
    assert_eq!(count_series(&metrics(), None), Ok(4));
}
