//! When series begin, begin again, and end.

use narthex::encode::{OpenMetrics, Text};
use narthex::{Builder, Error, ErrorKind, Handle, Instrument, Registry, generate_latest};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const HOUR: Duration = Duration::from_secs(3600);

/// The system's clock, as `sample_value` gives it.
fn clock() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// The lines of a page with `_created`, up to the value.
fn created(registry: &Registry) -> HashSet<String> {
    let page = generate_latest(registry, OpenMetrics);
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    lines.filter(|line| line.contains("_created")).map(|line| line.rsplit_once(' ').unwrap().0.into()).collect()
}

#[test]
fn counters_histograms_and_summaries_say_when_they_began() -> Result<(), Error> {
    let r = Registry::new();
    let before = clock();
    let plain = r.counter("plain", "").register()?;
    r.counter("single", "").created().register()?;
    r.counter("work", "").created().float().labels(["a"]).register()?.get(["1"]);
    let wait = r.histogram("wait", "").buckets([1.0]).labels(["a"]).created().limit(1).register()?;
    wait.get(["1"]);
    wait.get(["refused"]);
    r.summary("size", "").created().register()?;
    plain.inc();
    let after = clock();

    let expected = ["single_created", "work_created{a=\"1\"}", "wait_created{a=\"1\"}", "size_created"];
    assert_eq!(created(&r), expected.map(String::from).into());
    assert!(!generate_latest(&r, Text).contains("_created"));
    for (name, labels) in [("single_created", &[][..]), ("wait_created", &[("a", "1")]), ("size_created", &[])] {
        let at = r.sample_value(name, labels).unwrap();
        assert!((before..=after).contains(&at), "{name}: {before} <= {at} <= {after}");
        assert_eq!(r.sample_value(name, labels), Some(at));
    }
    assert!(r.gauge("plain_created", "Reserved, though it is not shown.").register().is_err());
    Ok(())
}

#[test]
fn a_series_that_is_made_again_begins_again() -> Result<(), Error> {
    let r = Registry::new();
    let jobs = r.counter("jobs", "").labels(["queue"]).created().register()?;
    let began = |queue| r.sample_value("jobs_created", &[("queue", queue)]).unwrap();
    jobs.get(["a"]);
    let first = began("a");
    let between = tick();
    assert!(jobs.remove(["a"]));
    jobs.get(["b"]);
    assert!(first < between && between <= began("b"));
    Ok(())
}

#[test]
fn a_reset_series_begins_again_for_everybody_who_holds_it() -> Result<(), Error> {
    let r = Registry::new();
    let jobs = r.counter("jobs", "").labels(["queue"]).created().register()?;
    let (a, b) = (jobs.get(["a"]), jobs.get(["b"]));
    a.inc_by(3);
    b.inc_by(4);
    let between = tick();
    assert!(jobs.reset(["a"]) && !jobs.reset(["missing"]));
    assert_eq!((a.value(), b.value(), jobs.len()), (0, 4, 2));
    assert!(r.sample_value("jobs_created", &[("queue", "a")]).unwrap() >= between);
    assert!(r.sample_value("jobs_created", &[("queue", "b")]).unwrap() < between);
    a.inc();
    assert_eq!(jobs.get(["a"]).value(), 1);

    jobs.remove(["b"]);
    jobs.get(["c"]).inc();
    b.reset(); // no longer there: nothing of another series changes
    assert_eq!((b.value(), jobs.get(["c"]).value()), (0, 1));
    Ok(())
}

#[test]
fn every_instrument_goes_back_to_its_start() -> Result<(), Error> {
    let r = Registry::new();
    let page = |r: &Registry| generate_latest(r, Text);
    let counter = r.counter("counter", "").created().register()?;
    let float = r.counter("float", "").float().register()?;
    let gauge = r.gauge("gauge", "").register()?;
    let histogram = r.histogram("histogram", "").buckets([1.0]).register()?;
    let summary = r.summary("summary", "").register()?;
    let info = r.info("build", "").register()?;
    let task = r.state_set("task", "", ["down", "up"]).register()?;
    let start = page(&r);

    counter.inc();
    float.inc_by(0.5).unwrap();
    gauge.set(-4);
    histogram.observe(0.5);
    summary.observe(2.0);
    info.set([("version", "1")])?;
    task.set("up").unwrap();
    assert!(page(&r) != start);
    let between = tick();
    counter.reset();
    float.reset();
    gauge.reset();
    histogram.reset();
    summary.reset();
    info.reset();
    task.reset();
    assert_eq!(page(&r), start);
    assert!(r.sample_value("counter_created", &[]).unwrap() >= between);
    Ok(())
}

