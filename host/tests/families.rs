//! Families that grow, as their users and cursors see them.

use narthex::encode::{Cursor, CursorError, OpenMetrics, Text};
use narthex::{Counter, Family, Gauge, GrowingFamily, MetricGroup, Registry, generate_latest};
use std::collections::HashMap;
use std::sync::{Arc, Barrier};
use std::thread;

type Growing = GrowingFamily<[&'static str; 2], Counter>;

fn family(registry: &Registry) -> Growing {
    registry.counter("requests_total", "Requests.").labels(["path", "status"]).register().unwrap()
}

#[test]
fn equality_is_identity() {
    let requests = family(&Registry::new());
    for (n, labels) in [["ab", "c"], ["a", "bc"], ["abc", ""], ["", "abc"], ["é", "\0"]].into_iter().enumerate() {
        requests.get(labels).inc_by(n as u64);
        assert_eq!((requests.get(labels).value(), requests.len()), (n as u64, n + 1));
    }
}

#[test]
fn a_removed_series_never_gets_anothers_updates() {
    let registry = Registry::new();
    let requests = family(&registry);
    let old = requests.get(["/", "200"]);
    old.inc_by(5);
    assert!(old.is_exposed() && requests.remove(["/", "200"]) && !requests.remove(["/", "200"]));
    old.inc();
    assert!(!old.is_exposed() && !old.is_inert() && requests.is_empty());
    let new = requests.get(["/", "200"]);
    assert_eq!((new.value(), old.value()), (0, 6));
    requests.get(["/other", "200"]).inc_by(9);
    old.inc();
    assert_eq!((new.value(), requests.get(["/other", "200"]).value()), (0, 9));
    requests.clear();
    assert!(requests.is_empty() && !new.is_exposed());
    assert_eq!(generate_latest(&registry, Text), "# HELP requests_total Requests.\n# TYPE requests_total counter\n");
}

#[test]
fn removal_by_predicate_may_use_the_family() {
    let requests = family(&Registry::new());
    for n in 0..500 {
        requests.get([&n.to_string(), if n % 5 == 0 { "500" } else { "200" }]).inc();
    }
    let removed = requests.remove_matching(|values| {
        requests.get(["inside", "200"]).inc();
        values[1] == "500"
    });
    assert_eq!((removed, requests.len()), (100, 401));
    assert_eq!(requests.get(["inside", "200"]).value(), 500 + 1);
}

#[test]
fn a_full_family_counts_what_it_refuses() {
    let registry = Registry::new();
    let requests = registry.counter("requests_total", "").labels(["path"]).limit(2).register().unwrap();
    let (a, _) = (requests.get(["/a"]), requests.get(["/b"]));
    assert!(!generate_latest(&registry, Text).contains("refused"));
    let inert = requests.get(["/c"]);
    inert.inc();
    assert!(inert.is_inert() && !inert.is_exposed() && !a.is_inert());
    assert_eq!(requests.try_get(["/d"]).unwrap_err(), narthex::Refused::Full);
    assert!(!requests.get(["/a"]).is_inert());
    assert_eq!((requests.refused(), requests.len()), (1, 2));
    assert_eq!(registry.sample_value("requests_refused_total", &[]), Some(1.0));
    assert!(
        generate_latest(&registry, OpenMetrics).contains("# TYPE requests_refused counter\nrequests_refused_total 1\n")
    );

    requests.remove(["/a"]); // makes room, though `a` is still held
    requests.get(["/c"]).inc();
    assert_eq!((requests.get(["/c"]).value(), a.value()), (1, 0));
    assert!(registry.gauge("requests_refused", "Reserved.").register().is_err());
}

/// Reads a page in small buffers, and calls `between` after each.
fn read(registry: &Registry, size: usize, mut between: impl FnMut(usize)) -> String {
    let (snapshot, mut cursor) = (registry.snapshot(), Cursor::<Text>::new());
    let (mut page, mut buffer) = (Vec::new(), vec![0; size]);
    for round in 0.. {
        match cursor.fill(&snapshot, &mut buffer) {
            Ok(0) => break,
            Ok(filled) => page.extend_from_slice(&buffer[..filled]),
            Err(CursorError::BufferTooSmall { needed }) => buffer.resize(needed, 0),
            Err(error) => panic!("{error}"),
        }
        between(round);
    }
    String::from_utf8(page).unwrap()
}

#[test]
fn no_series_is_lost_or_repeated_when_others_come_and_go() {
    for size in [80, 128, 300, 1024] {
        let registry = Registry::new();
        let requests = family(&registry);
        let before = registry.gauge("zz_after", "After the family.").register().unwrap();
        before.set(1);
        for n in 0..300 {
            requests.get([&format!("/stays/{n}"), "200"]).inc_by(n);
            requests.get([&format!("/goes/{n}"), "200"]).inc();
        }
        let page = read(&registry, size, |round| {
            requests.remove([&format!("/goes/{}", (round * 7) % 300), "200"]);
            if round < 200 {
                requests.get([&format!("/comes/{round}"), "200"]).inc();
            }
        });
        let mut lines = HashMap::new();
        for line in page.lines() {
            *lines.entry(line).or_insert(0) += 1;
        }
        assert!(lines.values().all(|times| *times == 1), "buffers of {size}");
        for n in 0..300 {
            let line = format!("requests_total{{path=\"/stays/{n}\",status=\"200\"}} {n}");
            assert!(lines.contains_key(&*line), "{line}, buffers of {size}");
        }
        assert!(lines.contains_key("zz_after 1"));
    }
}

#[test]
fn a_first_refusal_between_two_buffers_moves_nothing() {
    #[derive(MetricGroup)]
    struct Group {
        /// One series.
        #[metrics(labels("a"))]
        fixed: Family<[&'static str; 1], Counter, 1>,
        /// After.
        x: Gauge,
        /// After that.
        y: Gauge,
    }
    for (moment, size) in (0..8).flat_map(|moment| (40..130).map(move |size| (moment, size))) {
        let group = Group::new();
        group.fixed.get(["1"]).inc();
        let registry = Registry::new();
        let growing = registry.counter("growing", "").labels(["a"]).limit(1).register().unwrap();
        growing.get(["1"]).inc();
        let group = Arc::new(group);
        registry.register(Arc::clone(&group)).unwrap();
        let page = read(&registry, size, |round| {
            if round == moment {
                group.fixed.get(["2"]).inc();
                growing.get(["2"]).inc();
            }
        });
        for line in
            ["growing_total{a=\"1\"} 1", "fixed_total{a=\"1\"} 1", "# TYPE x gauge", "x 0", "# TYPE y gauge", "y 0"]
        {
            assert_eq!(
                page.lines().filter(|l| *l == line).count(),
                1,
                "{line} after buffer {moment} of {size}: {page}"
            );
        }
        assert!(page.matches("fixed_refused_total 1\n").count() <= 1, "{page}");
    }
}

#[test]
fn threads_count_exactly_while_series_come_and_go() {
    const THREADS: usize = 4;
    const ROUNDS: u64 = if cfg!(miri) { 30 } else { 5_000 };
    let registry = Registry::new();
    let requests = family(&registry);
    let start = Barrier::new(THREADS + 1);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                for round in 0..ROUNDS {
                    requests.get(["/stays", "200"]).inc();
                    requests.get([&format!("/{}", round % 40), "200"]).inc();
                    if round % 3 == 0 {
                        requests.remove([&format!("/{}", round % 7), "200"]);
                    }
                }
            });
        }
        scope.spawn(|| {
            start.wait();
            for _ in 0..if cfg!(miri) { 2 } else { 20 } {
                assert!(generate_latest(&registry, OpenMetrics).ends_with("# EOF\n"));
            }
        });
    });
    assert_eq!(requests.get(["/stays", "200"]).value(), THREADS as u64 * ROUNDS);
    assert_eq!(generate_latest(&registry, Text).lines().count(), 2 + requests.len());
}
