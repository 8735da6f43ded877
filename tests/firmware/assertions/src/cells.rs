use crate::Case;
use narthex_core::{Counter, Gauge};

pub const CASES: &[Case] = &[
    ("a counter passes 32 bits", a_counter_passes_32_bits),
    ("a counter wraps at 64 bits", a_counter_wraps_at_64_bits),
    ("a gauge goes both ways", a_gauge_goes_both_ways),
];

fn a_counter_passes_32_bits() {
    let counter = Counter::<u64>::new();
    counter.inc_by(u64::from(u32::MAX));
    counter.inc();
    assert_eq!(counter.value(), 1 << 32);
}

fn a_counter_wraps_at_64_bits() {
    let counter = Counter::<u64>::new();
    counter.inc_by(u64::MAX);
    counter.inc_by(3);
    assert_eq!(counter.value(), 2);
}

fn a_gauge_goes_both_ways() {
    let gauge = Gauge::<i64>::new();
    gauge.dec_by(1 << 40);
    gauge.inc();
    assert_eq!(gauge.value(), 1 - (1 << 40));
    gauge.set_max(-7);
    gauge.set_max(-9);
    assert_eq!(gauge.value(), -7);
    gauge.set_min(-8);
    assert_eq!(gauge.value(), -8);
}
