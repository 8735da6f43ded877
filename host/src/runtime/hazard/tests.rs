use super::*;
use crate::instrument::Instrument;
use crate::runtime::{GrowingFamily, Handle, Lifetime, OwnedDesc};
use narthex_core::{Flow, Kind, Measure, Take};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// A cell that shows whether it is still there, and does something when it goes.
struct Tracked(Arc<dyn Fn() + Send + Sync>);

type Family = GrowingFamily<[&'static str; 1], Tracked>;

impl Measure for Tracked {
    const KIND: Kind = Kind::Counter;
    const INTEGER: bool = true;

    fn measure(&self, _: &mut Take<'_>) -> Flow {
        Ok(())
    }
}

impl Instrument for Tracked {
    type Shared = Arc<dyn Fn() + Send + Sync>;

    fn make(shared: &Self::Shared) -> Self {
        Self(Arc::clone(shared))
    }
    fn restart(&self) {}
}

impl Drop for Tracked {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A family of these series, and how many cells there are.
fn family(series: usize, dropped: impl Fn() + Send + Sync + 'static) -> (Family, impl Fn() -> usize) {
    let desc = OwnedDesc {
        kind: Kind::Counter,
        name: String::from("things"),
        help: String::new(),
        unit: String::new(),
        labels: Box::new(["thing".into()]),
        utf8: None,
    };
    let dropped: Arc<dyn Fn() + Send + Sync> = Arc::new(dropped);
    let family = Family::new(desc, Arc::clone(&dropped), None, Lifetime::default());
    (0..series).for_each(|n| drop(family.get([&n.to_string()])));
    let others = Arc::strong_count(&dropped) - series;
    (family, move || Arc::strong_count(&dropped).saturating_sub(others))
}

/// A handle that a hazard keeps: the first look-ups of a thread may pin.
fn looked_up(family: &Family, thing: &str) -> Handle<Tracked> {
    for _ in (0..10_000).take_while(|_| next().is_null()) {
        family.get([thing]);
        thread::yield_now();
    }
    assert!(!next().is_null(), "there are no hazards: this kernel, or what limits this process, has no membarrier");
    family.get([thing])
}

/// How many there are, when that is what is expected, or will not be: another test's thread may be the one that drops what
/// waited here.
fn settled(there: &impl Fn() -> usize, expected: usize) -> usize {
    let end = Instant::now() + Duration::from_secs(10);
    while there() != expected && Instant::now() < end {
        thread::yield_now();
    }
    there()
}

fn next() -> *const Hazard {
    NEXT.with(|next| next.load(Ordering::Relaxed))
}

#[test]
fn a_look_up_takes_a_hazard_and_gives_it_back() {
    let (family, there) = family(1, || {});
    let handle = looked_up(&family, "0");
    assert_eq!(next().addr(), handle.hazard().unwrap().addr());
    let again = handle.clone();
    assert!(again.hazard().is_none());
    drop(handle);
    assert_eq!(looked_up(&family, "0").hazard().unwrap().addr(), next().addr());
    assert!(family.remove(["0"]) && settled(&there, 1) == 1);
    drop(again);
    assert_eq!(settled(&there, 0), 0);
}

#[test]
fn a_signal_handler_that_comes_while_one_is_taken_pins() {
    let (family, there) = family(1, || {});
    let handle = looked_up(&family, "0");
    let before = next();
    set_next(ptr::null());
    let within = family.get(["0"]);
    assert!(within.hazard().is_none() && next().is_null());
    set_next(before);
    family.clear();
    drop(handle);
    assert_eq!(settled(&there, 1), 1);
    drop(within);
    assert_eq!(settled(&there, 0), 0);
}

#[test]
fn more_handles_are_kept_than_there_are_hazards() {
    const KEPT: usize = 3 * HAZARDS;
    let (family, there) = family(KEPT, || {});
    let mut handles: Vec<_> = (0..KEPT).map(|n| looked_up(&family, &n.to_string())).collect();
    assert!(handles.iter().any(|handle| handle.hazard().is_none()));
    family.clear();
    assert_eq!(settled(&there, KEPT), KEPT);
    while !handles.is_empty() {
        handles.swap_remove(handles.len() / 2);
        assert_eq!(settled(&there, handles.len()), handles.len());
    }
    family.get(["0"]);
    let free = || looked_up(&family, "0").hazard().is_some();
    assert!((0..=HAZARDS).any(|_| free()), "a hazard is found again");
}

#[test]
fn a_handle_outlives_its_thread_and_is_dropped_in_another() {
    let (family, there) = family(2, || {});
    let (from, end) = (family.clone(), |handle| thread::spawn(move || drop(handle)).join());
    let [a, b] = thread::spawn(move || ["0", "1"].map(|thing| looked_up(&from, thing))).join().unwrap();
    assert!(a.hazard().is_some() && b.hazard().is_some());
    end(a).unwrap();
    assert!(family.remove(["0"]) && settled(&there, 1) == 1);
    assert!(family.remove(["1"]) && settled(&there, 1) == 1 && !b.is_exposed());
    end(b).unwrap();
    assert_eq!(settled(&there, 0), 0);
}

#[test]
fn a_handle_outlives_its_family() {
    let (family, there) = family(2, || {});
    let handle = looked_up(&family, "1");
    drop(family);
    let again = handle.clone();
    drop(handle);
    assert!(!again.is_exposed());
    drop(again);
    assert_eq!(settled(&there, 0), 0);
}

#[test]
fn what_a_cell_does_when_it_goes_is_done_without_a_lock() {
    let (other, others) = family(100, || {});
    let (clear, n) = (other.clone(), atomic::AtomicUsize::new(0));
    let (family, there) = family(3, move || {
        let n = n.fetch_add(1, Ordering::Relaxed).to_string();
        drop(looked_up(&clear, &n));
        assert!(clear.remove([&n]));
    });
    let handle = looked_up(&family, "0");
    assert!(family.remove(["1"])); // at once
    family.clear(); // one at once, one with the handle
    drop(handle);
    assert_eq!((settled(&there, 0), settled(&others, 97)), (0, 97));
    drop(family); // and the one that stands for what is refused
    assert_eq!(other.len(), 96);
}

#[test]
fn series_come_and_go_beside_a_race_of_look_ups() {
    let rounds = if cfg!(miri) { 30 } else { 3_000 };
    let (family, there) = family(3, || {});
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut kept = None;
                for n in 0..rounds {
                    kept = Some(family.get([["0", "1", "2"][n % 3]])).filter(|_| n % 5 == 0).or(kept);
                }
            });
        }
        for n in 0..rounds {
            family.remove([["0", "1", "2"][n % 3]]);
            if n % 7 == 0 {
                family.remove_matching(|values| values[0] != "1");
            }
        }
    });
    family.clear();
    assert_eq!(settled(&there, 0), 0);
}
