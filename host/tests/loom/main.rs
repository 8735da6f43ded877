//! Every order in which threads can meet in a family that grows, as far as loom can tell them apart.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p narthex --release --test loom`

#![cfg(loom)]

mod look_ups;

use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread;
use narthex::{
    Collect, Counter, Decrease, Desc, Exemplar, Exemplified, Flow, GrowingFamily, Instrument, Kind, Measure, Number,
    Point, Registry, Sample, Sink, Take, WithExemplars,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

type Family = GrowingFamily<[&'static str; 1], Counter>;

fn family(limit: usize) -> Family {
    Registry::new().counter("requests_total", "").labels(["path"]).limit(limit).register().unwrap()
}

fn family_that_expires(unchanged: Duration) -> Family {
    Registry::new().counter("requests_total", "").labels(["path"]).created().expire_after(unchanged).register().unwrap()
}

/// Tries every order, but for those with more than three switches away from a thread that could have gone on.
fn model(f: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(f);
}

/// The paths of a family, in order.
fn paths(family: &Family) -> Vec<String> {
    struct Paths(Vec<String>);
    impl Sink for Paths {
        fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
            Ok(if desc.is_named("requests") { 0 } else { usize::MAX })
        }
        fn sample(&mut self, _: &Desc<'_>, sample: &Sample<'_>) -> Flow {
            self.0.extend(sample.labels.get("path").map(String::from));
            Ok(())
        }
    }
    let mut paths = Paths(Vec::new());
    family.collect(&mut paths).unwrap();
    paths.0
}

#[test]
fn two_that_ask_for_a_new_series_get_the_same() {
    model(|| {
        let (family, other) = twins(9);
        let thread = thread::spawn(move || other.get(["/"]).inc());
        family.get(["/"]).inc();
        thread.join().unwrap();
        assert_eq!((family.len(), family.get(["/"]).value()), (1, 2));
        assert_eq!(paths(&family), ["/"]);
    });
}

#[test]
fn the_limit_holds_and_refusals_are_counted() {
    model(|| {
        let (family, other) = twins(1);
        let thread = thread::spawn(move || other.get(["/a"]).is_inert());
        let inert = family.get(["/b"]).is_inert();
        assert!(thread.join().unwrap() != inert);
        assert_eq!((family.len(), family.refused(), paths(&family).len()), (1, 1, 1));
    });
}

#[test]
fn one_of_two_removes_and_the_slot_is_free_once() {
    model(|| {
        let (family, other) = twins(9);
        let held = family.get(["/"]);
        held.inc();
        let thread = thread::spawn(move || other.remove(["/"]));
        let removed = family.remove_matching(|_| true) == 1;
        assert!(thread.join().unwrap() != removed);
        assert!(family.is_empty() && !held.is_exposed());
        family.get(["/a"]).inc();
        family.get(["/b"]).inc();
        assert_eq!((paths(&family).len(), held.value()), (2, 1));
    });
}

#[test]
fn a_handle_and_a_removal() {
    model(|| {
        let (family, other) = twins(9);
        let thread = thread::spawn(move || {
            let handle = other.get(["/"]);
            handle.inc();
            handle
        });
        let removed = family.remove(["/"]);
        let made_again = removed.then(|| family.get(["/"]));
        let handle = thread.join().unwrap();
        assert_eq!((handle.value(), handle.is_exposed()), (1, !removed));
        assert!(made_again.is_none_or(|new| new.value() == 0 && new.is_exposed()));
        assert_eq!(paths(&family), ["/"]);
    });
}

#[test]
fn a_reader_meets_what_stays_once_and_nothing_that_is_not_there() {
    model(|| {
        let (family, other) = twins(9);
        family.get(["/goes"]).inc();
        family.get(["/stays"]).inc();
        let thread = thread::spawn(move || {
            other.remove(["/goes"]);
            other.get(["/comes"]).inc();
        });
        let met = paths(&family);
        thread.join().unwrap();
        assert_eq!(met.iter().filter(|path| *path == "/stays").count(), 1, "{met:?}");
        assert!(met.len() <= 2, "{met:?}");
        let mut left = paths(&family); // the slot of what went is free for what came, unless the reader still held it
        left.sort();
        assert_eq!(left, ["/comes", "/stays"]);
    });
}

#[test]
fn a_series_that_is_made_again_is_never_there_twice() {
    model(|| {
        let (family, (remover, maker)) = {
            let (family, other) = twins(9);
            (family, (other.clone(), other))
        };
        family.get(["/"]);
        let threads =
            [thread::spawn(move || remover.remove(["/"])), thread::spawn(move || maker.get(["/"]).is_inert())];
        let met = paths(&family);
        assert!(met.len() <= 1, "{met:?}");
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

#[test]
fn what_is_there_is_found_while_the_family_grows() {
    model(|| {
        let (family, other) = twins(9);
        family.get(["/a"]).inc();
        let thread = thread::spawn(move || {
            other.get(["/b"]).inc();
            other.get(["/c"]).inc();
        });
        family.get(["/a"]).inc();
        thread.join().unwrap();
        assert_eq!((family.len(), family.get(["/a"]).value()), (3, 2));
        assert_eq!(paths(&family), ["/a", "/b", "/c"]);
    });
}

#[test]
fn what_is_there_is_found_while_another_is_removed() {
    model(|| {
        let (family, other) = twins(9);
        let paths = ["/a", "/b", "/c", "/d"];
        paths.iter().for_each(|path| family.get([path]).inc());
        let thread = thread::spawn(move || other.remove(["/b"]));
        family.get(["/c"]).inc();
        family.get(["/d"]).inc();
        assert!(thread.join().unwrap());
        assert_eq!(paths.map(|path| family.get([path]).value()), [1, 0, 2, 2]);
    });
}

#[test]
fn what_is_there_is_reset_while_another_is_removed() {
    const PATHS: [&str; 7] = ["/a", "/b", "/c", "/d", "/e", "/f", "/g"];
    for goes in PATHS {
        model(move || {
            let (family, other) = twins(9);
            PATHS.iter().for_each(|path| family.get([path]).inc());
            let thread = thread::spawn(move || other.remove([goes]));
            let stays = PATHS.into_iter().filter(|path| *path != goes);
            stays.clone().for_each(|path| assert!(family.reset([path]), "{path} while {goes} goes"));
            assert!(thread.join().unwrap());
            stays.for_each(|path| assert_eq!(family.get([path]).value(), 0));
        });
    }
}

#[test]
fn the_last_handle_outlives_the_family() {
    model(|| {
        let (family, other) = twins(9);
        let handle = family.get(["/"]);
        let thread = thread::spawn(move || {
            let same = other.get(["/"]);
            drop(other);
            same.inc();
        });
        drop(family);
        handle.inc();
        let again = handle.clone();
        drop(handle);
        thread.join().unwrap();
        assert_eq!((again.value(), again.is_exposed()), (2, false));
    });
}

#[test]
fn clearing_and_inserting() {
    model(|| {
        let (family, other) = twins(9);
        family.get(["/a"]).inc();
        let thread = thread::spawn(move || other.clear());
        let handle = family.get(["/b"]);
        handle.inc();
        thread.join().unwrap();
        assert_eq!(family.len(), usize::from(handle.is_exposed()));
        assert_eq!(paths(&family).len(), family.len());
        assert_eq!(family.get(["/a"]).value(), 0);
    });
}

#[test]
fn a_sweep_takes_no_update_that_is_not_seen() {
    model(|| {
        let long = Duration::from_secs(60);
        let family = family_that_expires(long);
        family.get(["/"]).inc();
        let start = Instant::now();
        assert_eq!(family.sweep(start), 0);
        let other = family.clone();
        let thread = thread::spawn(move || {
            let series = other.get(["/"]);
            series.inc();
            assert!(series.is_exposed());
        });
        let expired = family.sweep(start + long);
        thread.join().unwrap();
        assert_eq!((expired as u64, paths(&family).len()), (family.expired(), 1));
        assert_eq!(family.get(["/"]).value(), 2 - expired as u64);
    });
}

#[test]
fn a_sweep_and_a_removal_take_a_series_once() {
    model(|| {
        let long = Duration::from_secs(60);
        let family = family_that_expires(long);
        family.get(["/"]);
        let start = Instant::now();
        family.sweep(start);
        let other = family.clone();
        let thread = thread::spawn(move || {
            let removed = other.remove(["/"]);
            other.get(["/a"]).inc();
            usize::from(removed)
        });
        let expired = family.sweep(start + long);
        assert_eq!(thread.join().unwrap() + expired, 1);
        assert_eq!((family.len(), family.sweep(start + long), family.get(["/a"]).value()), (1, 0, 1));
    });
}

#[test]
fn a_reset_does_not_reach_another_series() {
    model(|| {
        let family: Family =
            Registry::new().counter("requests_total", "").labels(["path"]).created().register().unwrap();
        let held = family.get(["/"]);
        held.inc();
        let other = family.clone();
        let thread = thread::spawn(move || {
            other.remove(["/"]);
            other.get(["/a"]).inc();
        });
        held.reset();
        drop(held);
        thread.join().unwrap();
        assert_eq!((family.get(["/a"]).value(), paths(&family).len()), (1, 1));
    });
}

/// A counter whose value loom sees: that of the core is no part of what it puts in another order.
struct Watched(AtomicU64);

impl Measure for Watched {
    const KIND: Kind = Kind::Counter;
    const INTEGER: bool = true;

    fn measure(&self, take: &mut Take<'_>) -> Flow {
        take(&Point::Number(self.0.load(Ordering::Relaxed).into()), None)
    }
}

impl Exemplified for Watched {
    type Value = u64;
    type Exemplars<'a> = [Option<Exemplar<'a>>; 1];

    fn permits(_: u64) -> Result<(), Decrease> {
        Ok(())
    }
    fn update(&self, value: u64) {
        self.0.fetch_add(value, Ordering::Relaxed);
    }
    fn place(&self, _: u64) -> usize {
        0
    }
    fn exemplars<'a>(&self) -> [Option<Exemplar<'a>>; 1] {
        [None]
    }
}

impl Instrument for Watched {
    type Shared = ();

    fn make((): &()) -> Self {
        Self(AtomicU64::new(0))
    }
    fn restart(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// What a page shows: the value, and that of the exemplar.
fn shown(counter: &WithExemplars<Watched>) -> (u64, Option<u64>) {
    let mut shown = (0, None);
    let read = |number: &Number| number.to_f64(0) as u64;
    counter
        .measure(&mut |point, details| {
            let Point::Number(value) = point else { panic!("not a number") };
            let exemplar = details.and_then(|details| details.exemplars().first().copied().flatten());
            shown = (read(value), exemplar.map(|exemplar| read(exemplar.value())));
            Ok(())
        })
        .unwrap();
    shown
}

#[test]
fn no_exemplar_without_its_increment() {
    model(|| {
        let counter = Arc::new(WithExemplars::<Watched>::make(&Default::default()));
        counter.update_with_exemplar(1, &[("n", "1")]).unwrap();
        let other = Arc::clone(&counter);
        let thread = thread::spawn(move || other.update_with_exemplar(10, &[("n", "10")]).unwrap());
        let met = shown(&counter);
        assert!([(1, Some(1)), (11, Some(10))].contains(&met), "{met:?}");
        thread.join().unwrap();
        assert_eq!(shown(&counter), (11, Some(10)));
    });
}

#[test]
fn no_exemplar_from_before_a_reset() {
    model(|| {
        let counter = Arc::new(WithExemplars::<Watched>::make(&Default::default()));
        counter.update_with_exemplar(1, &[("n", "1")]).unwrap();
        let (one, two) = (Arc::clone(&counter), Arc::clone(&counter));
        let threads = [
            thread::spawn(move || one.update_with_exemplar(10, &[("n", "10")]).unwrap()),
            thread::spawn(move || two.restart()),
        ];
        let met = shown(&counter);
        assert!([(1, Some(1)), (11, Some(10)), (0, None), (10, Some(10))].contains(&met), "{met:?}");
        for thread in threads {
            thread.join().unwrap();
        }
        assert!([(0, None), (10, Some(10))].contains(&shown(&counter)), "{:?}", shown(&counter));
    });
}

fn twins(limit: usize) -> (Family, Family) {
    let family = family(limit);
    (family.clone(), family)
}
