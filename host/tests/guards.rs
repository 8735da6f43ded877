//! Timers, error counters and what is in progress: guards, closures and futures.

use narthex::{
    Clock, Counter, DurationTimer, FutureMetrics, Gauge, Handle, ObserveDuration, Registry, RuntimeHistogram,
    Stopwatch, Summary,
};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The time that the test says it is.
struct Fake(Cell<Duration>);

impl Clock for &Fake {
    type Instant = Duration;
    type Span = Duration;

    fn now(&self) -> Duration {
        self.0.get()
    }

    fn since(&self, start: Duration) -> Duration {
        self.now().saturating_sub(start)
    }
}

fn histogram() -> Handle<RuntimeHistogram> {
    Registry::new().histogram("wait_seconds", "Wait.").register().unwrap()
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Pending the first time.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

#[test]
fn seconds_of_any_clock_and_never_negative() {
    let fake = Fake(Cell::new(Duration::from_secs(10)));
    let (observed, last) = (Summary::<f64>::new(), Gauge::<f64>::new());
    let start = |metric| Stopwatch::with_clock(&fake).bind(metric);

    let timer = start(&observed);
    let of_gauge = Stopwatch::with_clock(&fake).bind(&last);
    fake.0.set(Duration::from_millis(12_500));
    assert_eq!(timer.stop(), 2.5);
    drop(of_gauge);
    assert_eq!((observed.count(), observed.sum(), last.value()), (1, 2.5, 2.5));

    let back = start(&observed);
    fake.0.set(Duration::ZERO);
    drop(back);
    start(&observed).discard();
    assert_eq!((observed.count(), observed.sum()), (2, 2.5));
}

#[test]
fn a_timer_is_told_its_series_at_the_end() {
    let registry = Registry::new();
    let waits = registry.histogram("wait_seconds", "Wait.").labels(["status"]).register().unwrap();
    let fake = Fake(Cell::new(Duration::ZERO));
    let run = |fails: bool| {
        let timer = Stopwatch::with_clock(&fake).bind(waits.get(["failed"]));
        fake.0.set(fake.0.get() + Duration::from_secs(1));
        if fails {
            return;
        }
        timer.bind(waits.get(["ok"])).stop();
    };
    run(true);
    run(false);
    for status in ["failed", "ok"] {
        assert_eq!((waits.get([status]).count(), waits.get([status]).sum()), (1, 1.0), "{status}");
    }
}

#[test]
fn a_panic_is_observed_once_and_goes_on() {
    let (waits, failed) = (histogram(), Counter::<u64>::new());
    let outcome = catch_unwind(AssertUnwindSafe(|| waits.time(|| failed.count_panics(|| panic!("no")))));
    assert_eq!(outcome.unwrap_err().downcast_ref::<&str>(), Some(&"no"));
    assert_eq!((waits.count(), failed.value()), (1, 1));
    assert_eq!(failed.count_panics(|| waits.time(|| 7)), 7);
    assert_eq!((waits.count(), failed.value()), (2, 1));

    assert!(failed.count_errors_where(|e| *e > 5, || Err::<(), _>(5)).is_err());
    assert!(failed.count_errors_where(|e| *e > 5, || Err::<(), _>(6)).is_err());
    assert_eq!(failed.value(), 2);
}

#[test]
fn a_future_is_measured_from_its_first_poll_until_it_is_done_or_dropped() {
    let (waits, running, failed) = (histogram(), Gauge::<i64>::new(), Counter::<u64>::new());
    let work = async || {
        pause().await;
        Err::<(), _>("no")
    };
    let measured = || work().timed(&waits).track_inprogress(&running).count_errors(&failed).count_panics(&failed);

    drop(measured());
    assert_eq!((waits.count(), running.value(), failed.value()), (0, 0, 0));

    {
        let mut dropped = pin!(measured());
        assert!(poll(dropped.as_mut()).is_pending());
        assert_eq!((waits.count(), running.value()), (0, 1));
    }
    assert_eq!((waits.count(), running.value(), failed.value()), (1, 0, 0));

    let mut done = pin!(measured());
    assert!(poll(done.as_mut()).is_pending());
    assert_eq!(poll(done.as_mut()), Poll::Ready(Err("no")));
    assert_eq!((waits.count(), running.value(), failed.value()), (2, 0, 1)); // and not again when it is dropped
}

#[test]
fn only_the_future_that_panics_is_counted() {
    let (failed, running) = (Counter::<u64>::new(), Gauge::<i64>::new());
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut dropped = pin!(pause().count_panics(&failed).track_inprogress(&running));
        assert!(poll(dropped.as_mut()).is_pending());
        let panics = async { panic!("no") };
        let _: Poll<()> = poll(pin!(panics.count_panics(&failed).track_inprogress(&running)));
    }));
    assert!(outcome.is_err());
    assert_eq!((failed.value(), running.value()), (1, 0));
}

#[test]
fn a_future_with_handles_can_be_spawned() {
    fn sendable<F: Future + Send + 'static>(future: F) -> F {
        future
    }
    let registry = Registry::new();
    let running = registry.gauge("running", "Running.").register().unwrap();
    let failed = registry.counter("failed", "Failed.").labels(["why"]).register().unwrap();
    let waits = histogram();
    let future = async { Err::<(), _>(3) }.timed(waits.clone()).track_inprogress(running.clone());
    let future = sendable(future.count_errors_where(failed.get(["three"]), |error| *error == 3));
    assert_eq!(std::thread::spawn(|| poll(pin!(future))).join().unwrap(), Poll::Ready(Err(3)));
    assert_eq!((waits.count(), running.value(), failed.get(["three"]).value()), (1, 0, 1));
}

#[test]
fn threads_and_recursion() {
    fn down(n: u64, waits: &Handle<RuntimeHistogram>, running: &Gauge<i64>) -> i64 {
        let _timer: DurationTimer<_> = waits.start_timer();
        let _one = running.track_inprogress();
        if n == 0 { running.value() } else { down(n - 1, waits, running) }
    }
    let (waits, running) = (histogram(), Gauge::<i64>::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..100).for_each(|_| assert!(down(9, &waits, &running) >= 10)));
        }
    });
    assert_eq!((waits.count(), running.value()), (8 * 100 * 10, 0));
}
