//! What builders make, and what they refuse.

use narthex::encode::{OpenMetrics, Text};
use narthex::{Error, ErrorKind, Registry, generate_latest};

#[test]
fn every_kind_as_text_and_as_openmetrics() -> Result<(), Error> {
    let r = Registry::new();
    r.counter("requests", "Requests \"served\"\\\n.")
        .namespace("shop")
        .subsystem("web")
        .register()?
        .inc_by(1 << 53 | 1);
    r.counter("work", "Work.").unit("seconds").float().register()?.inc_by(0.5).unwrap();
    r.gauge("balance", "Balance.").register()?.set(-3);
    r.gauge("ratio", "Ratio.").float().labels(["of"]).register()?.get(["a\"\\\n"]).set(0.1);
    let h = r.histogram("wait_seconds", "Wait.").buckets([0.1, 1.0, f64::INFINITY]).unit("seconds").register()?;
    [0.05, 0.5, 5.0].into_iter().for_each(|v| h.observe(v));
    r.summary("size_bytes", "Size.").register()?.observe(10.0);
    r.info("build_info", "Build.").register()?.set([("version", "1.2"), ("os", "none")])?;
    r.info("unset", "Not set.").register()?;
    r.state_set("task", "Task.", ["down", "up"]).register()?.set("up").unwrap();

    assert_eq!(generate_latest(&r, Text), include_str!("golden/every_kind.txt"));
    assert_eq!(generate_latest(&r, OpenMetrics), include_str!("golden/every_kind.om"));
    assert_eq!(r.sample_value("wait_seconds_bucket", &[("le", "1")]), Some(2.0));
    assert_eq!(r.sample_value("task", &[("task", "up")]), Some(1.0));
    Ok(())
}

#[test]
fn what_is_wrong_is_said() {
    let r = Registry::new();
    let bad = [
        (
            r.counter("http-requests", "").register().err(),
            ErrorKind::Name,
            "metric name \"http-requests\": a name may hold only ASCII letters, digits and underscores (a metric name \
             also colons); \"http_requests\" would do",
        ),
        (
            r.gauge("2xx", "").register().err(),
            ErrorKind::Name,
            "metric name \"2xx\": a name must start with a letter or an underscore (a metric name also with a colon); \
             \"_2xx\" would do",
        ),
        (
            r.gauge("", "").namespace("a").register().err(),
            ErrorKind::Name,
            "metric name \"\": a name must not be empty",
        ),
        (r.counter("_total", "").register().err(), ErrorKind::Name, "metric name \"\": a name must not be empty"),
        (
            r.counter("x", "").labels(["a:b"]).register().err(),
            ErrorKind::Label,
            "label name of metric \"x\": \"a:b\": a name may hold only ASCII letters, digits and underscores (a metric \
             name also colons); \"a_b\" would do",
        ),
        (
            r.counter("x", "").labels(["__name__"]).register().err(),
            ErrorKind::Label,
            "label name of metric \"x\": \"__name__\": a label name that starts with two underscores is reserved for \
             Prometheus itself",
        ),
        (
            r.counter("x", "").labels(["a", "a"]).register().err(),
            ErrorKind::Label,
            "label name of metric \"x\": \"a\": a label name must be given once",
        ),
        (
            r.histogram("x", "").labels(["le"]).register().err(),
            ErrorKind::Label,
            "metric \"x\": \"le\": a histogram writes the label \"le\" itself",
        ),
        (
            r.state_set("x", "", ["a"]).namespace("n").labels(["n_x"]).register().err(),
            ErrorKind::Label,
            "metric \"n_x\": \"n_x\": a state set writes a label with the name of the metric itself",
        ),
        (
            r.info("x", "").unit("bytes").register().err(),
            ErrorKind::Unit,
            "metric \"x_bytes\": \"bytes\": an info or a state set cannot have a unit",
        ),
        (
            r.histogram("x", "").buckets([1.0, 1.0]).register().err(),
            ErrorKind::Buckets,
            "metric \"x\": bucket bounds must increase: bound 1 is not greater than the one before it in [1.0, 1.0]",
        ),
        (
            r.histogram("x", "").buckets([f64::INFINITY]).register().err(),
            ErrorKind::Buckets,
            "metric \"x\": a histogram needs at least one bucket bound below +Inf in []",
        ),
        (
            r.histogram("x", "").buckets([1.0, f64::NAN]).register().err(),
            ErrorKind::Buckets,
            "metric \"x\": bucket bounds must be finite numbers (+Inf is always there): bound 1 is not in [1.0, NaN]",
        ),
        (
            r.state_set("x", "", [""; 0]).register().err(),
            ErrorKind::States,
            "metric \"x\": a state set needs at least one state",
        ),
        (
            r.state_set("x", "", ["up", "up"]).register().err(),
            ErrorKind::States,
            "metric \"x\": state \"up\": a state must have a name and be given once",
        ),
    ];
    for (error, kind, text) in bad {
        let error = error.unwrap();
        assert_eq!((error.kind(), &*error.to_string()), (kind, text));
    }
    assert_eq!(generate_latest(&r, Text), "");
}

