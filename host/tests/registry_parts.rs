//! Parts of a registry: some names, scopes, what the metrics are of, and what is there from the start.

mod client;

use narthex::encode::{OpenMetrics, Text};
use narthex::{
    Collect, Counter, Desc, ErrorKind, Flow, Handle, Kind, Metric, Registry, Sink, default_registry, generate_latest,
    name, start_http_server,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts how often it is collected.
#[derive(Default)]
struct Watched(Arc<AtomicUsize>, Counter);

impl Watched {
    const A: Desc<'static> = Desc::new(Kind::Counter, name!("watched_a"), "A.");
    const B: Desc<'static> = Desc::new(Kind::Counter, name!("watched_b"), "B.");
}

impl Collect for Watched {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&Self::A)?;
        each(&Self::B)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.0.fetch_add(1, Ordering::Relaxed);
        self.1.collect(&Self::A, sink)?;
        self.1.collect(&Self::B, sink)
    }
}

#[test]
fn a_restricted_registry_has_whole_families_in_order_and_asks_nobody_else() {
    let registry = Registry::new();
    let watched = Watched::default();
    let asked = Arc::clone(&watched.0);
    registry.register(watched).unwrap();
    let wait = registry.histogram("wait", "Wait.").unit("seconds").buckets([1.0]).register().unwrap();
    wait.observe(0.5);
    registry.gauge("depth", "Depth.").register().unwrap();
    let nested = Registry::new();
    nested.counter("inner_total", "Inner.").register().unwrap();
    nested.counter("other_total", "Other.").register().unwrap();
    registry.register(nested).unwrap();

    let some = registry.restricted(["inner_total", "wait_seconds_count", "nothing", "depth"]);
    assert_eq!(
        generate_latest(&some, OpenMetrics),
        "# HELP wait_seconds Wait.\n# TYPE wait_seconds histogram\n# UNIT wait_seconds seconds\n\
         wait_seconds_bucket{le=\"1.0\"} 1\nwait_seconds_bucket{le=\"+Inf\"} 1\nwait_seconds_sum 0.5\n\
         wait_seconds_count 1\n# HELP depth Depth.\n# TYPE depth gauge\ndepth 0\n\
         # HELP inner Inner.\n# TYPE inner counter\ninner_total 0\n# EOF\n"
    );
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert_eq!(generate_latest(&registry.restricted(["watched_b"]), Text), page_of_b());
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(generate_latest(&registry.restricted(["nothing"]), Text), "");
    assert_eq!(generate_latest(&registry.restricted::<&str>([]), Text), "");

    registry.register_source(|| {
        let inner = Registry::new();
        inner.gauge("from_source", "").register().unwrap();
        inner.gauge("also_from_source", "").register().unwrap();
        Ok(inner)
    });
    assert_eq!(
        generate_latest(&registry.restricted(["from_source"]), Text),
        "# TYPE from_source gauge\nfrom_source 0\n"
    );
    // what is registered later is there as well
    let later = registry.restricted(["later"]);
    registry.gauge("later", "").register().unwrap();
    assert_eq!(later.sample_value("later", &[]), Some(0.0));
}

fn page_of_b() -> &'static str {
    "# HELP watched_b_total B.\n# TYPE watched_b_total counter\nwatched_b_total 0\n"
}

#[test]
fn a_query_asks_for_some_names() {
    let registry = Registry::new();
    registry.register(Watched::default()).unwrap();
    let server = start_http_server("127.0.0.1:0".parse().unwrap(), registry).unwrap();
    let get = |query: &str| client::get(server.local_addr(), &format!("/metrics{query}"), "");
    assert_eq!(get("?name[]=watched_b_total").text(), page_of_b());
    assert_eq!(get("?name%5B%5D=watched%5fb&x=y&name[]=%ff%00%zz../").text(), page_of_b());
    assert_eq!(get("?name[]=nothing").text(), "");
    assert!(get("?names=watched_b").text().contains("watched_a_total"));
    let (few, many) = ("name[]=b&".repeat(800), "name[]=b&".repeat(1500));
    assert_eq!((get(&format!("?{few}")).status, get(&format!("?{many}")).status), (200, 414));
}

