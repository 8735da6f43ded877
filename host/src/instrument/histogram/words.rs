use narthex_core::word::{Section, Word64, section};
use narthex_core::{Observed, Scalar};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A count for each bucket, `+Inf` last, and behind them the sum. They are in one place until threads fight for it; from
/// then on each thread has a place of its own besides, and who reads adds them up.
///
/// A pointer alone, because there is one in each series: the bounds know how many words there are, and every call is told.
/// Odd, it points at [`Places`].
pub(super) struct Words(AtomicPtr<Word64>);

struct Places {
    first: *mut Word64,
    /// Of so many lines each.
    lines: usize,
    others: Box<[Line]>,
}

/// What threads do not fight for, if each has its own: processors fetch two cache lines at a time.
#[derive(Default)]
#[repr(align(128))]
struct Line([Word64; LINE]);

const LINE: usize = 16;
/// More threads share them.
const PLACES: usize = 16;
/// After this many updates that another thread was in the way of, with none elsewhere between and each within a
/// [`WHILE`] of the one before, a thread has a place of its own.
const FIGHTS: usize = 32;
const WHILE: Duration = Duration::from_millis(10);
const ODD: usize = 1;

impl Words {
    pub(super) fn new(len: usize) -> Self {
        let words: Box<[_]> = (0..len).map(|_| Word64::new()).collect();
        Self(AtomicPtr::new(Box::into_raw(words).cast()))
    }

    /// Counts an observation into a bucket.
    #[inline]
    pub(super) fn observe(&self, len: usize, bucket: usize, value: f64) {
        let place = self.0.load(Ordering::Acquire);
        if let Some(places) = Self::places(place) {
            return places.observe(len, bucket, value);
        }
        // SAFETY: not odd, so that it is what `new` made.
        let words = unsafe { &*ptr::slice_from_raw_parts(place, len) };
        if add(&words[bucket], &words[len - 1], value) > 1 && is_fight(self, Instant::now()) {
            self.spread(place, len);
        }
    }

    #[inline]
    fn places(place: *mut Word64) -> Option<&'static Places> {
        let places = place.map_addr(|at| at & !ODD).cast::<Places>();
        // SAFETY: odd ones were made by `spread`, and stay until `free`; callers do not keep what they get.
        (place.addr() & ODD != 0).then(|| unsafe { &*places })
    }

    #[cold]
    fn spread(&self, first: *mut Word64, len: usize) {
        let lines = len.div_ceil(LINE);
        let others = (0..PLACES * lines).map(|_| Line::default()).collect();
        let places = Box::into_raw(Box::new(Places { first, lines, others }));
        let odd = places.cast::<Word64>().map_addr(|at| at | ODD);
        if self.0.compare_exchange(first, odd, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            // SAFETY: nobody else has seen it: another thread was faster.
            drop(unsafe { Box::from_raw(places) });
        }
    }

    /// Cumulative counts, and the sum.
    pub(super) fn read(&self, counts: &mut [u64]) -> f64 {
        section(|s| {
            let mut sum = 0.0;
            self.each(s, counts.len() + 1, |s, at, word| {
                // The sums come first: the counts have what they have.
                match counts.get_mut(at) {
                    None => sum += f64::from_bits(word.load_in(s)),
                    Some(count) => *count = count.wrapping_add(word.load_in(s)),
                }
            });
            counts.iter_mut().fold(0_u64, |below, count| {
                *count = count.wrapping_add(below);
                *count
            });
            sum
        })
    }

    /// Each word of each place with its number: first all sums.
    #[inline]
    pub(super) fn each(&self, s: Section<'_>, len: usize, mut f: impl FnMut(Section<'_>, usize, &Word64)) {
        let place = self.0.load(Ordering::Acquire);
        let places = Self::places(place);
        let first = places.map_or(place, |places| places.first);
        // SAFETY: what `new` made.
        let first = unsafe { &*ptr::slice_from_raw_parts(first, len) };
        for (at, word) in first.iter().enumerate().rev() {
            f(s, at, word);
            if let Some(places) = places {
                (0..PLACES).for_each(|other| f(s, at, places.word(other, at)));
            }
        }
    }

    /// Gives back what it has.
    ///
    /// # Safety
    ///
    /// It is not used any more.
    pub(super) unsafe fn free(&mut self, len: usize) {
        let place = *self.0.get_mut();
        let mut first = place;
        if place.addr() & ODD != 0 {
            let places = place.map_addr(|at| at & !ODD).cast::<Places>();
            // SAFETY: made by `spread`.
            let places = unsafe { Box::from_raw(places) };
            first = places.first;
        }
        // SAFETY: made by `new` from a box of as many.
        drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(first, len)) });
    }
}

