//! Registering, refusing, collecting what fails.

use narthex::encode::{Cursor, Text};
use narthex::{
    Collect, CollectError, Counter, Desc, ErrorKind, Exposition, Flow, GrowingFamily, Handle, Kind, Metric, Registry,
    Sink, callback, generate_latest, name, parse_openmetrics,
};
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Gives one gauge, then does what it was told to.
struct Custom<F>(&'static str, F);

impl<F: Fn() -> Flow> Custom<F> {
    fn desc(&self) -> Desc<'_> {
        Desc::new(Kind::Gauge, narthex::Name::new(self.0).unwrap(), "Custom.")
    }
}

impl<F: Fn() -> Flow> Collect for Custom<F> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&self.desc())
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        callback(&self.desc(), sink, 1_u64)?;
        (self.1)()
    }
}

fn fine() -> Flow {
    Ok(())
}

#[test]
fn everything_that_collects_can_be_registered() {
    static STATIC: Custom<fn() -> Flow> = Custom("is_static", fine);
    let registry = Registry::new();
    let shared = Arc::new(Custom("is_shared", fine));
    registry.register(Custom("is_owned", fine)).unwrap();
    registry.register(&STATIC).unwrap();
    registry.register(Arc::clone(&shared)).unwrap();
    registry.register(Box::new(Custom("is_boxed", fine))).unwrap();
    let nested = Registry::new();
    registry.register(nested.clone()).unwrap();
    nested.register(Custom("is_nested", fine)).unwrap();
    for name in ["is_owned", "is_static", "is_shared", "is_boxed", "is_nested"] {
        assert_eq!(registry.sample_value(name, &[]), Some(1.0), "{name}");
    }
    assert_eq!(registry.sample_value("is_missing", &[]), None);
}

#[test]
fn exposed_names_are_registered_once() {
    let registry = Registry::new();
    let latency = registry.histogram("latency_seconds", "Latency.").register().unwrap();
    latency.observe(0.5);

    let error = registry.gauge("latency_seconds_count", "Collides.").register().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Duplicate);
    assert_eq!(
        error.to_string(),
        "metric \"latency_seconds_count\": \"latency_seconds_count\" is exposed already, by the registered metric \
         \"latency_seconds\"; use that, unregister it, or choose another name"
    );
    let existing = error.existing().unwrap();
    assert_eq!(existing.downcast_ref::<Handle<narthex::RuntimeHistogram>>().unwrap().count(), 1);

    // the receipt that the error hands back takes the other one out
    registry.unregister(existing.registration()).unwrap();
    assert!(registry.unregister(existing.registration()).is_none());
    registry.gauge("latency_seconds_count", "Now free.").register().unwrap();
    latency.observe(0.5); // harmless
}

#[test]
fn a_family_that_is_registered_is_handed_back() {
    let registry = Registry::new();
    let requests = registry.counter("requests_total", "Requests.").labels(["path"]).register().unwrap();
    requests.get(["/"]).inc();
    let error = registry.counter("requests", "Requests.").labels(["path"]).register().unwrap_err();
    let again = error.existing().unwrap().downcast_ref::<GrowingFamily<[&'static str; 1], Counter>>().unwrap();
    again.get(["/"]).inc();
    assert_eq!(requests.get(["/"]).value(), 2);
    assert!(registry.find("requests_created").is_some());
}

#[test]
fn a_refused_registration_changes_nothing() {
    struct Two;
    impl Collect for Two {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            each(&Desc::new(Kind::Counter, name!("fresh"), ""))?;
            each(&Desc::new(Kind::Gauge, name!("taken"), ""))
        }
        fn collect(&self, _: &mut dyn Sink) -> Flow {
            Ok(())
        }
    }
    struct Twice;
    impl Collect for Twice {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            each(&Desc::new(Kind::Counter, name!("twice"), ""))?;
            each(&Desc::new(Kind::Gauge, name!("twice_total"), ""))
        }
        fn collect(&self, _: &mut dyn Sink) -> Flow {
            Ok(())
        }
    }
    struct Speechless;
    impl Collect for Speechless {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            each(&Desc::new(Kind::Counter, name!("said"), ""))?;
            Err(CollectError::new(&"no words").into())
        }
        fn collect(&self, _: &mut dyn Sink) -> Flow {
            Ok(())
        }
    }

    let registry = Registry::new();
    registry.gauge("taken", "").register().unwrap();
    let before = generate_latest(&registry, Text);
    assert_eq!(registry.register(Two).unwrap_err().kind(), ErrorKind::Duplicate);
    let twice = registry.register(Twice).unwrap_err();
    assert!(twice.existing().is_none());
    assert!(twice.to_string().contains("the collector exposes \"twice_total\" twice"), "{twice}");
    let speechless = registry.register(Speechless).unwrap_err();
    assert_eq!(speechless.kind(), ErrorKind::Collector);
    assert!(speechless.to_string().ends_with("no words"), "{speechless}");
    assert_eq!(generate_latest(&registry, Text), before);
    for name in ["fresh", "twice", "said"] {
        registry.gauge(name, "").register().unwrap();
    }
}

