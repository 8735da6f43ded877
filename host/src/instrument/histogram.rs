use super::Instrument;
use crate::error::{Error, ErrorKind};
use narthex_core::word::{Word64, section};
use narthex_core::{Flow, Kind, Measure, Observe, Point, Scalar, Take, bounds, record};
use std::ptr::NonNull;
use std::sync::Arc;

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
    /// One for each bound and one for `+Inf`, each on its own; then the sum. A pointer alone, because there is one in
    /// each series and the bounds know how many there are.
    words: NonNull<Word64>,
}

/// The upper bounds of a family, without `+Inf`: once, behind one pointer.
type SharedBounds = Arc<Box<[f64]>>;

/// Counts that fit on the stack.
const USUAL: usize = 32;

impl RuntimeHistogram {
    /// Counts one observation.
    #[inline]
    pub fn observe(&self, value: f64) {
        if let Some((sum, buckets)) = self.words().split_last() {
            record(&self.bounds, buckets, sum, value);
        }
    }

    /// How many observations there were.
    pub fn count(&self) -> u64 {
        self.words().split_last().map_or(0, |(_, buckets)| buckets.iter().fold(0, |n, b| n.wrapping_add(b.load())))
    }

    /// The sum of all observations.
    pub fn sum(&self) -> f64 {
        self.words().last().map_or(0.0, f64::load)
    }

    /// The upper bounds, without `+Inf`.
    pub fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    #[inline]
    fn words(&self) -> &[Word64] {
        // SAFETY: as many as were made.
        unsafe { self.all().as_ref() }
    }

    #[inline]
    fn all(&self) -> NonNull<[Word64]> {
        NonNull::slice_from_raw_parts(self.words, words(&self.bounds))
    }
}

fn words(bounds: &[f64]) -> usize {
    bounds.len() + 2
}

impl Drop for RuntimeHistogram {
    fn drop(&mut self) {
        // SAFETY: made by `make` from a box of as many.
        drop(unsafe { Box::from_raw(self.all().as_ptr()) });
    }
}

// SAFETY: it owns its words, and any thread may update them.
unsafe impl Send for RuntimeHistogram {}
// SAFETY: as above.
unsafe impl Sync for RuntimeHistogram {}

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
        let sum = section(|s| {
            let sum = self.words().last().map_or(0, |sum| sum.load_in(s)); // first: the counts have what it has
            let mut count = 0_u64;
            for (to, from) in counts.iter_mut().zip(self.words()) {
                count = count.wrapping_add(from.load_in(s));
                *to = count;
            }
            f64::from_bits(sum)
        });
        take(&Point::Histogram { bounds: &self.bounds(), buckets: counts, sum: sum.number() }, None)
    }
}

impl Instrument for RuntimeHistogram {
    type Shared = SharedBounds;

    fn make(bounds: &SharedBounds) -> Self {
        let words: Box<[_]> = (0..words(bounds)).map(|_| Word64::new()).collect();
        Self { words: NonNull::from(Box::leak(words)).cast(), bounds: Arc::clone(bounds) }
    }

    /// Word by word: an observation that comes meanwhile may stay in a bucket and not in the sum, or the other way round, and
    /// so may all of them for a scrape.
    fn restart(&self) {
        self.words().iter().for_each(|word| word.store(0));
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
            let observer = threads.spawn(|| (0..200_000).for_each(|_| histogram.observe(1.0)));
            while !observer.is_finished() {
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