#[test]
fn scopes_put_prefix_and_labels_before_what_is_made_in_them() {
    let registry = Registry::new();
    let house = registry.scoped("house_", &[("site", "a\"b")]).unwrap();
    let attic = house.scoped("attic_", &[("floor", "2")]).unwrap();
    attic.gauge("temperature_celsius", "T.").labels(["sensor"]).register().unwrap().get(["x"]).set(20);
    attic.register(Watched::default()).unwrap();
    house.register(Watched::default()).unwrap(); // the same names, elsewhere
    registry.register(Watched::default()).unwrap();
    let labels = [("site", "a\"b"), ("floor", "2")];
    let with_sensor = [labels[0], labels[1], ("sensor", "x")];
    assert_eq!(registry.sample_value("house_attic_temperature_celsius", &with_sensor), Some(20.0));
    assert_eq!(registry.sample_value("house_attic_watched_a_total", &labels), Some(0.0));
    assert_eq!(house.sample_value("house_watched_a_total", &labels[..1]), Some(0.0));
    assert_eq!(house.sample_value("house_attic_watched_a_total", &labels), Some(0.0), "scopes are inside");
    assert_eq!(house.sample_value("watched_a_total", &[]), None, "not what is outside");
    assert_eq!(attic.sample_value("house_watched_a_total", &labels[..1]), None);

    let error = attic.gauge("temperature_celsius", "").register().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Duplicate);
    assert!(error.to_string().contains("house_attic_temperature_celsius"), "{error}");
    assert_eq!(registry.gauge("house_watched_a", "").register().unwrap_err().kind(), ErrorKind::Duplicate);
    let registration = registry.find("house_attic_watched_b").unwrap().registration();
    assert!(house.unregister(registration).is_some());
    assert_eq!(registry.sample_value("house_attic_watched_b_total", &labels), None);
}

#[test]
fn a_label_of_a_scope_is_no_label_of_a_metric() {
    let registry = Registry::new();
    let page = generate_latest(&registry, Text);
    for (labels, metric) in [("method", "method"), ("le", "le"), ("quantile", "quantile"), ("up", "up")] {
        let scope = registry.scoped("", &[(labels, "x")]).unwrap();
        let refused = match metric {
            "method" => scope.counter("x", "").labels(["method"]).register().map(drop),
            "le" => scope.histogram("x", "").register().map(drop),
            "quantile" => scope.summary("x", "").register().map(drop),
            _ => scope.state_set("up", "", ["a", "b"]).register().map(drop),
        };
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Label, "{error}");
        assert!(error.to_string().contains(labels), "{error}");
    }
    for (prefix, labels) in [("9", &[][..]), ("a-", &[]), ("", &[("__x", "")]), ("", &[("a", ""), ("a", "")])] {
        registry.scoped(prefix, labels).unwrap_err();
    }
    let scope = registry.scoped("", &[("a", "")]).unwrap();
    assert_eq!(scope.scoped("", &[("a", "")]).unwrap_err().kind(), ErrorKind::Label);
    assert_eq!(generate_latest(&registry, Text), page);
}

