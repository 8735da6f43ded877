use narthex_core::Timestamp;
use std::time::{Duration, Instant};

/// What a family keeps of its series besides their values.
#[derive(Clone, Copy, Default)]
pub(crate) struct Lifetime {
    /// When each began.
    pub(crate) created: bool,
    /// For how long each may stay unchanged.
    pub(crate) expire_after: Option<Duration>,
}

/// That, by slot. It takes no memory unless the family keeps it.
pub(super) struct Marks {
    began: Option<Vec<Timestamp>>,
    seen: Option<Vec<Option<Seen>>>,
}

/// A value, and when a sweep met it first.
#[derive(Clone, Copy)]
struct Seen {
    value: [u64; 2],
    since: Instant,
}

impl Marks {
    pub(super) fn new(lifetime: Lifetime) -> Self {
        Self { began: lifetime.created.then(Vec::new), seen: lifetime.expire_after.map(|_| Vec::new()) }
    }

    /// A series begins in a slot: nothing stays of the one that was there.
    pub(super) fn begin(&mut self, slot: usize, now: Option<Timestamp>) {
        if let (Some(began), Some(now)) = (&mut self.began, now) {
            put(began, slot, now);
        }
        if let Some(seen) = &mut self.seen {
            put(seen, slot, None);
        }
    }

    /// The series in a slot begins anew.
    pub(super) fn begin_again(&mut self, slot: usize, now: Timestamp) {
        if let Some(began) = self.began.as_mut().and_then(|began| began.get_mut(slot)) {
            *began = now;
        }
    }

    /// When the series in a slot began, if that is kept.
    pub(super) fn began(&mut self, slot: usize, now: Timestamp) -> Option<Timestamp> {
        self.began.as_mut()?.get_mut(slot).map(|began| not_after(began, now))
    }

    /// Whether the series in a slot, which has this value, has had it for `long` or more.
    pub(super) fn is_unchanged(&mut self, slot: usize, value: [u64; 2], now: Instant, long: Duration) -> bool {
        let Some(place) = self.seen.as_mut().and_then(|seen| seen.get_mut(slot)) else { return false };
        let same = place.filter(|seen| seen.value == value);
        let Seen { since, .. } = *place.insert(same.unwrap_or(Seen { value, since: now }));
        now.saturating_duration_since(since) >= long
    }
}

/// When something began; a moment in the future is none, the clock was set back. What is answered once stays.
pub(super) fn not_after(began: &mut Timestamp, now: Timestamp) -> Timestamp {
    *began = (*began).min(now);
    *began
}

/// Slots come one after the other, or are there already.
fn put<T>(all: &mut Vec<T>, slot: usize, value: T) {
    match all.get_mut(slot) {
        Some(place) => *place = value,
        None => all.push(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn moment(seconds: i64) -> Timestamp {
        Timestamp::new(seconds, 0).unwrap()
    }

    #[test]
    fn a_slot_that_is_used_again_inherits_nothing() {
        let mut marks = Marks::new(Lifetime { created: true, expire_after: Some(HOUR) });
        let start = Instant::now();
        marks.begin(0, Some(moment(10)));
        assert!(!marks.is_unchanged(0, [7, 0], start, HOUR));
        assert!(marks.is_unchanged(0, [7, 0], start + HOUR, HOUR));
        marks.begin(0, Some(moment(20)));
        assert_eq!(marks.began(0, moment(99)), Some(moment(20)));
        assert!(!marks.is_unchanged(0, [7, 0], start + HOUR, HOUR));
    }

    #[test]
    fn a_change_begins_another_age_and_a_clock_that_stands_none() {
        let mut marks = Marks::new(Lifetime { created: false, expire_after: Some(HOUR) });
        let start = Instant::now();
        marks.begin(0, None);
        assert!(!marks.is_unchanged(0, [1, 0], start + HOUR, HOUR));
        assert!(!marks.is_unchanged(0, [1, 0], start, HOUR));
        assert!(!marks.is_unchanged(0, [1, 1], start + 2 * HOUR, HOUR));
        assert!(marks.is_unchanged(0, [1, 1], start + 3 * HOUR, HOUR));
        assert_eq!(marks.began(0, moment(99)), None);
    }

    #[test]
    fn nothing_begins_in_the_future() {
        let mut marks = Marks::new(Lifetime { created: true, expire_after: None });
        marks.begin(0, Some(moment(50)));
        assert_eq!([40, 60].map(|now| marks.began(0, moment(now))), [Some(moment(40)); 2]);
        marks.begin_again(0, moment(55));
        assert_eq!(marks.began(0, moment(60)), Some(moment(55)));
    }
}
