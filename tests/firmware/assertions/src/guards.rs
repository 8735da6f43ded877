use crate::Case;
use core::cell::Cell;
use narthex_core::{Clock, Counter, Gauge, Histogram, Summary, Timer, buckets};

pub const CASES: &[Case] = &[
    ("a timer observes when it is dropped", a_timer_observes_when_it_is_dropped),
    ("a timer observes once, or not at all", a_timer_observes_once_or_not_at_all),
    ("work in progress is counted while it lasts", work_in_progress_is_counted_while_it_lasts),
    ("errors are counted and passed on", errors_are_counted_and_passed_on),
];

buckets!(Busy: u32 = [10, 100]);

struct Ticks(Cell<u32>);

impl Clock for Ticks {
    type Instant = u32;
    type Span = u32;

    fn now(&self) -> u32 {
        self.0.get()
    }

    fn since(&self, start: u32) -> u32 {
        self.now().wrapping_sub(start)
    }
}

fn a_timer_observes_when_it_is_dropped() {
    let (payload, clock) = (Summary::<u32>::new(), Ticks(u32::MAX.into()));
    let timer = Timer::start(&payload, &clock);
    clock.0.set(41); // past the wrap
    drop(timer);
    assert_eq!(payload.snapshot(), (1, 42));
}

fn a_timer_observes_once_or_not_at_all() {
    let (busy, clock) = (Histogram::<Busy>::new(), Ticks(0.into()));
    let timer = Timer::start(&busy, &clock);
    clock.0.set(11);
    assert_eq!(timer.stop(), 11);
    Timer::start(&busy, &clock).discard();
    assert_eq!((busy.count(), busy.sum()), (1, 11));
}

fn work_in_progress_is_counted_while_it_lasts() {
    let jobs = Gauge::<i32>::new();
    let first = jobs.track_inprogress();
    let second = jobs.track_inprogress();
    drop(first);
    assert_eq!(jobs.value(), 1);
    drop(second);
    assert_eq!(jobs.value(), 0);
}

fn errors_are_counted_and_passed_on() {
    let errors = Counter::<u32>::new();
    assert_eq!(errors.count_errors(|| Err::<(), _>("bus")), Err("bus"));
    assert_eq!(errors.count_errors(|| Ok::<_, ()>(7)), Ok(7));
    assert_eq!(errors.value(), 1);
}
