//! Callbacks, constant labels, first series, and series by name.

use narthex::encode::Text;
use narthex::{ErrorKind, LabelSet, Registry, SetToCurrentTime, Shown, generate_latest};
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const ERRORS: &str = "narthex_collector_errors_total";

#[test]
fn callbacks_are_read_at_every_scrape() {
    let registry = Registry::new();
    let value = Arc::new(AtomicI64::new(3));
    let read = Arc::clone(&value);
    let gauge = registry.gauge("depth", "D.").unit("jobs").callback(move || read.load(Ordering::Relaxed)).unwrap();
    registry.counter("big", "").callback(|| u64::MAX).unwrap();
    registry.gauge("ratio", "").callback(|| 0.1_f32).unwrap();
    assert_eq!(
        generate_latest(&registry, Text),
        "# HELP depth_jobs D.\n# TYPE depth_jobs gauge\ndepth_jobs 3\n# TYPE big_total counter\n\
         big_total 18446744073709551615\n# TYPE ratio gauge\nratio 0.1\n"
    );
    value.store(-4, Ordering::Relaxed);
    assert_eq!(registry.sample_value("depth_jobs", &[]), Some(-4.0));
    let error = registry.gauge("depth_jobs", "").callback(|| 0_u64).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Duplicate);
    assert!(registry.unregister(gauge).is_some());
    assert_eq!(registry.sample_value("depth_jobs", &[]), None);
    assert_eq!(registry.gauge("a b", "").callback(|| 0_u64).unwrap_err().kind(), ErrorKind::Name);
}

#[test]
fn a_callback_gives_series_and_a_bad_one_costs_itself() {
    let registry = Registry::new();
    let pools = registry.counter("gets_total", "").labels(["pool", "state"]);
    pools
        .callback(|give| {
            give(["a\"", "x"], 1_u64.into());
            give(["b", "x"], f64::NAN.into());
            give(["c", "x"], (-1_i64).into());
            give(["d", "x"], f64::INFINITY.into());
        })
        .unwrap();
    registry.gauge("panics", "").callback(|| -> u64 { panic!("on purpose") }).unwrap();
    registry.gauge("after", "").callback(|| f64::NAN).unwrap();
    let page = generate_latest(&registry, Text);
    assert_eq!(
        page,
        "# TYPE gets_total counter\ngets_total{pool=\"a\\\"\",state=\"x\"} 1\ngets_total{pool=\"d\",state=\"x\"} +Inf\n\
         # TYPE panics gauge\n# TYPE after gauge\nafter NaN\n\
         # HELP narthex_collector_errors_total Collections that a collector failed or panicked in; the rest of its \
         metrics is missing there.\n# TYPE narthex_collector_errors_total counter\nnarthex_collector_errors_total 2\n"
    );
    assert!(registry.sample_value(ERRORS, &[]).unwrap() >= 2.0);
}

#[test]
fn constant_labels_come_before_those_of_a_series() {
    let registry = Registry::new();
    let zone = [("zone", "a\"b"), ("site", "x")];
    let jobs = registry.counter("jobs", "").const_labels(&zone).labels(["queue"]).limit(1).register().unwrap();
    jobs.get(["mail"]).inc();
    jobs.get(["print"]).inc(); // refused
    registry.histogram("wait", "").const_labels(&zone[..1]).buckets([1.0]).register().unwrap().observe(0.5);
    registry.gauge("depth", "").const_labels(&zone[..1]).callback(|| 1_u64).unwrap();
    let page = generate_latest(&registry, Text);
    for line in [
        "jobs_total{zone=\"a\\\"b\",site=\"x\",queue=\"mail\"} 1\n",
        "jobs_refused_total{zone=\"a\\\"b\",site=\"x\"} 1\n",
        "wait_bucket{zone=\"a\\\"b\",le=\"1\"} 1\n",
        "depth{zone=\"a\\\"b\"} 1\n",
    ] {
        assert!(page.contains(line), "{line}{page}");
    }
    for (name, labels) in [("queue", ["queue"]), ("le", ["x"]), ("__a", ["x"]), ("a-b", ["x"])] {
        let refused = registry.histogram("refused", "").const_labels(&[(name, "")]).labels(labels).register();
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Label, "{name}");
    }
    let twice = registry.counter("twice", "").const_labels(&[("a", ""), ("a", "")]).register();
    assert_eq!(twice.unwrap_err().kind(), ErrorKind::Label);
    assert_eq!(generate_latest(&registry, Text), page);
}

