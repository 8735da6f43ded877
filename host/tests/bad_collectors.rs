//! Collectors that give what readers would refuse a page for: they fail, and the page is one that readers take.

use narthex::encode::{OpenMetrics, Text};
use narthex::{
    Collect, Desc, Flow, Kind, LabelNames, Labels, Point, Registry, Sample, Sink, callback, generate_latest, name,
    number::Numbers, parse_openmetrics,
};
use std::sync::{Arc, Mutex};

const ERRORS: &str = "narthex_collector_errors_total";

/// A family of this kind, with the label `a` if it has any.
struct Gives<F>(Kind, F);

impl<F: Fn(&Desc<'_>, &mut dyn Sink) -> Flow> Gives<F> {
    fn with(&self, f: impl FnOnce(&Desc<'_>) -> Flow) -> Flow {
        f(&Desc::new(self.0, name!("bad"), "").with_labels(LabelNames::new(&["a"]).unwrap()).unwrap())
    }
}

impl<F: Fn(&Desc<'_>, &mut dyn Sink) -> Flow> Collect for Gives<F> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.with(|desc| each(desc))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.with(|desc| {
            sink.family(desc)?;
            (self.1)(desc, sink)
        })
    }
}

type Log = Arc<Mutex<Vec<String>>>;

/// What the hook of a registry was told.
fn log(registry: &Registry) -> Log {
    let log = Log::default();
    let lines = Arc::clone(&log);
    registry.on_failure(move |failure| lines.lock().unwrap().push(failure.to_string()));
    log
}

/// That the collector fails for this reason, and costs nothing but what it gave from there on.
fn fails(collector: impl Collect + Send + Sync + 'static, reason: &str) -> String {
    let (registry, mut page) = (Registry::new(), String::new());
    let log = log(&registry);
    registry.gauge("before", "").register().unwrap();
    registry.register(collector).unwrap();
    registry.gauge("after", "").register().unwrap();
    for failures in 1..3 {
        page = generate_latest(&registry, OpenMetrics);
        parse_openmetrics(&page).unwrap_or_else(|error| panic!("{reason}: {error} in {page}"));
        assert!(page.contains("\nbefore 0\n") && page.contains("\nafter 0\n"), "{page}");
        assert!(page.ends_with(&format!("\n{ERRORS} {failures}\n# EOF\n")), "{reason}: {page}");
        assert!(!page.contains("never"), "{page}");
    }
    assert_eq!(log.lock().unwrap()[1], format!("the collector of \"bad\": {reason}"));
    page
}

fn sample(desc: &Desc<'_>, sink: &mut dyn Sink, index: usize, labels: (&[&str], &[&str]), point: &Point<'_>) -> Flow {
    sink.sample(desc, &Sample::new(index, &Labels::new(labels.0, labels.1), point))
}

#[test]
fn labels_that_are_not_those_of_the_family() {
    for (names, values, reason) in [
        (
            &["a", "b"][..],
            &["never"][..],
            "the values [\"never\"] of a series are not as many as its labels [\"a\", \"b\"]",
        ),
        (
            &["a"],
            &["never", "never"],
            "the values [\"never\", \"never\"] of a series are not as many as its labels [\"a\"]",
        ),
        (
            &["a\nevil 1\nb"],
            &["never"],
            "label \"a\\nevil 1\\nb\": a name may hold only ASCII letters, digits and \
          underscores (a metric name also colons)",
        ),
        (&["b"], &["never"], "the labels [\"b\"] of a series do not end in those of its family, [\"a\"]"),
        (
            &["a", "b"],
            &["never", "b"],
            "the labels [\"a\", \"b\"] of a series do not end in those of its family, [\"a\"]",
        ),
        (&[], &[], "the labels [] of a series do not end in those of its family, [\"a\"]"),
        (&["a", "a"], &["never", "a"], "label \"a\": a label name must be given once"),
        (
            &["__b", "a"],
            &["never", "a"],
            "label \"__b\": a label name that starts with two underscores is reserved for \
          Prometheus itself",
        ),
    ] {
        let give = move |desc: &Desc<'_>, sink: &mut dyn Sink| {
            sample(desc, sink, 0, (&["a"], &["good"]), &Point::Number(1_u64.into()))?;
            sample(desc, sink, 1, (names, values), &Point::Number(2_u64.into()))?;
            sample(desc, sink, 2, (&["a"], &["never"]), &Point::Number(3_u64.into()))
        };
        let page = fails(Gives(Kind::Gauge, give), &format!("metric \"bad\": {reason}"));
        assert!(page.contains("\nbad{a=\"good\"} 1\n"), "{page}");
    }
    let le = |desc: &Desc<'_>, sink: &mut dyn Sink| {
        let point = Point::Histogram { bounds: &&[1.0][..], buckets: &[1, 2], sum: 1.0.into() };
        sample(desc, sink, 0, (&["le", "a"], &["never", ""]), &point)
    };
    fails(Gives(Kind::Histogram, le), "metric \"bad\": the label \"le\" is one that a Histogram writes itself");
}

#[test]
fn labels_of_scopes_and_of_an_info_go_before_those_of_the_family() {
    let registry = Registry::new();
    let give = |desc: &Desc<'_>, sink: &mut dyn Sink| {
        let own = Labels::new(&["a"], &["x"]);
        sink.sample(desc, &Sample::new(0, &Labels::new(&["fact"], &["y"]).and(&own), &Point::Info))?;
        sink.sample(desc, &Sample::new(1, &Labels::new(&["other"], &["z"]).and(&own), &Point::Info))
    };
    registry.scoped("in_", &[("site", "s")]).unwrap().register(Gives(Kind::Info, give)).unwrap();
    let page = generate_latest(&registry, Text);
    assert!(
        page.contains("in_bad_info{site=\"s\",fact=\"y\",a=\"x\"} 1\nin_bad_info{site=\"s\",other=\"z\",a=\"x\"} 1\n")
    );
    assert!(!page.contains(ERRORS), "{page}");
}