#[test]
fn a_panic_in_describe_is_an_error_of_the_registration() {
    struct Panics;
    impl Collect for Panics {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            each(&Desc::new(Kind::Gauge, name!("said"), ""))?;
            panic!("on purpose")
        }
        fn collect(&self, _: &mut dyn Sink) -> Flow {
            Ok(())
        }
    }
    let registry = Registry::new();
    let error = registry.register(Panics).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Collector);
    assert!(error.to_string().ends_with("it panicked: on purpose"), "{error}");
    registry.gauge("said", "").register().unwrap();
}

#[test]
fn a_refused_collector_may_use_the_registry_when_it_is_dropped() {
    struct Refused(Registry, Arc<AtomicUsize>);
    impl Collect for Refused {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            each(&Desc::new(Kind::Gauge, name!("taken"), ""))
        }
        fn collect(&self, _: &mut dyn Sink) -> Flow {
            Ok(())
        }
    }
    impl Drop for Refused {
        fn drop(&mut self) {
            self.1.fetch_add(usize::from(self.0.find("taken").is_some()), Ordering::Relaxed);
        }
    }
    let (registry, found) = (Registry::new(), Arc::new(AtomicUsize::new(0)));
    registry.gauge("taken", "").register().unwrap();
    registry.register(Refused(registry.clone(), Arc::clone(&found))).unwrap_err();
    assert_eq!(found.load(Ordering::Relaxed), 1);
}

#[test]
fn the_registrys_own_name_is_taken() {
    let registry = Registry::new();
    let error = registry.counter("narthex_collector_errors_total", "").register().unwrap_err();
    assert_eq!((error.kind(), error.existing().is_none()), (ErrorKind::Duplicate, true));
}

#[test]
fn one_bad_collector_costs_only_its_own() {
    let registry = Registry::new();
    registry.register(Custom("first", fine)).unwrap();
    let nested = Registry::new();
    nested.register(Custom("panics", || panic!("on purpose"))).unwrap();
    nested.register(Custom("nested", fine)).unwrap();
    registry.register(nested).unwrap();
    registry.register(Custom("fails", || Err(CollectError::new(&"on purpose").into()))).unwrap();
    registry.register(Custom("last", fine)).unwrap();

    for scrape in 1..4 {
        let page = generate_latest(&registry, Text);
        for name in ["first", "panics", "nested", "fails", "last"] {
            assert!(page.contains(&format!("\n{name} 1\n")), "{name} of {page}");
        }
        assert!(page.ends_with(&format!("\nnarthex_collector_errors_total {}\n", 2 * scrape)), "{page}");
    }
    assert!(registry.sample_value("narthex_collector_errors_total", &[]).unwrap() >= 6.0);
    assert_eq!(registry.sample_value("last", &[]), Some(1.0));
}

#[test]
fn collectors_may_use_their_registry() {
    let registry = Registry::new();
    let (inner, seen) = (registry.clone(), Arc::new(Mutex::new(Vec::new())));
    let names = Arc::clone(&seen);
    let registers = move || {
        let name = format!("made_{}", names.lock().unwrap().len());
        let made = inner.gauge(&name, "Made while collecting.").register().unwrap();
        made.set(1);
        assert_eq!(inner.find(&name).unwrap().downcast_ref::<Handle<narthex::Gauge>>().unwrap().value(), 1);
        names.lock().unwrap().push(name);
        Ok(())
    };
    registry.register(Custom("registers", registers)).unwrap();
    let first = generate_latest(&registry, Text);
    let second = generate_latest(&registry, Text);
    assert!(!first.contains("made_0") && second.contains("\nmade_0 1\n") && !second.contains("made_1"));
}