#[test]
fn first_series_are_there_at_zero() {
    let registry = Registry::new();
    let states = registry.counter("jobs", "").labels(["state"]).initial([["done"], ["failed"], ["done"]]);
    let jobs = states.register().unwrap();
    assert_eq!(generate_latest(&registry, Text).matches("} 0\n").count(), 2);
    jobs.get(["done"]).inc();
    assert_eq!((jobs.len(), registry.sample_value("jobs_total", &[("state", "done")])), (2, Some(1.0)));
    let page = generate_latest(&registry, Text);
    let error = registry.gauge("few", "").labels(["a"]).limit(1).initial([["1"], ["2"]]).register().unwrap_err();
    assert!(error.to_string().contains("\"few\"") && error.to_string().contains("[\"2\"]"), "{error}");
    assert_eq!(generate_latest(&registry, Text), page);
}

#[test]
fn series_by_names_and_by_anything_that_can_be_shown() {
    let registry = Registry::new();
    let jobs = registry.gauge("jobs", "").labels(["queue", "shard"]).register().unwrap();
    for shard in 0..3 {
        jobs.get_display([&"mail", &shard]).set(shard);
        jobs.get_display([&'p', &shard]).inc();
    }
    assert_eq!(registry.sample_value("jobs", &[("queue", "mail"), ("shard", "2")]), Some(2.0));
    let error = jobs.remove_by_labels(&[("queue", "mail"), ("shards", "1")]).unwrap_err();
    assert!(error.to_string().contains("\"shards\" is no label of \"jobs\""), "{error}");
    assert_eq!(jobs.len(), 6);
    assert_eq!(jobs.remove_by_labels(&[("shard", "1"), ("queue", "p")]).unwrap(), 1);
    assert_eq!(jobs.remove_by_labels(&[("shard", "0")]).unwrap(), 2);
    assert_eq!(jobs.remove_by_labels(&[("shard", "9")]).unwrap(), 0);
    assert_eq!((jobs.remove_by_labels(&[]).unwrap(), jobs.len()), (0, 3));
    assert!(jobs.remove_display([&'p', &2]) && !jobs.remove_display([&'p', &2]));
    assert_eq!(jobs.try_get_display([&"mail", &1]).unwrap().value(), 1);
}

#[test]
fn typed_labels_of_everything_that_can_be_shown() {
    #[derive(LabelSet)]
    struct Peer<'a> {
        address: Shown<IpAddr>,
        zone: Cow<'a, str>,
        user: String,
        shard: usize,
        offset: isize,
        class: char,
    }
    let peer = |zone: &'static str| Peer {
        address: Shown(Ipv4Addr::LOCALHOST.into()),
        zone: zone.into(),
        user: "é\"".to_string(),
        shard: 7,
        offset: -7,
        class: '\n',
    };
    let registry = Registry::new();
    let peers = registry.counter("peers", "").label_set::<Peer>();
    let peers = peers.initial([peer("a"), peer("b")]).register().unwrap();
    peers.get(peer("b")).inc();
    let line = |zone, value| {
        format!(
            "peers_total{{address=\"127.0.0.1\",zone=\"{zone}\",user=\"é\\\"\",shard=\"7\",offset=\"-7\",class=\"\\n\"}} {value}\n"
        )
    };
    let page = generate_latest(&registry, Text);
    assert_eq!(page, format!("# TYPE peers_total counter\n{}{}", line("a", 0), line("b", 1)));
    assert!(peers.remove(peer("a")) && peers.len() == 1);
}