#[test]
fn values_that_are_refused_change_nothing() -> Result<(), Error> {
    let r = Registry::new();
    let task = r.state_set("task", "", ["down", "up"]).register()?;
    let error = task.set("sideways").unwrap_err();
    assert_eq!(
        (error.to_string(), task.state()),
        ("there is no state \"sideways\"; the states are [\"down\", \"up\"]".into(), "down")
    );

    let build = r.info("build", "").register()?;
    build.set([("version", "1")])?;
    assert_eq!(build.set([("version", "2"), ("version", "3")]).unwrap_err().kind(), ErrorKind::Label);
    assert_eq!(build.set([("__v", "2")]).unwrap_err().kind(), ErrorKind::Label);
    assert_eq!(r.sample_value("build_info", &[("version", "1")]), Some(1.0));

    let work = r.counter("work", "").float().register()?;
    assert!(work.inc_by(-1.0).is_err() && work.inc_by(f64::NAN).is_err());
    assert_eq!(work.value(), 0.0);
    Ok(())
}

#[test]
fn an_info_cannot_hide_a_label_of_its_family() -> Result<(), Error> {
    let r = Registry::new();
    let parts = r.info("part", "").labels(["slot"]).register()?;
    parts.get(["1"]).set([("model", "a")])?;
    assert_eq!(r.sample_value("part_info", &[("slot", "1"), ("model", "a")]), Some(1.0));
    let error = parts.get(["1"]).set([("model", "b"), ("slot", "b")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Label);
    assert!(error.to_string().contains("\"slot\" is one of its family already"), "{error}");
    let build = r.info("build", "").const_labels(&[("zone", "a")]).register()?;
    assert_eq!(build.set([("zone", "b")]).unwrap_err().kind(), ErrorKind::Label);
    assert_eq!(
        generate_latest(&r, Text),
        "# TYPE part_info gauge\npart_info{model=\"a\",slot=\"1\"} 1\n# TYPE build_info gauge\n"
    );
    Ok(())
}

#[test]
fn an_info_that_hides_a_label_of_its_scope_costs_no_other_series() -> Result<(), Error> {
    let (r, inner) = (Registry::new(), Registry::new());
    let scope = r.scoped("", &[("host", "a")])?;
    let error = scope.info("known", "").register()?.set([("host", "x")]).unwrap_err();
    assert_eq!((error.kind(), r.sample_value("known_info", &[("host", "a")])), (ErrorKind::Label, None));

    scope.register(inner.clone())?;
    let parts = inner.info("part", "").labels(["slot"]).register()?; // which knows nothing of the scope
    for (slot, label) in [("1", "model"), ("2", "host"), ("3", "model")] {
        parts.get([slot]).set([(label, "x")])?;
    }
    let page = generate_latest(&r, Text);
    let lines: Vec<_> = page.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        lines,
        [
            r#"part_info{host="a",model="x",slot="1"} 1"#,
            r#"part_info{host="a",model="x",slot="3"} 1"#,
            "narthex_collector_errors_total 1",
        ]
    );
    Ok(())
}
