//! Registries in registries, and families that two collectors would expose.

use narthex::encode::{OpenMetrics, Text};
use narthex::{
    Collect, Counter, Desc, ErrorKind, Flow, Kind, Metric, MetricFamily, Registry, Sink, callback, generate_latest,
    name, parse_openmetrics,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const ERRORS: &str = "narthex_collector_errors_total";

/// A page that a strict parser takes.
fn page(registry: &Registry) -> String {
    let page = generate_latest(registry, OpenMetrics);
    parse_openmetrics(&page).unwrap_or_else(|error| panic!("{error} in {page}"));
    page
}

fn counter(registry: &Registry, name: &str, value: u64) {
    registry.counter(name, "").register().unwrap().inc_by(value);
}

#[test]
fn what_a_nested_registry_gets_later_is_there_by_name() {
    let (registry, nested) = (Registry::new(), Registry::new());
    counter(&nested, "first", 1);
    let registration = registry.register(nested.clone()).unwrap();
    counter(&nested, "later", 2);
    let inner = nested.find("later_total").unwrap().registration();

    assert_eq!(generate_latest(&registry.restricted(["later"]), Text), "# TYPE later_total counter\nlater_total 2\n");
    assert_eq!(registry.find("later_total").unwrap().registration(), registration);
    let error = registry.gauge("later_total", "").register().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Duplicate);
    assert_eq!(
        error.to_string(),
        "metric \"later_total\": \"later_total\" is exposed already, by the registered metric \"later\"; \
         use that, unregister it, or choose another name"
    );
    assert_eq!(error.existing().unwrap().registration(), registration);

    nested.unregister(inner).unwrap();
    assert!(registry.find("later_total").is_none());
    registry.gauge("later_total", "").register().unwrap(); // free again
    assert_eq!(registry.sample_value("later_total", &[]), Some(0.0));
}

#[test]
fn a_registry_in_a_scope_is_one_as_well() {
    let (registry, nested) = (Registry::new(), Registry::new());
    let scope = registry.scoped("in_", &[("site", "x")]).unwrap();
    scope.register(nested.clone()).unwrap();
    counter(&nested, "later", 2);
    let part = registry.restricted(["in_later_total"]);
    assert_eq!(part.sample_value("in_later_total", &[("site", "x")]), Some(2.0));
    assert!(registry.find("later_total").is_none());
    let error = registry.gauge("in_later", "").register().unwrap_err();
    assert!(error.to_string().contains("by the registered metric \"in_later\""), "{error}");

    // what has a label of the scope then is its own failure
    let family = nested.counter("labelled", "").labels(["site"]).register().unwrap();
    family.get(["y"]).inc();
    assert!(page(&registry).contains("\nin_later_total{site=\"x\"} 2\n"));
    assert_eq!(registry.sample_value(ERRORS, &[]), Some(1.0));

    let outer = Registry::new();
    outer.register(registry.restricted(["in_later"])).unwrap();
    assert!(outer.find("in_later").is_some() && outer.find("in_labelled").is_none());
    counter(&outer, "in_labelled", 3);
    assert_eq!(outer.sample_value("in_labelled_total", &[]), Some(3.0));
}

/// A family more each time, each of which fills most of a part of a page.
fn growing(registry: &Registry) {
    let made = AtomicUsize::new(0);
    registry.register_source(move || {
        let inner = Registry::new();
        for n in 0..=made.fetch_add(1, Ordering::Relaxed) {
            inner.gauge(&format!("g{n}"), &"long ".repeat(20_000)).register()?;
        }
        Ok(inner)
    });
}

#[test]
fn a_registry_by_reference_is_one_as_well() {
    let (fixed, shared, boxed) = (&*Box::leak(Box::new(Registry::new())), Arc::new(Registry::new()), Registry::new());
    let registries = [fixed, &shared, &boxed];
    registries.iter().for_each(|registry| growing(registry));
    let outer = [(); 3].map(|()| Registry::new());
    outer[0].register(fixed).unwrap();
    outer[1].register(Arc::clone(&shared)).unwrap();
    outer[2].register(Box::new(boxed.clone())).unwrap();
    for (inner, outer) in registries.into_iter().zip(outer) {
        counter(inner, "later", 1);
        assert_eq!(outer.restricted(["later"]).sample_value("later_total", &[]), Some(1.0));
        let before = page(&outer).matches("\n# TYPE g").count();
        assert_eq!(page(&outer).matches("\n# TYPE g").count(), before + 1); // asked once a page
        assert_eq!(outer.sample_value(ERRORS, &[]), None);
    }
}

/// Gives its second family now and then, and fails otherwise.
#[derive(Default)]
struct Moody(AtomicUsize, Counter, String);

impl Collect for Moody {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&Desc::new(Kind::Counter, name!("moody_a"), &self.2))?;
        each(&Desc::new(Kind::Counter, name!("moody_b"), &self.2))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.1.collect(&Desc::new(Kind::Counter, name!("moody_a"), &self.2), sink)?;
        match self.0.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => panic!("moody"),
            _ => self.1.collect(&Desc::new(Kind::Counter, name!("moody_b"), &self.2), sink),
        }
    }
}

