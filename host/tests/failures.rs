//! Collectors that fail: what is counted, who is told, and what that may do.

mod client;

use narthex::encode::Text;
use narthex::{
    Collect, CollectError, Desc, Flow, Kind, Name, Registry, Sink, callback, generate_latest, start_http_server,
};
use std::panic::panic_any;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const ERRORS: &str = "narthex_collector_errors_total";

/// Gives a gauge, and fails then.
struct Fails<F>(&'static str, F);

impl<F: Fn() -> Flow> Collect for Fails<F> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&Desc::new(Kind::Gauge, Name::new(self.0).unwrap(), ""))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        callback(&Desc::new(Kind::Gauge, Name::new(self.0).unwrap(), ""), sink, 1_u64)?;
        (self.1)()
    }
}

/// What the hook of a registry is told.
fn log(registry: &Registry) -> Arc<Mutex<Vec<String>>> {
    let log = Arc::<Mutex<Vec<String>>>::default();
    let lines = Arc::clone(&log);
    registry.on_failure(move |failure| lines.lock().unwrap().push(failure.to_string()));
    log
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("when it is dropped")
    }
}

#[test]
fn whatever_is_thrown_is_one_failure() {
    let registry = Registry::new();
    registry.register(Fails("a", || panic!("no {}", "luck"))).unwrap();
    registry.register(Fails("b", || panic!("luck"))).unwrap();
    registry.register(Fails("c", || panic_any(Bomb))).unwrap();
    registry.register(Fails("d", || Err(CollectError::new(&"the sensor does not answer").into()))).unwrap();
    registry.register_source(|| -> Result<Registry, _> { panic_any(Bomb) });
    registry.register_source(|| Err::<Registry, _>("no such device".into()));
    let told = log(&registry);
    let page = generate_latest(&registry, Text);
    assert!(page.starts_with("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n") && page.ends_with(" 6\n"), "{page}");
    assert_eq!(
        *told.lock().unwrap(),
        [
            "the collector of \"a\": it panicked: no luck",
            "the collector of \"b\": it panicked: luck",
            "the collector of \"c\": it panicked",
            "the collector of \"d\": the sensor does not answer",
            "a collector: it panicked",
            "a collector: no such device"
        ]
    );
}

#[test]
fn a_hook_may_do_what_it_likes() {
    let (registry, calls) = (Registry::new(), Arc::new(AtomicUsize::new(0)));
    let registration = registry.register(Fails("bad", || panic!("on purpose"))).unwrap();
    let (inner, called) = (registry.clone(), Arc::clone(&calls));
    registry.on_failure(move |failure| {
        assert_eq!((failure.registration, failure.family), (registration, "bad"));
        let call = called.fetch_add(1, Ordering::Relaxed);
        inner.gauge(&format!("made_{call}"), "").register().unwrap();
        assert!(generate_latest(&inner, Text).contains("made_0 0"));
        panic_any(Bomb);
    });
    // a page in the hook fails as well, and is not told
    assert!(generate_latest(&registry, Text).ends_with(&format!("\n{ERRORS} 2\n")));
    assert!(generate_latest(&registry, Text).contains("\nmade_0 0\n"));
    assert_eq!(calls.load(Ordering::Relaxed), 2);

    // to look is no failure
    let count = registry.sample_value(ERRORS, &[]);
    assert_eq!((registry.sample_value("bad", &[]), registry.sample_value(ERRORS, &[])), (Some(1.0), count));
    assert_eq!(calls.load(Ordering::Relaxed), 2);

    // one in a nested registry is the outer one's
    let (outer, told) = (Registry::new(), log(&Registry::new()));
    let lines = Arc::clone(&told);
    let nested = outer.register(registry).unwrap();
    outer.on_failure(move |failure| lines.lock().unwrap().push((failure.registration == nested).to_string()));
    generate_latest(&outer, Text);
    assert_eq!((&*told.lock().unwrap(), calls.load(Ordering::Relaxed)), (&vec!["true".to_string()], 2));
}

#[test]
fn failures_are_counted_in_one_place_whatever_is_asked_for() {
    let registry = Registry::new();
    let told = log(&registry);
    for name in ["one", "two"] {
        registry.gauge(name, "").callback(|| -> u64 { panic!("on purpose") }).unwrap();
    }
    registry.gauge("fine", "").register().unwrap();
    let part = registry.restricted(["one", "two", "fine"]);
    assert_eq!(generate_latest(&part, Text), "# TYPE one gauge\n# TYPE two gauge\n# TYPE fine gauge\nfine 0\n");
    assert_eq!((told.lock().unwrap().len(), registry.sample_value(ERRORS, &[])), (2, Some(2.0)));

    let server = start_http_server("127.0.0.1:0".parse().unwrap(), registry.clone()).unwrap();
    let get = |query: &str| {
        let reply = client::get(server.local_addr(), &format!("/metrics{query}"), "");
        assert_eq!(reply.status, 200);
        reply.text().to_string()
    };
    assert!(!get("?name[]=one&name[]=fine").contains(ERRORS));
    assert!(get(&format!("?name[]={ERRORS}")).ends_with(&format!("\n{ERRORS} 3\n")));
    assert!(get("").ends_with(&format!("\n{ERRORS} 5\n")));

    // what is registered through a part is registered
    part.gauge("more", "").register().unwrap();
    assert_eq!((registry.sample_value("more", &[]), part.sample_value("more", &[])), (Some(0.0), None));
    assert_eq!(part.restricted(["fine", "more"]).sample_value("fine", &[]), Some(0.0));
}
