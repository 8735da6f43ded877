//! Exemplars, as a scrape shows them.

use narthex::encode::{OpenMetrics, Text};
use narthex::{
    Error, ErrorKind, GiveExemplar, Handle, Observe, ObserveDuration, Registry, RuntimeHistogram, WithExemplars,
    generate_latest,
};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The lines of samples, without the moments of exemplars, which are those of the test.
fn lines(registry: &Registry) -> Vec<String> {
    let page = generate_latest(registry, OpenMetrics);
    page.lines().filter(|line| !line.starts_with("# ")).map(without_moment).collect()
}

fn without_moment(line: &str) -> String {
    match (line.contains(" # "), line.rsplit_once(' ')) {
        (true, Some((line, moment))) => {
            assert!(moment.parse::<f64>().unwrap() > 1.7e9, "{moment}");
            line.into()
        }
        _ => line.into(),
    }
}

#[test]
fn counters_keep_the_last_and_histograms_the_last_of_each_bucket() {
    let registry = Registry::new();
    let jobs = registry.counter("jobs_total", "").exemplars().register().unwrap();
    let bytes = registry.counter("sent_bytes_total", "").float().exemplars().labels(["peer"]).register().unwrap();
    let wait = registry.histogram("wait", "").buckets([1.0, 2.0]).labels(["queue"]).exemplars().register().unwrap();

    jobs.inc();
    jobs.inc_with_exemplar(&[("trace_id", "a")]).unwrap();
    jobs.inc_by_with_exemplar(3, &[("trace_id", "\"b\\"), ("span", "é\n")]).unwrap();
    jobs.inc_with_exemplar(&[]).unwrap();
    jobs.inc_by(4);
    bytes.get(["x"]).inc_by_with_exemplar(0.5, &[("trace_id", "c")]).unwrap();
    bytes.get(["x"]).inc_by(0.25).unwrap();
    bytes.get(["y"]).inc();
    let mail = wait.get(["mail"]);
    for (value, trace) in [(0.5, "d"), (1.0, "e"), (9.0, "f"), (f64::NAN, "g")] {
        mail.observe_with_exemplar(value, &[("trace_id", trace)]).unwrap();
    }
    mail.observe(1.5);
    Observe::observe(&*mail, 1.5);

    assert_eq!(
        lines(&registry),
        [
            r#"jobs_total 10 # {trace_id="\"b\\",span="é\n"} 3"#,
            r#"sent_bytes_total{peer="x"} 0.75 # {trace_id="c"} 0.5"#,
            r#"sent_bytes_total{peer="y"} 1"#,
            r#"wait_bucket{queue="mail",le="1.0"} 2 # {trace_id="e"} 1"#,
            r#"wait_bucket{queue="mail",le="2.0"} 4"#,
            r#"wait_bucket{queue="mail",le="+Inf"} 6 # {trace_id="g"} NaN"#,
            r#"wait_sum{queue="mail"} 13.5"#,
            r#"wait_count{queue="mail"} 6"#,
        ]
    );
    let text = generate_latest(&registry, Text);
    assert!(text.contains("\njobs_total 10\n") && !text.contains("trace_id"), "{text}");
    assert_eq!(registry.sample_value("jobs_total", &[]), Some(10.0));
}

