use crate::Case;
use narthex_core::{Counter, Gauge, Histogram, Summary, buckets};

pub const CASES: &[Case] = &[
    ("a counter passes 32 bits", a_counter_passes_32_bits),
    ("a counter wraps at 64 bits", a_counter_wraps_at_64_bits),
    ("a gauge goes both ways", a_gauge_goes_both_ways),
    ("a float counter refuses to go down", a_float_counter_refuses_to_go_down),
    ("an observation goes to the first bound not below it", an_observation_goes_to_the_first_bound_not_below_it),
    ("not a number leaves the sum alone", not_a_number_leaves_the_sum_alone),
    ("a sum passes 32 bits", a_sum_passes_32_bits),
];

buckets!(Sizes: u32 = [10, 100]);
buckets!(Ratios: f32 = [0.1, 1.0]);

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

fn a_float_counter_refuses_to_go_down() {
    let counter = Counter::<f64>::new();
    counter.inc_by(0.5).unwrap();
    assert!(counter.inc_by(-1.0).is_err() && counter.inc_by(f64::NAN).is_err());
    assert_eq!(counter.value(), 0.5);
}

fn an_observation_goes_to_the_first_bound_not_below_it() {
    let sizes = Histogram::<Sizes>::new();
    for size in [0, 10, 11, 100, 101, u32::MAX] {
        sizes.observe(size);
    }
    assert_eq!(sizes.snapshot(), ([2, 4, 6], 222 + u64::from(u32::MAX)));
}

fn not_a_number_leaves_the_sum_alone() {
    let ratios = Histogram::<Ratios>::new();
    ratios.observe(0.1);
    ratios.observe(f32::NAN);
    assert_eq!(ratios.count(), 2);
    assert!((ratios.sum() - 0.1).abs() < 1e-6);
}

fn a_sum_passes_32_bits() {
    let summary = Summary::<u32>::new();
    summary.observe(u32::MAX);
    summary.observe(1);
    assert_eq!(summary.snapshot(), (2, 1 << 32));
}
