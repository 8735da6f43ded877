use crate::Case;
use narthex_core::{Counter, Family, Refused};

pub const CASES: &[Case] = &[
    ("a full family refuses and counts", a_full_family_refuses_and_counts),
    ("a series that is made again starts at zero", a_series_made_again_starts_at_zero),
    ("a slot whose handle is kept is not given away", a_slot_whose_handle_is_kept_is_not_given_away),
    ("series are removed by what their labels say", series_are_removed_by_what_their_labels_say),
];

fn a_full_family_refuses_and_counts() {
    let family = Family::<[&'static str; 1], Counter, 2, 4>::new();
    family.get(["a"]).inc();
    family.get(["b"]).inc_by(2);
    family.get(["c"]).inc();
    assert_eq!(family.try_get(["d"]).err(), Some(Refused::Full));
    assert_eq!(family.try_get(["too long"]).err(), Some(Refused::TextTooLong));
    assert_eq!((family.get(["a"]).value(), family.get(["b"]).value(), family.refused()), (1, 2, 1));
}

fn a_series_made_again_starts_at_zero() {
    let family = Family::<[&'static str; 2], Counter, 2>::new();
    let held = family.get(["GET", "200"]);
    held.inc();
    assert!(family.remove(["GET", "200"]));
    held.inc();
    assert_eq!(family.get(["GET", "200"]).value(), 0);
}

fn a_slot_whose_handle_is_kept_is_not_given_away() {
    let family = Family::<[&'static str; 1], Counter, 1>::new();
    let held = family.get(["a"]);
    assert!(family.remove(["a"]));
    assert!(!held.is_exposed());
    assert_eq!(family.try_get(["b"]).err(), Some(Refused::Full));
    drop(held);
    family.get(["b"]).inc();
    assert_eq!((family.get(["b"]).value(), family.refused()), (1, 0));
}

fn series_are_removed_by_what_their_labels_say() {
    let family = Family::<[&'static str; 2], Counter, 4>::new();
    for labels in [["GET", "200"], ["GET", "500"], ["PUT", "200"]] {
        family.get(labels).inc();
    }
    assert_eq!(family.remove_matching(|labels| labels[0] == "GET"), 2);
    assert_eq!((family.len(), family.get(["PUT", "200"]).value()), (1, 1));
    family.clear();
    assert!(family.is_empty());
}
