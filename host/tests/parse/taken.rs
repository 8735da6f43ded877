//! Valid pages, most of them from the specification, and what is made of them.

use crate::openmetrics;
use narthex::{Exposition, Flow, Kind, Labels, Number, Sample, Timestamp, parse_openmetrics, sample_value};

fn parse(page: &str) -> Exposition {
    parse_openmetrics(&format!("{page}# EOF\n")).unwrap_or_else(|error| panic!("{error}\n{page}"))
}

/// Pages, and how they are written again.
#[test]
fn pages_of_the_specification() {
    for (page, again) in [
        ("", ""),
        ("# TYPE foo gauge\n", "# TYPE foo gauge\n"),
        ("foo 42.23\n", "# TYPE foo unknown\nfoo 42.23\n"),
        ("foo{} 0\n", "# TYPE foo unknown\nfoo 0\n"),
        ("# HELP foo \n# UNIT foo \n", "# TYPE foo unknown\n"),
        ("# TYPE foo gauge\nfoo{a=\"b\"} 17.0 1520879607.789\n", "# TYPE foo gauge\nfoo{a=\"b\"} 17 1520879607.789\n"),
        ("# TYPE foo gauge\nfoo 17.0 123\nfoo 18.0 456\n", "# TYPE foo gauge\nfoo 18 456\n"),
        (
            "# TYPE foo counter\nfoo_created 1520430000.123\nfoo_total 17.0\n",
            "# TYPE foo counter\nfoo_total 17\nfoo_created 1520430000.123\n",
        ),
        (
            "# TYPE foo stateset\nfoo{entity=\"x\",foo=\"a\"} 0.0\nfoo{foo=\"bb\",entity=\"x\"} 1.0\n",
            "# TYPE foo stateset\nfoo{entity=\"x\",foo=\"a\"} 0\nfoo{entity=\"x\",foo=\"bb\"} 1\n",
        ),
        (
            "# TYPE foo info\nfoo_info{name=\"pretty name\",version=\"8.2.7\"} 1.0\n",
            "# TYPE foo info\nfoo_info{name=\"pretty name\",version=\"8.2.7\"} 1\n",
        ),
        (
            "# UNIT foo_seconds seconds\n# TYPE foo_seconds summary\n# HELP foo_seconds Of \\\"all\\\".\n\
             foo_seconds_count{a=\"b\"} 807283.0\nfoo_seconds_sum{a=\"b\"} 9036.32\n",
            "# HELP foo_seconds Of \\\"all\\\".\n# TYPE foo_seconds summary\n# UNIT foo_seconds seconds\n\
             foo_seconds_sum{a=\"b\"} 9036.32\nfoo_seconds_count{a=\"b\"} 807283\n",
        ),
        (
            "# TYPE foo histogram\nfoo_bucket{le=\"0.0\"} 0\nfoo_bucket{le=\"1e-05\"} 0\nfoo_bucket{le=\"1.1e-4\"} 5\n\
             foo_bucket{le=\"1\"} 10\nfoo_bucket{le=\"1e+23\"} 16\nfoo_bucket{le=\"+Inf\"} 17\nfoo_count 17\n\
             foo_sum 324789.3\nfoo_created 1520430000.123\n",
            "# TYPE foo histogram\nfoo_bucket{le=\"0.0\"} 0\nfoo_bucket{le=\"1e-05\"} 0\nfoo_bucket{le=\"0.00011\"} 5\n\
             foo_bucket{le=\"1.0\"} 10\nfoo_bucket{le=\"1e+23\"} 16\nfoo_bucket{le=\"+Inf\"} 17\nfoo_sum 324789.3\n\
             foo_count 17\nfoo_created 1520430000.123\n",
        ),
        (
            "# TYPE foo gaugehistogram\nfoo_bucket{le=\"0.01\"} 20.0\nfoo_bucket{le=\"+Inf\"} 42.0\n\
             foo_gcount 42.0\nfoo_gsum 3289.3\n",
            "# TYPE foo gaugehistogram\nfoo_bucket{le=\"0.01\"} 20\nfoo_bucket{le=\"+Inf\"} 42\nfoo_gsum 3289.3\n\
             foo_gcount 42\n",
        ),
    ] {
        let exposition = parse(page);
        assert_eq!((openmetrics(&exposition), exposition.left_out()), (format!("{again}# EOF\n"), 0), "{page}");
    }
}

