//! What cannot be is refused with an error that says what was wrong, where, and what would be right; and nothing changes.

use narthex::encode::Text;
use narthex::{Error, ErrorKind, Registry, generate_latest, sample_value};

/// Nothing is registered by a call that is refused, and its error has these words.
fn refused(what: &str, kind: ErrorKind, words: &[&str], call: impl FnOnce(&Registry) -> Result<(), Error>) {
    let registry = Registry::new();
    registry.gauge("there", "").register().unwrap();
    let before = generate_latest(&registry, Text);
    let error = call(&registry).expect_err(what);
    assert_eq!(error.kind(), kind, "{what}: {error}");
    for word in words {
        assert!(error.to_string().contains(word), "{what}: no {word:?} in {error}");
    }
    assert_eq!(generate_latest(&registry, Text), before, "{what}");
}

#[test]
fn names() {
    for (name, words) in [
        ("", &["empty"][..]),
        ("_total", &["empty"]),
        ("2nd", &["2nd", "_2nd"]),
        ("a b", &["a b", "a_b"]),
        ("a\nb", &["a\\nb", "a_b"]),
        ("naïve", &["na_ve"]),
        ("a\0", &["a_"]),
    ] {
        refused(name, ErrorKind::Name, words, |r| r.counter(name, "").register().map(drop));
    }
    refused("a bad namespace", ErrorKind::Name, &["a-b"], |r| r.gauge("x", "").namespace("a-b").register().map(drop));
    refused("the same name", ErrorKind::Duplicate, &["there"], |r| r.gauge("there", "").register().map(drop));
    let speed = |r: &Registry| r.gauge("speed", "").unit("m/s").register().map(drop);
    refused("no unit", ErrorKind::Unit, &["\"m/s\"", "\"m_s\" would do"], speed);
    refused("a unit of an info", ErrorKind::Unit, &["x"], |r| r.info("x", "").unit("seconds").register().map(drop));
}

#[test]
fn suffixes_collide() {
    let registry = Registry::new();
    registry.histogram("x", "").register().unwrap();
    registry.counter("y", "").register().unwrap();
    for name in ["x", "x_count", "x_sum", "x_bucket", "x_created", "y", "y_total", "y_created"] {
        let error = registry.gauge(name, "").register().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Duplicate, "{name}");
        assert!(error.existing().is_some() && error.to_string().contains(name), "{error}");
    }
}

#[test]
fn labels() {
    for (labels, word) in [
        (["a", "a"], "a"),
        (["a", ""], "empty"),
        (["a", "__b"], "__b"),
        (["a", "2"], "_2"),
        (["a", "b:c"], "b_c"),
        (["a", "b\"c"], "b_c"),
    ] {
        refused(word, ErrorKind::Label, &[word], |r| r.gauge("x", "").labels(labels).register().map(drop));
    }
    refused("le", ErrorKind::Label, &["le"], |r| r.histogram("x", "").labels(["le"]).register().map(drop));
    refused("quantile", ErrorKind::Label, &["quantile"], |r| {
        r.summary("x", "").labels(["quantile"]).register().map(drop)
    });
    let own = |r: &Registry| r.state_set("x", "", ["a"]).namespace("n").labels(["n_x"]).register().map(drop);
    refused("the name of a state set", ErrorKind::Label, &["n_x"], own);
    Registry::new().counter("x", "").labels(["le"]).register().unwrap(); // only histograms write it
}

#[test]
fn bounds_and_states() {
    const NAN: f64 = f64::NAN;
    const INF: f64 = f64::INFINITY;
    for bounds in [&[1.0, 1.0][..], &[2.0, 1.0], &[NAN], &[1.0, NAN, 2.0], &[INF, 1.0], &[0.0, -0.0], &[1.0, INF, INF]]
    {
        let call = |r: &Registry| r.histogram("x", "").buckets(bounds.iter().copied()).register().map(drop);
        refused(&format!("{bounds:?}"), ErrorKind::Buckets, &["metric \"x\""], call);
    }
    for states in [&[][..], &["a", "a"], &["a", ""]] {
        refused("states", ErrorKind::States, &["state"], |r| r.state_set("x", "", states).register().map(drop));
    }
}

