use crate::Case;
use narthex_core::{Counter, Family, Refused};

pub const CASES: &[Case] = &[
    ("a full family refuses and counts", a_full_family_refuses_and_counts),
    ("a series that is made again starts at zero", a_series_made_again_starts_at_zero),
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