#[test]
fn what_is_refused_changes_nothing() {
    let registry = Registry::new();
    let counter = registry.counter("n", "").exemplars().register().unwrap();
    let float = registry.counter("f", "").float().exemplars().register().unwrap();
    let histogram = registry.histogram("h", "").exemplars().register().unwrap();
    counter.inc_with_exemplar(&[("a", "b")]).unwrap();
    let before = generate_latest(&registry, OpenMetrics);

    let (fits, long) = ("é".repeat(127), "é".repeat(128));
    for (labels, message) in [
        (&[("a", &*long)][..], "the labels of an exemplar have 129 characters, and may have 128 together"),
        (&[("trace-id", "1")], "label \"trace-id\""),
        (&[("__a", "1")], "label \"__a\""),
        (&[("1", "1")], "label \"1\""),
        (&[("", "1")], "label \"\""),
        (&[("a", "1"), ("b", "2"), ("a", "3")], "label \"a\": a label name must be given once"),
        (&[("", ""); 100_000], "label \"\""),
        (&[("a", ""); 100_000], "100000 characters"),
    ] {
        for error in [
            counter.inc_with_exemplar(labels),
            counter.inc_by_with_exemplar(2, labels),
            float.inc_by_with_exemplar(2.0, labels),
            histogram.observe_with_exemplar(2.0, labels),
        ] {
            let error = error.unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
            assert_eq!(error.kind(), ErrorKind::Exemplar);
        }
    }
    for amount in [-1.0, f64::NAN, f64::NEG_INFINITY] {
        let error = float.inc_by_with_exemplar(amount, &[("a", "b")]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Amount);
        assert!(error.to_string().contains("not by"), "{error}");
        assert!(float.inc_by(amount).is_err());
    }
    assert_eq!(generate_latest(&registry, OpenMetrics), before);

    counter.inc_with_exemplar(&[("a", &fits)]).unwrap(); // 128 characters, 255 bytes
    assert_eq!(lines(&registry)[0], format!("n_total 2 # {{a=\"{fits}\"}} 1"));
}

