use super::*;

crate::buckets!(Seconds: f64 = [0.0, 0.5, 1.0]);
crate::buckets!(Ticks: i32 = [-10, 0, 10]);

#[test]
fn a_value_goes_to_the_first_bound_not_below_it() {
    let h = Histogram::<Ticks>::new();
    [i32::MIN, -10, -9, 0, 1, 10, 11, i32::MAX].into_iter().for_each(|v| h.observe(v));
    let (counts, sum) = h.snapshot();
    assert_eq!((counts, sum), ([2, 4, 6, 8], -7 - 1 + 10));
    h.reset();
    assert_eq!((h.count(), h.sum()), (0, 0));
}

#[test]
fn nan_is_counted_and_does_not_spoil_the_sum_but_infinities_do() {
    let h = Histogram::<Seconds>::new();
    [f64::NAN, 0.75, -0.0].into_iter().for_each(|v| h.observe(v));
    assert_eq!(h.snapshot(), ([1, 1, 2, 3], 0.75));
    h.observe(f64::INFINITY);
    assert_eq!(h.snapshot(), ([1, 1, 2, 4], f64::INFINITY));
    h.observe(f64::NEG_INFINITY);
    assert!(h.sum().is_nan() && h.count() == 5);
}

/// Whoever scrapes in a race with observations of one sees an average of at most one.
#[test]
fn race_of_counts_and_sum() {
    use core::sync::atomic::{AtomicBool, Ordering};
    const ROUNDS: u32 = if cfg!(miri) { 20 } else { 5_000 };
    let (h, summary, done) = (Histogram::<Seconds>::new(), crate::Summary::<u32>::new(), AtomicBool::new(false));
    std::thread::scope(|threads| {
        let observe = || {
            for _ in 0..ROUNDS {
                h.observe(1.0);
                summary.observe(1);
            }
        };
        threads.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let (counts, sum) = h.snapshot();
                assert!(counts.is_sorted() && sum <= counts[3] as f64, "{counts:?} {sum}");
                let (count, sum) = summary.snapshot();
                assert!(sum <= count, "{count} {sum}");
                std::thread::yield_now();
            }
        });
        let observers = [threads.spawn(observe), threads.spawn(observe)];
        observers.into_iter().for_each(|observer| observer.join().unwrap());
        done.store(true, Ordering::Relaxed);
    });
    let all = u64::from(ROUNDS) * 2;
    assert_eq!((h.snapshot(), summary.snapshot()), (([0, 0, all, all], all as f64), (all, all)));
}