type Points = fn(&mut dyn FnMut(&Point<'_>) -> Flow) -> Flow;

#[test]
fn values_that_are_not_those_of_the_kind() {
    fn histogram(bounds: &dyn Numbers, buckets: &[u64], give: &mut dyn FnMut(&Point<'_>) -> Flow) -> Flow {
        give(&Point::Histogram { bounds, buckets, sum: 1.0.into() })
    }
    let cases: [(Kind, Points, &str); 12] = [
        (
            Kind::Counter,
            |give| give(&Point::Summary { count: 1, sum: 1.0.into() }),
            "a summary is no value of a Counter",
        ),
        (Kind::Gauge, |give| give(&Point::Info), "an info is no value of a Gauge"),
        (Kind::Histogram, |give| give(&Point::Number(1_u64.into())), "a number is no value of a Histogram"),
        (
            Kind::Counter,
            |give| give(&Point::Number(f64::NAN.into())),
            "NaN is no value of a counter, which goes up from 0",
        ),
        (
            Kind::Counter,
            |give| give(&Point::Number((-1_i64).into())),
            "-1 is no value of a counter, which goes up from 0",
        ),
        (
            Kind::StateSet,
            |give| give(&Point::StateSet { states: &["x", "x"], active: 0 }),
            "the state \"x\" is there twice",
        ),
        (
            Kind::Histogram,
            |give| histogram(&&[1.0, 2.0][..], &[1, 2], give),
            "2 buckets for 2 bounds; there is one for each, and one for +Inf",
        ),
        (
            Kind::Histogram,
            |give| histogram(&&[1.0, 2.0][..], &[2, 1, 3], give),
            "the counts [2, 1, 3] go down; each bucket has the observations of those before, too",
        ),
        (
            Kind::GaugeHistogram,
            |give| histogram(&&[2.0, 1.0][..], &[1, 2, 3], give),
            "the bound 1 is not finite, or not above the one before",
        ),
        (
            Kind::Histogram,
            |give| histogram(&&[1_u64 << 53, 1 << 53][..], &[1, 2, 3], give),
            "the bound 9007199254740992 is not finite, or not above the one before",
        ),
        (
            Kind::Histogram,
            |give| histogram(&&[1.0, f64::NAN][..], &[1, 2, 3], give),
            "the bound NaN is not finite, or not above the one before",
        ),
        (
            Kind::Histogram,
            |give| histogram(&&[1.0_f32, f32::INFINITY][..], &[1, 2, 3], give),
            "the bound +Inf is not finite, or not above the one before",
        ),
    ];
    for (kind, point, reason) in cases {
        let give = move |desc: &Desc<'_>, sink: &mut dyn Sink| {
            point(&mut |point| sample(desc, sink, 0, (&["a"], &["never"]), point))
        };
        fails(Gives(kind, give), &format!("metric \"bad\": {reason}"));
    }
}

#[test]
fn what_a_collector_does_with_the_answers_of_its_page() {
    // the same place twice
    let twice = |desc: &Desc<'_>, sink: &mut dyn Sink| {
        sample(desc, sink, 3, (&["a"], &["x"]), &Point::Number(1_u64.into()))?;
        sample(desc, sink, 3, (&["a"], &["never"]), &Point::Number(1_u64.into()))
    };
    fails(Gives(Kind::Gauge, twice), "metric \"bad\": the index 3 of a series is not above that of the series before");
    // goes on after it was refused
    let deaf = |desc: &Desc<'_>, sink: &mut dyn Sink| {
        let _ = sample(desc, sink, 0, (&["a"], &[]), &Point::Number(1_u64.into()));
        let _ = sample(desc, sink, 1, (&["a"], &["never"]), &Point::Number(1_u64.into()));
        callback(&Desc::new(Kind::Gauge, name!("never"), ""), sink, 1_u64).or(Ok(()))
    };
    fails(Gives(Kind::Gauge, deaf), "metric \"bad\": the values [] of a series are not as many as its labels [\"a\"]");
    fails(
        Gives(Kind::Gauge, |_: &Desc<'_>, _: &mut dyn Sink| Err(narthex::Stop::Sink)),
        "it stopped as if the page were full, which it was not",
    );

    // ignores that a part of the page is full
    let registry = Registry::new();
    let log = log(&registry);
    let careless = |desc: &Desc<'_>, sink: &mut dyn Sink| {
        for index in 0..20_000 {
            let _ = sample(desc, sink, index, (&["a"], &[&index.to_string()]), &Point::Number(1_u64.into()));
        }
        Ok(())
    };
    registry.register(Gives(Kind::Gauge, careless)).unwrap();
    assert_eq!(generate_latest(&registry, Text).matches("\nbad{").count(), 20_000);
    assert_eq!(*log.lock().unwrap(), [""; 0]);
}

#[test]
fn a_sample_of_another_family() {
    for (kind, other) in [(Kind::Gauge, name!("bad_too")), (Kind::Gauge, name!("ba")), (Kind::Counter, name!("bad"))] {
        let collector = Gives(Kind::Gauge, move |_: &Desc<'_>, sink: &mut dyn Sink| {
            let desc = Desc::new(kind, other, "");
            sample(&desc, sink, 0, (&[], &[]), &Point::Number(7_u64.into()))
        });
        let page = fails(
            collector,
            &format!("metric \"bad\": a sample of the {kind:?} {:?} is in its family", other.as_str()),
        );
        assert!(!page.contains(" 7\n"), "{page}");
    }
}