#[test]
fn a_series_that_begins_anew_has_no_exemplar() {
    let registry = Registry::new();
    let jobs = registry.counter("jobs", "").exemplars().register().unwrap();
    let wait = registry.histogram("wait", "").buckets([1.0]).exemplars().labels(["queue"]).register().unwrap();
    jobs.inc_with_exemplar(&[("n", "1")]).unwrap();
    jobs.reset();
    wait.get(["mail"]).observe_with_exemplar(0.5, &[("n", "1")]).unwrap();
    wait.remove(["mail"]);
    wait.get(["mail"]);
    assert!(
        lines(&registry).iter().all(|line| line.ends_with(" 0") || line.ends_with(" 0.0")),
        "{:?}",
        lines(&registry)
    );
    jobs.inc_with_exemplar(&[("n", "2")]).unwrap();
    assert_eq!(lines(&registry)[0], r#"jobs_total 1 # {n="2"} 1"#);
}

#[test]
fn a_provider_gives_what_it_has_and_never_costs_an_update() {
    let registry = Registry::new();
    let mode = std::sync::Arc::new(std::sync::Mutex::new("nothing"));
    let of_provider = std::sync::Arc::clone(&mode);
    let provider = move |give: &mut GiveExemplar<'_>| {
        let mode = *of_provider.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match mode {
            "nothing" => {}
            "invalid" => give(&[("no-name", "1")]),
            "panic" => std::panic::resume_unwind(Box::new(())),
            "panic after" => {
                give(&[("trace_id", "lost")]);
                std::panic::resume_unwind(Box::new(()))
            }
            trace => give(&[("trace_id", trace)]),
        }
    };
    let jobs = registry.counter("jobs", "Jobs.").exemplars_from(provider).register().unwrap();
    jobs.inc();
    assert_eq!(lines(&registry), ["jobs_total 1", "jobs_exemplars_refused_total 0"]);
    *mode.lock().unwrap() = "t1";
    jobs.inc_by(2);
    assert_eq!(lines(&registry)[0], r#"jobs_total 3 # {trace_id="t1"} 2"#);
    for unusable in ["invalid", "panic", "panic after"] {
        *mode.lock().unwrap() = unusable;
        jobs.inc();
    }
    assert_eq!(lines(&registry), [r#"jobs_total 6 # {trace_id="t1"} 2"#, "jobs_exemplars_refused_total 3"]);
    jobs.inc_with_exemplar(&[("trace_id", "own")]).unwrap(); // is not asked for
    assert_eq!(lines(&registry), [r#"jobs_total 7 # {trace_id="own"} 1"#, "jobs_exemplars_refused_total 3"]);
}

#[test]
fn a_provider_may_count() {
    let registry = Registry::new();
    let asked: &'static std::sync::OnceLock<Handle<WithExemplars<RuntimeHistogram>>> =
        Box::leak(Box::new(std::sync::OnceLock::new()));
    let provider = |give: &mut GiveExemplar<'_>| {
        if let Some(asked) = asked.get() {
            asked.observe(1.0); // would ask for ever
        }
        give(&[("n", "1")]);
    };
    let histogram = registry.histogram("asked", "").buckets([1.0]).exemplars_from(provider).register().unwrap();
    asked.set(histogram.clone()).unwrap();
    histogram.observe(0.5);
    assert_eq!(histogram.count(), 2);
    assert_eq!(lines(&registry)[0], r#"asked_bucket{le="1.0"} 2 # {n="1"} 0.5"#);
}

#[test]
fn timers_and_counters_of_errors_ask_as_well() {
    let registry = Registry::new();
    let wait = registry.histogram("wait", "").buckets([1e9]).exemplars_from(|give| give(&[("n", "1")]));
    let wait = wait.labels(["a"]).register().unwrap();
    wait.get(["x"]).time(|| ());
    drop(wait.get(["y"]).start_timer());
    assert_eq!(lines(&registry).iter().filter(|line| line.contains(r#"} 1 # {n="1"}"#)).count(), 2);

    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    let of_provider = std::sync::Arc::clone(&asked);
    let failures = registry.counter("failures", "").exemplars_from(move |_| {
        of_provider.fetch_add(1, Ordering::Relaxed);
        std::panic::resume_unwind(Box::new("while another panic unwinds"));
    });
    let failures = failures.register().unwrap();
    assert_eq!(failures.count_errors(|| Err::<(), _>(7)), Err(7));
    assert_eq!(failures.count_errors_where(|error| *error == 8, || Err::<(), _>(7)), Err(7));
    let job = std::panic::AssertUnwindSafe(|| failures.count_panics(|| std::panic::resume_unwind(Box::new("the job"))));
    let payload: Box<dyn std::any::Any + Send> = std::panic::catch_unwind(job).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"the job"));
    assert_eq!((failures.value(), asked.load(Ordering::Relaxed)), (2, 2));
    assert_eq!(registry.sample_value("failures_exemplars_refused_total", &[]), Some(2.0));
}

#[test]
fn what_is_refused_is_a_name_of_the_family() -> Result<(), Error> {
    let registry = Registry::new();
    registry.counter("a_exemplars_refused", "").register()?;
    let error = registry.counter("a", "").exemplars_from(|_| {}).register().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Duplicate);
    assert!(registry.find("a_total").is_none());
    let family = registry.counter("b", "").exemplars_from(|_| {}).labels(["x"]).limit(1).register()?;
    family.get(["1"]).inc();
    family.get(["2"]).inc();
    assert_eq!(lines(&registry)[1..], [r#"b_total{x="1"} 1"#, "b_refused_total 1", "b_exemplars_refused_total 0"]);
    Ok(())
}

/// A page never has an exemplar that it does not count, nor one from before a reset.
#[test]
fn no_exemplar_without_its_increment() {
    let registry = Registry::new();
    let counter = registry.counter("n", "").exemplars().register().unwrap();
    let histogram = registry.histogram("h", "").buckets([1.0, 2.0]).exemplars().register().unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for writer in 0..2 {
            let (counter, histogram, done) = (counter.clone(), histogram.clone(), &done);
            threads.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    counter.inc();
                    let at_least = (counter.value() + 1).to_string(); // this one included; resets are of the other
                    counter.inc_with_exemplar(&[("at_least", &at_least)]).unwrap();
                    histogram.observe_with_exemplar(1.5, &[("writer", &writer.to_string())]).unwrap();
                    if writer == 0 {
                        histogram.reset();
                    }
                }
            });
        }
        for _ in 0..300 {
            for line in lines(&registry) {
                assert!(!line.contains("} 0 # "), "{line}");
                if let Some((value, exemplar)) = line.trim_start_matches("n_total ").split_once(" # {at_least=\"") {
                    let at_least: u64 = exemplar.split('"').next().unwrap().parse().unwrap();
                    assert!(value.parse::<u64>().unwrap() >= at_least, "{line}");
                }
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}