#[test]
fn a_nested_collector_that_fails_now_and_then_disturbs_no_other() {
    let (registry, nested, help) = (Registry::new(), Registry::new(), "long ".repeat(20_000));
    nested.register(Moody(AtomicUsize::new(0), Counter::new(), help.clone())).unwrap();
    for n in 0..4 {
        nested.gauge(&format!("after_{n}"), &help).register().unwrap();
    }
    registry.register(nested).unwrap();
    for _ in 0..6 {
        let page = page(&registry);
        for n in 0..4 {
            assert_eq!(page.matches(&format!("\nafter_{n} 0\n")).count(), 1);
        }
    }
}

#[test]
fn a_family_is_on_a_page_once() {
    let (registry, nested, other) = (Registry::new(), Registry::new(), Registry::new());
    registry.register(nested.clone()).unwrap();
    registry.register(other.clone()).unwrap();
    registry.register_source(|| Ok(MetricFamily::counter("jobs", "")?.with([], 3_u64)?));
    registry.register_source(|| Ok(MetricFamily::gauge("wait_count", "")?.with([], 4_u64)?));
    counter(&registry, "jobs", 1);
    for registry in [&nested, &other] {
        counter(registry, "jobs", 2); // the outer one's, wherever it is on the page
        counter(registry, "same", 5);
        registry.histogram("wait", "").buckets([1.0]).register().unwrap();
    }
    counter(&other, "alone", 6);
    let text = page(&registry);
    for line in ["jobs_total 1", "same_total 5", "wait_count 0", "alone_total 6"] {
        assert_eq!(text.matches(&format!("\n{line}\n")).count(), 1, "{line} in {text}");
    }
    // `jobs` of both and of the source, `same` and `wait` of the second, `wait_count` of the source
    assert!(text.contains(&format!("\n{ERRORS} 6\n")), "{text}");
    assert_eq!(registry.restricted(["jobs"]).sample_value("jobs_total", &[]), Some(1.0));
    assert_eq!(registry.restricted(["wait_count"]).sample_value("wait_count", &[]), Some(0.0));
}

#[test]
fn what_a_collector_did_not_describe_is_compared_as_well() {
    struct Silent;
    impl Collect for Silent {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            each(&Desc::new(Kind::Gauge, name!("said"), ""))
        }
        fn collect(&self, sink: &mut dyn Sink) -> Flow {
            for name in ["unsaid", "jobs_total", "said", "said", "last"] {
                callback(&Desc::new(Kind::Gauge, narthex::Name::new(name).unwrap(), ""), sink, 7_u64)?;
            }
            Ok(())
        }
    }
    let registry = Registry::new();
    registry.register(Silent).unwrap();
    counter(&registry, "jobs", 1);
    let page = page(&registry);
    for line in ["unsaid 7", "said 7", "last 7", "jobs_total 1", "narthex_collector_errors_total 1"] {
        assert_eq!(page.matches(&format!("\n{line}\n")).count(), 1, "{line} in {page}");
    }
    assert!(!page.contains("jobs_total 7"));
}

#[test]
fn a_name_belongs_to_what_had_it_when_the_page_began() {
    struct Unregisters(Registry);
    impl Collect for Unregisters {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            each(&Desc::new(Kind::Gauge, name!("unregisters"), ""))
        }
        fn collect(&self, sink: &mut dyn Sink) -> Flow {
            let jobs = self.0.find("jobs_total").unwrap();
            self.0.unregister(jobs.registration());
            callback(&Desc::new(Kind::Gauge, name!("unregisters"), ""), sink, 1_u64)
        }
    }
    let (registry, nested) = (Registry::new(), Registry::new());
    counter(&registry, "jobs", 1);
    registry.register(Unregisters(registry.clone())).unwrap();
    registry.register(nested.clone()).unwrap();
    counter(&nested, "jobs", 2);
    let first = page(&registry);
    assert!(first.contains("\njobs_total 1\n") && !first.contains("\njobs_total 2\n"), "{first}");
    assert!(page(&registry).contains("\njobs_total 2\n"));
}

#[test]
fn a_receipt_is_for_one_registry() {
    let [one, two] = [(); 2].map(|()| Registry::new());
    [&one, &two].into_iter().for_each(|registry| registry.set_target_info(&[("service", "mail")]).unwrap());
    let registration = one.find("target_info").unwrap().registration();
    assert!(two.unregister(registration).is_none() && two.target_info().is_some());
    assert!(one.unregister(registration).is_some() && one.target_info().is_none());

    // through a scope it is the whole registry's, and no labels are labels
    let scope = two.scoped("a_", &[("b", "")]).unwrap();
    scope.set_target_info(&[]).unwrap();
    assert_eq!((scope.target_info(), two.sample_value("target_info", &[])), (Some(Vec::new()), Some(1.0)));
    two.clear_target_info();
    assert_eq!(scope.target_info(), None);
}