#[test]
fn gauges_can_hold_the_time() {
    let registry = Registry::new();
    let float = registry.gauge("float", "").float().register().unwrap();
    let whole = registry.gauge("whole", "").labels(["a"]).register().unwrap();
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    let before = now();
    float.set_to_current_time();
    whole.get(["x"]).set_to_current_time();
    assert!((before..=now()).contains(&float.value()));
    assert!((before.floor()..=now()).contains(&(whole.get(["x"]).value() as f64)));
}

#[test]
fn a_callback_is_read_once_for_a_page() {
    let (registry, reads) = (Registry::new(), Arc::new(AtomicI64::new(0)));
    let read = Arc::clone(&reads);
    let family = registry.gauge("queue", "").labels(["name"]).callback(move |give| {
        let turn = read.fetch_add(1, Ordering::Relaxed) as usize;
        let names: Vec<String> = (0..5000).map(|n| format!("{n:_>100}")).collect();
        let (late, early) = names.split_at(turn * 1234 % 5000); // in another order each time
        early.iter().chain(late).for_each(|name| give([name], (turn as u64).into()));
    });
    family.unwrap();
    for turn in 0..3 {
        let page = generate_latest(&registry, Text); // in parts of 128 KiB
        let mut lines: Vec<_> = page.lines().filter(|line| line.ends_with(&format!(" {turn}"))).collect();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!((lines.len(), page.lines().count()), (5000, 5001));
    }
    assert_eq!(registry.restricted(["other"]).sample_value("other", &[]), None);
    let message = narthex::encode_protobuf(&registry);
    let len = message[..5].iter().rev().fold(0, |len, byte| len << 7 | usize::from(byte & 0x7f));
    assert!(len > 512 * 1024 && message.len() == 5 + len, "not one message of {len} bytes");
    assert_eq!(reads.load(Ordering::Relaxed), 4);
}

#[test]
fn a_callback_gives_each_series_once() {
    let registry = Registry::new();
    let told = Arc::new(std::sync::Mutex::new(String::new()));
    let line = Arc::clone(&told);
    registry.on_failure(move |failure| *line.lock().unwrap() = failure.to_string());
    let give_twice = |give: &mut dyn FnMut([&str; 1], narthex::Number)| {
        give(["a"], 1_u64.into());
        give(["a"], 2_u64.into());
        give(["b"], 3_u64.into());
    };
    registry.gauge("jobs", "").labels(["queue"]).callback(give_twice).unwrap();
    let page = generate_latest(&registry, Text);
    assert!(page.starts_with("# TYPE jobs gauge\njobs{queue=\"a\"} 1\njobs{queue=\"b\"} 3\n"), "{page}");
    assert!(page.ends_with("\nnarthex_collector_errors_total 1\n"), "{page}");
    assert_eq!(*told.lock().unwrap(), "the collector of \"jobs\": the callback gave the same label values twice");
}

#[test]
fn what_a_callback_cannot_have_is_an_error() {
    let registry = Registry::new();
    let family = || registry.counter("jobs", "").labels(["queue"]);
    for (option, error) in [
        ("limit", family().limit(3).callback(|_| ())),
        ("initial", family().initial([["mail"]]).callback(|_| ())),
        ("expire_after", family().expire_after(std::time::Duration::from_secs(1)).callback(|_| ())),
        ("created", family().created().callback(|_| ())),
        ("created", registry.counter("jobs", "").created().callback(|| 1_u64)),
    ] {
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Callback, "{error}");
        let text = format!("metric \"jobs\": a callback gives its series itself; leave out `.{option}(…)`");
        assert_eq!(error.to_string(), text);
    }
    let unnamed = registry.gauge("jobs", "").label_set::<[&str; 2]>().callback(|give| give(["a", "b"], 1_u64.into()));
    assert!(unnamed.unwrap_err().to_string().contains("0 label names for 2 label values"));
    assert_eq!(generate_latest(&registry, Text), "");
}