#[test]
fn a_page_with_everything_is_written_again_as_it_was() {
    let page = "# TYPE a counter\n\
                a_total{b=\"c\"} 17 1.5 # {trace_id=\"KOO5\",q=\"\\\"\\n\"} 0.67 1520879607.789\n\
                a_created{b=\"c\"} 1520430000.123456789 1.5\n\
                a_total{b=\"d\"} 18\n\
                # TYPE h_seconds histogram\n# UNIT h_seconds seconds\n\
                h_seconds_bucket{le=\"0.01\"} 1 # {} 0.005\nh_seconds_bucket{le=\"1.0\"} 1\n\
                h_seconds_bucket{le=\"+Inf\"} 3 # {a=\"b\"} 9 -0.5\nh_seconds_sum 10.5\nh_seconds_count 3\n\
                h_seconds_created 0.000000001\n\
                # TYPE s summary\ns_sum 3\ns_count 2\ns_created -12.25\n\
                # TYPE g gauge\ng 0.25 -1\n";
    assert_eq!(openmetrics(&parse(page)), format!("{page}# EOF\n"));
    // integers of a family with decimals are scaled, its exemplars are not
    let scaled = "# TYPE t counter\nt_total 0.000007 # {} 3\nt_total{a=\"b\"} 1234567.000001 # {} 5\n";
    assert_eq!(openmetrics(&parse(scaled)), format!("{scaled}# EOF\n"));
}

#[test]
fn numbers() {
    for (written, again) in [
        ("0042", "42"),
        ("+7", "7"),
        ("18446744073709551615", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9007199254740993", "9007199254740993"),
        ("18446744073709551615.5", "1.8446744073709552e+19"),
        ("18446744073709.551615", "18446744073709.551615"),
        ("0.000007", "0.000007"),
        ("7e-06", "7e-06"),
        ("1E3", "1000"),
        ("5.", "5"),
        (".5", "0.5"),
        ("-0", "-0"),
        ("000001.2e-1", "0.12"),
        ("nan", "NaN"),
        ("+inf", "+Inf"),
        ("-INF", "-Inf"),
        ("Inf", "+Inf"),
    ] {
        let page = openmetrics(&parse(&format!("a {written}\n")));
        assert_eq!(page, format!("# TYPE a unknown\na {again}\n# EOF\n"), "{written}");
    }
}

#[test]
fn families_and_their_samples() {
    let page = "# HELP http_seconds Of all.\n# TYPE http_seconds counter\n# UNIT http_seconds seconds\n\
                http_seconds_total{path=\"/\\\"\\\\\\n\"} 0.5\nhttp_seconds_total{code=\"200\"} 7\nup 1\n";
    let exposition = parse(page);
    let [http, up] = exposition.families() else { panic!("{exposition:?}") };
    assert_eq!(
        (http.name(), http.kind(), http.help(), http.unit()),
        ("http_seconds", Kind::Counter, "Of all.", "seconds")
    );
    assert_eq!((up.name(), up.kind(), up.help(), up.unit(), up.len()), ("up", Kind::Unknown, "", "", 1));
    assert_eq!((http.desc().kind(), http.desc().help(), http.desc().unit()), (Kind::Counter, "Of all.", "seconds"));

    let device = Labels::new(&["device"], &["a"]);
    let mut seen = Vec::new();
    for index in 0..=http.len() {
        let mut see = |sample: &Sample<'_>| -> Flow {
            let labels = sample.labels.iter().map(|(name, value)| format!("{name}={value}"));
            seen.push((sample.index, labels.collect::<Vec<_>>().join(" ")));
            Ok(())
        };
        http.sample(index, Some(&device), &mut see).unwrap();
    }
    assert_eq!(seen, [(0, "device=a path=/\"\\\n".into()), (1, "device=a code=200".into())]);
    assert_eq!(sample_value(&exposition, "http_seconds_total", &[("code", "200")]), Some(7.0));
    assert_eq!(sample_value(&exposition, "up", &[]), Some(1.0));
}

