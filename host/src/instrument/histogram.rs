mod words;

use super::Instrument;
use crate::error::{Error, ErrorKind};
use narthex_core::word::section;
use narthex_core::{Flow, Kind, Measure, Observe, Point, Scalar, Take, bounds};
use std::cmp::Ordering::{Equal, Less};
use std::sync::Arc;
use words::Words;

/// The bounds of a histogram that names none, for latencies in seconds: those of the official Go and Java clients.
/// Python's has 0.075, 0.75 and 7.5 besides.
pub const DEFAULT_BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// A histogram whose bounds are given at run time and live once in its family.
///
/// The count is the sum of the buckets, so `_count` and the `+Inf` bucket always agree; a scrape in the middle of an
/// observation may see it in the count and not yet in the sum, never the other way round.
///
/// NaN is counted in the `+Inf` bucket and left out of the sum. An infinity stays in the sum until the series is
/// [reset](crate::Handle::reset), and `+Inf` and `-Inf` together make it NaN. OpenMetrics takes neither a negative sum nor NaN:
/// `_sum` and `_count` are left out there, and the buckets tell the count.
///
/// When threads often observe at the same moment, this takes 2 KiB more (for 14 bounds or less), once, and they get out of
/// each other's way.
///
/// ```
/// # fn main() -> Result<(), narthex::Error> {
/// # let registry = narthex::Registry::new();
/// let latency = registry.histogram("latency_seconds", "Latency.").buckets([0.1, 1.0]).register()?;
/// latency.observe(0.25);
/// assert_eq!((latency.count(), latency.sum()), (1, 0.25));
/// # Ok(())
/// # }
/// ```
pub struct RuntimeHistogram {
    bounds: SharedBounds,
    words: Words,
}

/// The upper bounds of a family, without `+Inf`: once, behind one pointer.
type SharedBounds = Arc<Box<[f64]>>;

/// So many bounds are compared faster than halved.
const FEW: usize = 16;

/// Counts that fit on the stack.
const USUAL: usize = 32;

impl RuntimeHistogram {
    /// Counts one observation.
    #[inline]
    pub fn observe(&self, value: f64) {
        self.words.observe(words(&self.bounds), bucket_of(&self.bounds, value), value);
    }

    /// How many observations there were.
    pub fn count(&self) -> u64 {
        let mut count = 0_u64;
        self.each(|at, bits| {
            if at <= self.bounds.len() {
                count = count.wrapping_add(bits);
            }
        });
        count
    }

    /// The sum of all observations.
    pub fn sum(&self) -> f64 {
        let mut sum = 0.0;
        self.each(|at, bits| {
            if at > self.bounds.len() {
                sum += f64::from_bits(bits);
            }
        });
        sum
    }

    fn each(&self, mut f: impl FnMut(usize, u64)) {
        section(|s| self.words.each(s, words(&self.bounds), |s, at, word| f(at, word.load_in(s))));
    }

    /// The upper bounds, without `+Inf`.
    pub fn bounds(&self) -> &[f64] {
        &self.bounds
    }
}

/// How many bounds are below the value, as NaN has all of them: without a branch that a processor could guess wrong.
#[inline]
fn bucket_of(bounds: &[f64], value: f64) -> usize {
    let is_below = |bound: &f64| !matches!(value.partial_cmp(bound), Some(Less | Equal));
    match bounds.len() {
        ..=FEW => bounds.iter().map(|bound| usize::from(is_below(bound))).sum(), // several at once
        _ => bounds.partition_point(is_below),
    }
}

fn words(bounds: &[f64]) -> usize {
    bounds.len() + 2
}

impl Drop for RuntimeHistogram {
    fn drop(&mut self) {
        let len = words(&self.bounds);
        // SAFETY: not used any more.
        unsafe { self.words.free(len) };
    }
}

impl Measure for RuntimeHistogram {
    const KIND: Kind = Kind::Histogram;
    const INTEGER: bool = false;

    fn measure(&self, take: &mut Take<'_>) -> Flow {
        let (mut few, mut many) = ([0; USUAL], Vec::new());
        let len = self.bounds.len() + 1;
        let counts = match few.get_mut(..len) {
            Some(counts) => counts,
            None => {
                many.resize(len, 0);
                &mut many[..]
            }
        };
        let sum = self.words.read(counts);
        take(&Point::Histogram { bounds: &self.bounds(), buckets: counts, sum: sum.number() }, None)
    }
}

impl Instrument for RuntimeHistogram {
    type Shared = SharedBounds;

    fn make(bounds: &SharedBounds) -> Self {
        Self { words: Words::new(words(bounds)), bounds: Arc::clone(bounds) }
    }

    /// Word by word: an observation that comes meanwhile may stay in a bucket and not in the sum, or the other way round, and
    /// so may all of them for a scrape.
    fn restart(&self) {
        section(|s| self.words.each(s, words(&self.bounds), |_, _, word| word.store(0)));
    }

    fn check(bounds: &SharedBounds) -> Result<(), Error> {
        bounds::f64::check(bounds).map_err(|error| Error::new(ErrorKind::Buckets, format!("{error} in {bounds:?}")))
    }
}

impl Observe for RuntimeHistogram {
    type Value = f64;

    fn observe(&self, value: f64) {
        RuntimeHistogram::observe(self, value);
    }
}

impl std::fmt::Debug for RuntimeHistogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuntimeHistogram").field("count", &self.count()).field("sum", &self.sum()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_cumulative_whatever_their_number() {
        for bounds in [1, 11, USUAL - 1, USUAL, 100] {
            let bounds = SharedBounds::new((0..bounds).map(|at| at as f64).collect());
            let histogram = RuntimeHistogram::make(&bounds);
            [-1.0, 0.0, 0.5, f64::NAN, 1e9].into_iter().for_each(|v| histogram.observe(v));
            let mut seen = 0;
            histogram
                .measure(&mut |point, _| {
                    let Point::Histogram { bounds: given, buckets, .. } = point else { panic!("not a histogram") };
                    assert_eq!((given.len() + 1, buckets[0]), (buckets.len(), 2));
                    assert_eq!(buckets.last(), Some(&5));
                    seen += 1;
                    Ok(())
                })
                .unwrap();
            assert_eq!((seen, histogram.count(), histogram.sum()), (1, 5, 1e9 - 0.5));
        }
    }

    /// Many buckets take long to read: observations of one go on meanwhile, and no scrape has more in the sum than it counts.
    #[test]
    fn the_sum_has_nothing_that_the_counts_lack() {
        let histogram = RuntimeHistogram::make(&SharedBounds::new((1..2_000).map(f64::from).collect()));
        std::thread::scope(|threads| {
            // two, so that they fight for it
            let observers = [(); 2].map(|()| threads.spawn(|| (0..100_000).for_each(|_| histogram.observe(1.0))));
            while !observers.iter().all(|observer| observer.is_finished()) {
                let scrape = histogram.measure(&mut |point, _| {
                    let Point::Histogram { buckets, sum, .. } = point else { panic!("not a histogram") };
                    let count = buckets[buckets.len() - 1];
                    assert!(buckets.is_sorted() && sum.to_f64(0) <= count as f64, "{sum:?} of {count}");
                    Ok(())
                });
                scrape.unwrap();
            }
        });
        assert_eq!((histogram.count(), histogram.sum()), (200_000, 200_000.0));
    }
}