#[test]
fn values_that_would_break_a_metric() {
    let registry = Registry::new();
    let counter = registry.counter("c", "").float().register().unwrap();
    counter.inc_by(1.5).unwrap();
    for wrong in [-0.5, f64::NAN, f64::NEG_INFINITY] {
        assert!(counter.inc_by(wrong).unwrap_err().to_string().contains("zero or more"));
    }
    assert_eq!(counter.value(), 1.5);
    let exact = registry.counter("exact", "").register().unwrap();
    exact.inc_by((1 << 53) + 1);
    assert!(generate_latest(&registry, Text).contains("exact_total 9007199254740993\n"));
    let wait = registry.histogram("wait", "").buckets([1.0]).register().unwrap();
    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.5].into_iter().for_each(|v| wait.observe(v));
    assert_eq!((wait.count(), registry.sample_value("wait_bucket", &[("le", "1")])), (4, Some(2.0)));
    let size = registry.summary("size", "").register().unwrap();
    [f64::INFINITY, f64::NEG_INFINITY].into_iter().for_each(|v| size.observe(v));
    let text = generate_latest(&registry, Text);
    assert!(text.contains("wait_sum NaN\nwait_count 4\n") && text.contains("size_sum NaN\nsize_count 2\n"), "{text}");
    let open = generate_latest(&registry, narthex::encode::OpenMetrics);
    assert!(!open.contains("_sum") && open.contains("size_count 2\n"), "{open}");
    narthex::parse_openmetrics(&open).unwrap();
    let state = registry.state_set("state", "", ["a", "b"]).register().unwrap();
    assert!(state.set("z").unwrap_err().to_string().contains("[\"a\", \"b\"]"));
    assert_eq!(state.state(), "a");
    let info = registry.info("build", "").register().unwrap();
    info.set([("version", "1")]).unwrap();
    for wrong in [[("a", ""), ("a", "")], [("a", ""), ("__b", "")]] {
        assert_eq!(info.set(wrong).unwrap_err().kind(), ErrorKind::Label);
    }
    assert_eq!(registry.sample_value("build_info", &[("version", "1")]), Some(1.0));
}

#[test]
fn text_of_every_kind_and_size_comes_back() {
    let registry = Registry::new();
    let every: String = (0..=0x2FF).filter_map(char::from_u32).chain("\u{2028}\u{1F525}\u{10FFFF}".chars()).collect();
    let huge = "x\\\"\n".repeat(500_000); // 2 MB
    let family = registry.counter("x", &every).labels(["a", "b"]).register().unwrap();
    for value in [&every, &huge] {
        family.get([value, ""]).inc();
        assert_eq!(registry.sample_value("x_total", &[("a", value), ("b", "")]), Some(1.0));
    }
    let page = generate_latest(&registry, narthex::encode::OpenMetrics);
    let read = narthex::parse_openmetrics(&page).unwrap();
    assert_eq!(read.families()[0].help(), every);
    for value in [&every, &huge] {
        assert_eq!(sample_value(&read, "x_total", &[("a", value), ("b", "")]), Some(1.0));
    }
    // values that look alike when they are put together
    for pair in [["ab", "c"], ["a", "bc"], ["abc", ""], ["", "abc"], ["a\u{0}", "b"], ["a", "\u{0}b"]] {
        assert_eq!(family.get(pair).value(), 0, "{pair:?}");
        family.get(pair).inc();
    }
}

#[test]
fn a_hundred_thousand_labels_are_no_more_than_work() {
    let registry = Registry::new();
    let names: Vec<String> = (0..100_000).map(|n| format!("label_{n}")).collect();
    let info = registry.info("wide", "").register().unwrap();
    info.set(names.iter().map(|name| (name.as_str(), "v"))).unwrap();
    assert_eq!(generate_latest(&registry, Text).matches("=\"v\"").count(), 100_000);
}