#[test]
fn a_registry_that_contains_itself_is_a_failure_and_no_overflow() {
    let (a, b) = (Registry::new(), Registry::new());
    a.register(b.clone()).unwrap();
    b.register(a.clone()).unwrap();
    b.register(Custom("inside", fine)).unwrap();
    let page = generate_latest(&a, Text);
    assert!(page.contains("\ninside 1\n") && page.ends_with("\nnarthex_collector_errors_total 1\n"), "{page}");
    assert_eq!(a.register(a.clone()).unwrap_err().kind(), ErrorKind::Collector);
}

/// A family more each time.
fn growing() -> impl Fn() -> Result<Exposition, Box<dyn Error>> {
    let pages = Mutex::new(0..);
    move || {
        let families = pages.lock().unwrap().next().unwrap();
        let family = |n: i32| format!("# HELP g{n} {}\n# TYPE g{n} gauge\ng{n} {families}\n", "long ".repeat(10_000));
        let page = (0..families).map(family).collect::<String>() + "# EOF\n";
        Ok(parse_openmetrics(&page)?)
    }
}

#[test]
fn a_source_in_a_nested_registry_is_asked_once_for_a_page() {
    let (registry, nested) = (Registry::new(), Registry::new());
    nested.register_source(growing());
    registry.register(nested).unwrap(); // which asks what it exposes: nothing yet
    for families in 1..6 {
        let page = generate_latest(&registry, Text); // in buffers of 128 KiB
        let samples: Vec<_> = page.lines().filter(|line| !line.starts_with('#')).collect();
        let expected: Vec<_> = (0..families).map(|n| format!("g{n} {families}")).collect();
        assert_eq!(samples, expected);
    }
}

#[test]
fn the_default_registry_is_one() {
    narthex::default_registry().gauge("of_the_default_registry", "").register().unwrap().set(4);
    assert_eq!(narthex::default_registry().sample_value("of_the_default_registry", &[]), Some(4.0));
}

#[test]
fn cells_of_the_core_can_be_collected_by_hand() {
    struct Group {
        jobs: Counter,
    }
    impl Group {
        const JOBS: Desc<'static> = Desc::new(Kind::Counter, name!("jobs"), "Jobs.");
    }
    impl Collect for Group {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            each(&Self::JOBS)
        }
        fn collect(&self, sink: &mut dyn Sink) -> Flow {
            self.jobs.collect(&Self::JOBS, sink)
        }
    }
    static GROUP: Group = Group { jobs: Counter::new() };
    let registry = Registry::new();
    registry.register(&GROUP).unwrap();
    GROUP.jobs.inc();
    assert_eq!(generate_latest(&registry, Text), "# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 1\n");
}

#[test]
fn a_source_gives_one_collector_for_each_exposition() {
    let made = Arc::new(AtomicUsize::new(0));
    let registry = Registry::new();
    let source = Arc::clone(&made);
    let registration = registry.register_source(move || {
        let family = format!("# TYPE made_{0} gauge\nmade_{0} 1\n# EOF\n", source.fetch_add(1, Ordering::Relaxed));
        Ok(parse_openmetrics(&family)?)
    });
    let snapshot = registry.snapshot();
    let (mut cursor, mut buffer, mut page) = (Cursor::<Text>::new(), [0; 20], Vec::new());
    while let filled @ 1.. = cursor.fill(&snapshot, &mut buffer).unwrap() {
        page.extend_from_slice(&buffer[..filled]);
    }
    assert_eq!(String::from_utf8(page).unwrap(), "# TYPE made_0 gauge\nmade_0 1\n");
    assert_eq!((registry.sample_value("made_1", &[]), registry.sample_value("made_1", &[])), (Some(1.0), None));
    registry.unregister(registration).unwrap();
    assert_eq!(generate_latest(&registry, Text), "");

    registry.register_source(|| -> Result<Registry, _> { panic!("no source") });
    registry.gauge("other", "").register().unwrap();
    let page = generate_latest(&registry, Text);
    assert!(page.contains("\nother 0\n") && page.contains("\nnarthex_collector_errors_total 1\n"), "{page}");
}