impl Places {
    fn word(&self, other: usize, at: usize) -> &Word64 {
        &self.others[other * self.lines + at / LINE].0[at % LINE]
    }

    fn observe(&self, len: usize, bucket: usize, value: f64) {
        let other = this_thread() % PLACES;
        add(self.word(other, bucket), self.word(other, len - 1), value);
    }
}

/// How often it was tried: more than once when another thread was faster.
#[inline]
fn add(bucket: &Word64, sum: &Word64, value: f64) -> usize {
    let mut tries = 0;
    bucket.add(1);
    f64::update(sum, |sum| {
        tries += 1;
        Some(sum + value.addend())
    });
    tries
}

thread_local! {
    static THREAD: Cell<usize> = const { Cell::new(0) };
    /// Whom this thread fought for last, how often, and when.
    static FIGHT: Cell<(*const Words, usize, Option<Instant>)> = const { Cell::new((ptr::null(), 0, None)) };
}

/// A number that few other threads have.
#[inline]
fn this_thread() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    let thread = THREAD.get();
    if thread == 0 {
        THREAD.set(THREADS.fetch_add(1, Ordering::Relaxed) + 1);
    }
    THREAD.get()
}

/// Whether another thread is often in the way of this one.
#[cold]
fn is_fight(words: &Words, now: Instant) -> bool {
    let (last, times, when) = FIGHT.get();
    let goes_on = ptr::eq(last, words) && when.is_some_and(|when| now.saturating_duration_since(when) < WHILE);
    let times = if goes_on { times + 1 } else { 1 };
    FIGHT.set((words, times, Some(now)));
    times >= FIGHTS
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEN: usize = 20;

    fn read(words: &Words) -> ([u64; LEN - 1], f64) {
        let mut counts = [0; LEN - 1];
        let sum = words.read(&mut counts);
        (counts, sum)
    }

    #[test]
    fn a_word_that_threads_fight_for_is_spread() {
        let (words, other) = (Words(AtomicPtr::default()), Words(AtomicPtr::default()));
        let now = Instant::now();
        assert!((1..FIGHTS).all(|_| !is_fight(&words, now)));
        assert!(is_fight(&words, now));
        assert!(!is_fight(&other, now) && !is_fight(&words, now));
        assert!((0..3 * FIGHTS as u32).all(|nth| !is_fight(&words, now + WHILE * nth)));
    }

    #[test]
    fn nothing_is_lost_while_it_is_spread() {
        const ROUNDS: usize = if cfg!(miri) { 20 } else { 10_000 };
        let mut words = Words::new(LEN);
        std::thread::scope(|threads| {
            for thread in 0..3 {
                let words = &words;
                threads.spawn(move || {
                    for round in 0..ROUNDS {
                        words.observe(LEN, (thread + round) % (LEN - 1), 1.0);
                        if round == ROUNDS / 2 {
                            words.spread(words.0.load(Ordering::Relaxed).map_addr(|at| at & !ODD), LEN);
                        }
                    }
                });
            }
            for _ in 0..ROUNDS / 10 {
                let (counts, sum) = read(&words);
                assert!(counts.is_sorted() && sum <= counts[LEN - 2] as f64);
            }
        });
        assert!(Words::places(words.0.load(Ordering::Relaxed)).is_some());
        let (counts, sum) = read(&words);
        assert_eq!((counts[LEN - 2], sum), (3 * ROUNDS as u64, 3.0 * ROUNDS as f64));
        section(|s| words.each(s, LEN, |_, _, word| word.store(0)));
        assert_eq!(read(&words), ([0; LEN - 1], 0.0));
        // SAFETY: not used any more.
        unsafe { words.free(LEN) };
    }
}