#[test]
fn what_does_not_change_goes() -> Result<(), Error> {
    let r = Registry::new();
    let start = Instant::now();
    let at = |hours: u32| start + hours * HOUR;
    let lag = r.gauge("lag", "").labels(["peer"]).expire_after(2 * HOUR).register()?;
    ["a", "b", "c"].iter().for_each(|peer| lag.get([peer]).set(1));
    let held = lag.get(["c"]);

    assert_eq!([at(0), at(1)].map(|now| lag.sweep(now)), [0, 0]);
    lag.get(["b"]).set(2);
    assert_eq!([at(1), at(2), at(2)].map(|now| lag.sweep(now)), [0, 1, 0]); // `a`; `b` changed, `c` is held
    assert_eq!((lag.len(), lag.expired(), held.is_exposed()), (2, 1, true));
    assert_eq!(r.sample_value("lag", &[("peer", "a")]), None);
    assert_eq!(lag.sweep(at(3)), 1); // `b`
    held.set(7);
    drop(held);
    assert_eq!([at(9), at(11)].map(|now| lag.sweep(now)), [0, 1]); // `c` changed while it was held
    assert_eq!((lag.len(), lag.expired()), (0, 3));

    lag.get(["a"]).set(2); // in a slot that was used: no age is inherited, whatever the value
    assert_eq!([at(20), at(21), at(22)].map(|now| lag.sweep(now)), [0, 0, 1]);
    Ok(())
}

#[test]
fn every_instrument_shows_its_changes() {
    fn check<C: Instrument>(builder: Builder<'_, C>, changes: &[fn(&Handle<C>)]) {
        let family = builder.labels(["a"]).expire_after(HOUR).register().unwrap();
        family.get(["1"]);
        let mut now = Instant::now();
        assert_eq!(family.sweep(now), 0);
        for (number, change) in changes.iter().enumerate() {
            now += HOUR;
            change(&family.get(["1"]));
            assert_eq!(family.sweep(now), 0, "{family:?}, change {number}");
        }
        assert_eq!(family.sweep(now + HOUR), 1, "{family:?}");
    }
    let r = Registry::new();
    check(r.counter("counter", ""), &[|c| c.inc(), |c| c.reset()]);
    check(r.counter("float", "").float(), &[|c| c.inc_by(0.1).unwrap()]);
    check(r.gauge("gauge", ""), &[|g| g.set(-1), |g| g.set(1)]);
    check(r.gauge("gauge_float", "").float(), &[|g| g.set(-0.0), |g| g.set(f64::NAN)]);
    check(r.histogram("histogram", ""), &[|h| h.observe(0.0), |h| h.observe(f64::NAN)]);
    check(r.summary("summary", ""), &[|s| s.observe(0.0)]);
    check(r.info("build", ""), &[|i| i.set([("x", "1")]).unwrap(), |i| i.set([("x", "2")]).unwrap(), |i| i.reset()]);
    check(r.state_set("task", "", ["down", "up"]), &[|s| s.set("up").unwrap()]);
}

#[test]
fn a_scrape_sweeps() -> Result<(), Error> {
    let r = Registry::new();
    let peers = r.gauge("peers", "").labels(["peer"]).expire_after(Duration::from_millis(20)).register()?;
    peers.get(["a"]).set(1);
    let deadline = Instant::now() + Duration::from_secs(20);
    while r.sample_value("peers", &[("peer", "a")]).is_some() {
        assert!(Instant::now() < deadline, "the series did not go");
    }
    assert_eq!((peers.len(), peers.expired()), (0, 1));

    let stays = r.gauge("stays", "").labels(["peer"]).register()?;
    stays.get(["a"]).set(1);
    assert_eq!([0, 9].map(|hours| stays.sweep(Instant::now() + hours * HOUR)), [0, 0]);
    Ok(())
}

#[test]
fn a_full_family_makes_room_by_itself() -> Result<(), Error> {
    let r = Registry::new();
    let peers = r.gauge("peers", "").labels(["peer"]).limit(1).expire_after(Duration::from_millis(20)).register()?;
    let held = peers.get(["a"]);
    assert!(peers.try_get(["b"]).is_err());
    drop(held);
    let deadline = Instant::now() + Duration::from_secs(20);
    while peers.try_get(["b"]).is_err() {
        assert!(Instant::now() < deadline, "the series did not go");
    }
    assert_eq!((peers.len(), peers.expired(), peers.refused()), (1, 1, 0));
    Ok(())
}

#[test]
fn series_cannot_expire_at_once() {
    let r = Registry::new();
    let error = r.gauge("lag", "").labels(["peer"]).expire_after(Duration::ZERO).register().unwrap_err();
    let text = "metric \"lag\": series would expire at once; give a time longer than zero";
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Expiry, text));
    assert!(r.find("lag").is_none());
}

#[test]
fn threads_lose_nothing_to_a_sweep() {
    const ROUNDS: u64 = if cfg!(miri) { 100 } else { 100_000 };
    let r = Registry::new();
    let requests = r.counter("requests", "").labels(["path"]).created().expire_after(HOUR).register().unwrap();
    let (sweeps, done) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut now = Instant::now();
            while !done.load(Ordering::SeqCst) {
                sweeps.fetch_add(1, Ordering::SeqCst);
                now += 2 * HOUR;
                requests.sweep(now);
            }
        });
        let (mut counted, mut before) = (0, 0);
        for _ in 0..ROUNDS {
            let series = requests.get(["/"]);
            series.inc();
            let (value, now) = (series.value(), sweeps.load(Ordering::SeqCst));
            assert!(series.is_exposed(), "it is held");
            // A sweep that may have begun before the last update has not taken it.
            assert!(value == counted + 1 || (value == 1 && now > before), "{counted}, then {value}");
            (counted, before) = (value, now);
        }
        done.store(true, Ordering::SeqCst);
    });
}

/// Waits until the system's clock has moved; what it shows then.
fn tick() -> f64 {
    let before = clock();
    loop {
        let now = clock();
        if now > before {
            return now;
        }
    }
}
