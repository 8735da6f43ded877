//! The empty baseline: everything does nothing.
#![no_std]

pub struct Null;

impl harness::Subject for Null {
    fn init() {}
    fn counter_inc() {}
    fn counter_inc2() {}
    fn counter_add(_: u32) {}
    fn gauge_set(_: i32) {}
    fn labelled_inc(_: &str, _: &str) {}
    fn labelled_inc_bound() {}
    fn observe(_: u32) {}
    fn render(sink: &mut impl FnMut(&[u8])) {
        sink(b"")
    }
}