#[test]
fn what_metrics_are_of_comes_first() {
    let registry = Registry::new();
    registry.gauge("depth", "").register().unwrap();
    assert_eq!(registry.target_info(), None);
    registry.set_target_info(&[("service", "mail"), ("env", "pr\"od")]).unwrap();
    assert_eq!(
        generate_latest(&registry, OpenMetrics),
        "# HELP target What these metrics are of.\n# TYPE target info\ntarget_info{service=\"mail\",env=\"pr\\\"od\"} 1\n\
         # TYPE depth gauge\ndepth 0\n# EOF\n"
    );
    for wrong in [&[("__a", "")][..], &[("a", ""), ("a", "")], &[("", "")]] {
        assert_eq!(registry.set_target_info(wrong).unwrap_err().kind(), ErrorKind::Label);
    }
    assert_eq!(registry.target_info().unwrap(), [("service".into(), "mail".into()), ("env".into(), "pr\"od".into())]);
    for name in ["target", "target_info"] {
        assert_eq!(registry.gauge(name, "").register().unwrap_err().kind(), ErrorKind::Duplicate);
    }
    registry.set_target_info(&[("service", "print")]).unwrap();
    assert_eq!(registry.sample_value("target_info", &[("service", "print")]), Some(1.0));
    registry.clear_target_info();
    assert_eq!((registry.target_info(), registry.sample_value("target_info", &[("service", "print")])), (None, None));

    registry.gauge("target_info", "").register().unwrap();
    let error = registry.set_target_info(&[("a", "b")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Duplicate);
    assert!(error.existing().unwrap().downcast_ref::<Handle<narthex::Gauge>>().is_some());
    assert_eq!(registry.target_info(), None);
}

#[test]
fn the_default_registry_knows_its_process() {
    let registry = default_registry();
    assert!(registry.sample_value("process_resident_memory_bytes", &[]).unwrap() > 0.0);
    let process = registry.find("process_open_fds").unwrap();
    registry.unregister(process.registration()).unwrap();
    assert_eq!(registry.sample_value("process_resident_memory_bytes", &[]), None);
}

/// Registers another metric while it is asked.
struct Registers(Registry);

impl Collect for Registers {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        let _ = self.0.gauge("made_while_described", "").register();
        each(&Desc::new(Kind::Gauge, name!("registers"), ""))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        let made = self.0.gauge("made_while_collected", "").register();
        if let Err(error) = &made {
            self.0.unregister(error.existing().unwrap().registration());
        }
        let _ = self.0.restricted(["made_while_described"]).sample_value("made_while_described", &[]);
        narthex::callback(&Desc::new(Kind::Gauge, name!("registers"), ""), sink, u64::from(made.is_ok()))
    }
}

#[test]
fn a_registry_may_be_used_by_its_collectors() {
    let registry = Registry::new();
    registry.register(Registers(registry.clone())).unwrap();
    assert_eq!(registry.sample_value("registers", &[]), Some(1.0));
    assert!(registry.find("made_while_described").is_some() && registry.find("made_while_collected").is_some());
    assert_eq!(registry.sample_value("registers", &[]), Some(0.0));
    assert!(registry.find("made_while_collected").is_none());
}

/// A state set has a label of its own name, which cannot have a colon: one would make servers refuse the whole page.
#[test]
fn a_state_set_has_no_colon() {
    struct Door;
    impl Collect for Door {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            each(&Desc::new(Kind::StateSet, name!("door"), "Door."))
        }

        fn collect(&self, _: &mut dyn Sink) -> Flow {
            Ok(())
        }
    }
    let registry = Registry::new();
    let scope = registry.scoped("house:", &[]).unwrap();
    for error in [
        registry.state_set("house:door", "", ["open", "shut"]).register().unwrap_err(),
        scope.state_set("door", "", ["open", "shut"]).register().unwrap_err(),
        scope.register(Door).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Name);
        assert!(
            error.to_string().starts_with("metric \"house:door\": a state set has a label of its own name"),
            "{error}"
        );
    }
    registry.register(Door).unwrap();
}

#[test]
fn a_state_set_has_no_label_that_its_scope_makes_its_own() {
    let registry = Registry::new();
    let scope = registry.scoped("task_", &[]).unwrap();
    let labelled = scope.state_set("state", "", ["on", "off"]).labels(["task_state"]).register().unwrap_err();
    let within = registry.scoped("task_", &[("task_state", "a")]).unwrap();
    let scoped = within.state_set("state", "", ["on", "off"]).register().unwrap_err();
    for error in [labelled, scoped] {
        let said = "state set \"task_state\": its name in this scope is the label of its states; rename the label";
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Label, said));
    }
    scope.state_set("state", "", ["on", "off"]).labels(["state_of"]).register().unwrap();
}
