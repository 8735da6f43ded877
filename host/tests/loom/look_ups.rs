//! Look-ups that hazards keep, beside removals.

use super::{Family, model, paths, twins};
use loom::thread;

/// A family with `/` in its first slot and `/stays` in its second, of which this thread has looked something up.
fn looked_up() -> (Family, Family) {
    let (family, other) = twins(9);
    family.get(["/"]).inc();
    family.get(["/stays"]);
    family.get(["/"]); // the first look-up in a thread pins: it has no hazards yet
    (family, other)
}

/// Whether the first slot is free.
fn first_is_free(family: &Family) -> bool {
    ["/new", "/newer"].iter().for_each(|path| family.get([path]).inc());
    paths(family)[1] == "/stays"
}

#[test]
fn a_look_up_meets_no_other_series_of_its_slot() {
    model(|| {
        let (family, other) = looked_up();
        let thread = thread::spawn(move || {
            assert!(other.remove(["/"]));
            other.get(["/a"]).inc_by(10);
        });
        let handle = family.get(["/"]);
        handle.inc();
        let value = handle.value();
        assert!([1, 2].contains(&value), "{value}");
        thread.join().unwrap();
        assert_eq!((handle.value(), family.get(["/a"]).value()), (value, 10));
    });
}

#[test]
fn a_handle_that_another_thread_drops_is_the_last() {
    model(|| {
        let (family, _) = looked_up();
        let handle = family.get(["/"]);
        let thread = thread::spawn(move || {
            handle.inc();
            drop(handle);
        });
        assert!(family.remove(["/"]));
        thread.join().unwrap();
        assert!(first_is_free(&family));
    });
}

#[test]
fn a_look_up_beside_a_removal_holds_no_slot() {
    model(|| {
        let (family, other) = looked_up();
        let thread = thread::spawn(move || other.remove(["/"]));
        family.get(["/"]).inc();
        assert!(thread.join().unwrap());
        family.remove(["/"]); // made again, maybe
        assert!(first_is_free(&family));
    });
}

#[test]
fn a_handle_and_its_clone_outlive_their_family() {
    model(|| {
        let (family, other) = looked_up();
        drop(other);
        let handle = family.get(["/"]);
        let thread = thread::spawn(move || drop(family));
        handle.inc();
        let again = handle.clone();
        drop(handle);
        again.inc();
        thread.join().unwrap();
        assert_eq!((again.value(), again.is_exposed()), (3, false));
    });
}

#[test]
fn clearing_beside_look_ups() {
    model(|| {
        let (family, other) = looked_up();
        let held = family.get(["/stays"]);
        let thread = thread::spawn(move || other.clear());
        let handle = family.get(["/"]);
        handle.inc();
        held.inc();
        thread.join().unwrap();
        assert!(!held.is_exposed());
        assert_eq!((held.value(), family.len()), (1, usize::from(handle.is_exposed())));
        drop((held, handle));
        family.clear();
        ["/new", "/stays"].iter().for_each(|path| family.get([path]).inc());
        let mut paths = paths(&family);
        paths.sort();
        assert_eq!(paths, ["/new", "/stays"]);
    });
}