#[test]
fn what_a_sample_has_no_place_for() {
    let page = "# TYPE a histogram\n\
                a_bucket{le=\"1.0\"} 8 1.5 # {} 0.054\n\
                a_bucket{le=\"+Inf\"} 17 1.5 # {trace_id=\"oHg5S\\\"\",b=\"c\"} 9.8 1520879607.789\n\
                a_count 17 1.5\na_sum 324789.3 1.5\na_created 1520430000.123 1.5\n\
                # TYPE b counter\nb_total{x=\"1\"} 1\nb_total{x=\"2\"} 2 -1.25 # {} 5\n\
                # TYPE c summary\nc{quantile=\"0.99\"} NaN\nc{quantile=\"0.5\"} 1\nc_sum 0\nc_count 0\n";
    let exposition = parse(page);
    assert_eq!(exposition.left_out(), 0);
    let [a, b, c] = exposition.families() else { panic!("{exposition:?}") };
    let number = |number: Number| number.to_f64(0);

    let series = a.series(0).unwrap();
    assert_eq!(series.timestamp(), Timestamp::new(1, 500_000_000));
    assert_eq!(series.created().map(number), Some(1_520_430_000.123));
    let exemplars: Vec<_> = series.exemplars().map(|e| (e.bucket(), number(e.value()), e.timestamp())).collect();
    let time = Timestamp::new(1_520_879_607, 789_000_000).unwrap();
    assert_eq!(exemplars, [(0, 0.054, None), (1, 9.8, Some(time))]);
    assert!(series.exemplars().nth(1).unwrap().labels().eq([("trace_id", "oHg5S\""), ("b", "c")]));

    assert!(b.series(0).is_some_and(|one| one.timestamp().is_none() && one.exemplars().count() == 0));
    let series = b.series(1).unwrap();
    assert_eq!(series.timestamp(), Timestamp::new(-2, 750_000_000));
    assert!(series.labels().eq([("x", "2")]) && series.exemplars().count() == 1 && b.series(2).is_none());

    let quantiles: Vec<_> = c.series(0).unwrap().quantiles().map(|(q, value)| (number(q), value.text(0))).collect();
    assert_eq!(quantiles.iter().map(|(q, text)| (*q, text.as_str())).collect::<Vec<_>>(), [(0.5, "1"), (0.99, "NaN")]);
}

#[test]
fn what_has_no_shape_is_left_out_and_counted() {
    for (page, left_out) in [
        ("# TYPE a summary\na_count 1\n", 0),
        ("# TYPE a summary\na_sum 1\n", 1),
        ("# TYPE a summary\na{b=\"1\",quantile=\"0.5\"} 1\na_sum{b=\"2\"} 1\na_count{b=\"2\"} 1\n", 1),
        ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\n", 0),
        ("# TYPE a histogram\na_bucket{le=\"-1\"} 1\na_bucket{le=\"+Inf\"} 1\n", 0),
        ("# TYPE a stateset\na{a=\"b\"} 1\na{a=\"c\"} 1\n", 1),
        ("# TYPE a stateset\na{a=\"b\"} 0\na{a=\"c\"} 0\n", 0),
    ] {
        assert_eq!(parse(page).left_out(), left_out, "{page}");
    }
}

#[test]
fn timestamps_to_the_nanosecond() {
    for (written, seconds, nanoseconds) in [
        ("0", 0, 0),
        ("000", 0, 0),
        ("1604676851.123456789", 1_604_676_851, 123_456_789),
        ("1.0000000019", 1, 1),
        (".5", 0, 500_000_000),
        ("-.5", -1, 500_000_000),
        ("-7", -7, 0),
        ("1.5e3", 1_500, 0),
        ("1.52043e9", 1_520_430_000, 0),
        ("9223372036854775807", i64::MAX, 0),
    ] {
        let exposition = parse(&format!("a 1 {written}\n"));
        let time = exposition.families()[0].series(0).unwrap().timestamp();
        assert_eq!(time, Timestamp::new(seconds, nanoseconds), "{written}");
    }
}
