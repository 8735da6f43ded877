//! `#[timed]`, `#[count_errors]` and `#[track_inprogress]` on every shape of function.
#![deny(warnings)]

use narthex::{
    Counter, Gauge, Handle, Histogram, MetricGroup, Registry, RuntimeHistogram, Scaled, Summary, count_errors,
    default_registry, timed, track_inprogress,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn done<F: Future>(future: F) -> F::Output {
    match poll(pin!(future)) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("not ready"),
    }
}

async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

#[test]
#[rustfmt::skip]
fn a_body_of_one_expression_is_no_warning() {
    static CALLS: Counter = Counter::new();
    #[count_errors(CALLS)]
    fn one(ok: bool) -> Result<(), ()> { if ok { Ok(()) } else { Err(()) } }
    #[count_errors(CALLS)]
    async fn awaited(ok: bool) -> Result<bool, bool> { Err(ok) }
    let _ = (one(true), one(false), done(awaited(true)));
    assert_eq!(CALLS.value(), 2);
}

#[test]
fn sync_functions() {
    #[derive(MetricGroup)]
    struct Metrics {
        /// Time.
        #[metrics(unit = "seconds", buckets(0.1, 1.0))]
        time: Histogram<Time>,
        /// Time.
        #[metrics(unit = "seconds", scale = -6)]
        micros: Summary<u64>,
        /// Failures.
        failed: Counter,
        /// Running.
        running: Gauge,
    }
    static METRICS: Metrics = Metrics::new();

    /// Doc comments stay.
    #[timed(METRICS.time)]
    #[count_errors(METRICS.failed, panics)]
    #[inline(never)]
    #[track_inprogress(METRICS.running)]
    #[timed(Scaled::new(&METRICS.micros, -6))]
    fn parse<'a, T: std::str::FromStr<Err: std::error::Error + 'static>>(
        mut texts: impl Iterator<Item = &'a str>,
    ) -> Result<(T, &'a str), Box<dyn std::error::Error>> {
        assert_eq!(METRICS.running.value(), 1);
        let Some(text) = texts.next() else { return Err("nothing".into()) };
        if text == "panic" {
            panic!("as asked");
        }
        Ok((text.parse()?, text))
    }

    assert_eq!(parse::<u8>(["7"].into_iter()).unwrap(), (7, "7"));
    assert!(parse::<u8>(["x"].into_iter()).is_err());
    assert!(parse::<u8>([].into_iter()).is_err());
    assert!(catch_unwind(|| parse::<u8>(["panic"].into_iter())).is_err());
    assert_eq!((METRICS.time.count(), METRICS.micros.count()), (4, 4));
    assert_eq!((METRICS.failed.value(), METRICS.running.value()), (3, 0));
}

static LAZY: LazyLock<Handle<RuntimeHistogram>> =
    LazyLock::new(|| default_registry().histogram("lazy_seconds", "Lazy.").register().expect("registered once"));

#[test]
#[expect(unsafe_code, reason = "an unsafe function can be measured too")]
fn a_metric_that_is_made_when_first_used() {
    #[timed(*LAZY)]
    #[timed(LAZY)]
    unsafe fn one(depth: u32) -> u32 {
        if depth == 0 {
            return 0;
        }
        // SAFETY: nothing is required.
        1 + unsafe { one(depth - 1) }
    }
    // SAFETY: nothing is required.
    assert_eq!(unsafe { one(3) }, 3);
    assert_eq!(LAZY.count(), 8);
}

struct Service {
    time: Handle<RuntimeHistogram>,
    failed: Counter,
    running: Gauge<i32>,
    names: Vec<String>,
}

impl Service {
    fn new() -> Self {
        let time = Registry::new().histogram("time_seconds", "Time.").register().expect("a fresh registry");
        Self { time, failed: Counter::new(), running: Gauge::new(), names: Vec::new() }
    }

    #[count_errors(self.failed)]
    #[timed(self.time.clone())]
    fn add(&mut self, name: &str) -> Result<&mut String, String> {
        if name.is_empty() {
            Err("no name".to_owned())?;
        }
        self.names.push(name.into());
        self.names.last_mut().ok_or_else(String::new)
    }

    #[track_inprogress(self.running)]
    #[count_errors(self.failed, when = |error| error.len() > limit, panics)]
    #[timed(self.time)]
    async fn find(&self, name: &str, limit: usize) -> Result<impl Iterator<Item = &String> + use<'_>, String> {
        pause().await;
        let found: Vec<_> = self.names.iter().filter(|known| *known == name).collect();
        if found.is_empty() {
            return Err(name.to_owned());
        }
        Ok(found.into_iter())
    }

    #[timed(self.time.clone())]
    #[count_errors(self.failed)]
    fn all(&self) -> Result<impl Iterator<Item = &String>, std::fmt::Error> {
        Ok(self.names.iter())
    }

    #[timed(self.time.clone())]
    fn into_names(self) -> Vec<String> {
        self.names
    }
}

#[test]
fn methods() {
    fn sendable<F: Future + Send>(future: F) -> F {
        future
    }
    let mut service = Service::new();
    service.add("a").unwrap().push('b');
    assert!(service.add("").is_err());
    assert_eq!((service.time.count(), service.failed.value()), (2, 1));
    assert_eq!(service.all().unwrap().count(), 1);

    {
        let mut dropped = pin!(sendable(service.find("ab", 9)));
        assert!(poll(dropped.as_mut()).is_pending());
        assert_eq!((service.time.count(), service.running.value()), (3, 1));
    }
    assert_eq!((service.time.count(), service.running.value()), (4, 0));
    for (name, found, errors) in [("ab", 1, 1), ("no", 0, 1), ("long", 0, 2)] {
        let mut found_now = pin!(service.find(name, 3));
        assert!(poll(found_now.as_mut()).is_pending());
        let Poll::Ready(answer) = poll(found_now) else { panic!("not ready") };
        assert_eq!((answer.map_or(0, Iterator::count), service.failed.value()), (found, errors), "{name}");
    }
    let time = service.time.clone();
    assert_eq!(service.into_names(), ["ab"]);
    assert_eq!(time.count(), 8);
}

#[async_trait::async_trait]
trait Store {
    async fn read(&self, name: &str) -> Result<String, String>;
    async fn write(&mut self, name: &str) -> Result<&String, String>;
}

#[async_trait::async_trait]
impl Store for Service {
    #[timed(self.time)]
    #[count_errors(self.failed, panics)]
    #[track_inprogress(self.running)]
    async fn read(&self, name: &str) -> Result<String, String> {
        pause().await;
        self.names.iter().find(|known| *known == name).cloned().ok_or_else(|| name.to_owned())
    }

    #[timed(self.time.clone())]
    async fn write(&mut self, name: &str) -> Result<&String, String> {
        Ok(self.add(name)?)
    }
}

#[test]
fn methods_of_async_traits() {
    let mut service = Service::new();
    assert_eq!(done(service.write("a")).unwrap(), "a");
    assert_eq!(service.time.count(), 2);

    let mut dropped = service.read("b");
    assert_eq!((service.time.count(), service.running.value()), (2, 0));
    assert!(poll(dropped.as_mut()).is_pending());
    assert_eq!(service.running.value(), 1);
    drop(dropped);
    assert_eq!((service.time.count(), service.running.value(), service.failed.value()), (3, 0, 0));

    let mut missing = service.read("b");
    assert!(poll(missing.as_mut()).is_pending());
    assert_eq!(poll(missing.as_mut()), Poll::Ready(Err("b".to_owned())));
    assert_eq!((service.time.count(), service.running.value(), service.failed.value()), (4, 0, 1));
}

#[test]
fn functions_that_answer_async_blocks() {
    static FAILED: Counter = Counter::new();
    static RUNNING: Gauge = Gauge::new();
    type Answer<'a> = Pin<Box<dyn Future<Output = Result<u8, std::num::ParseIntError>> + Send + 'a>>;

    #[track_inprogress(RUNNING)]
    #[count_errors(FAILED, panics)]
    fn boxed(text: &str) -> Answer<'_> {
        Box::pin(async move {
            let answer: Result<u8, std::num::ParseIntError> = { Ok(text.parse::<u8>()?) };
            pause().await;
            assert_ne!(answer, Ok(9));
            answer
        })
    }

    #[expect(clippy::manual_async_fn, reason = "that is what is tested")]
    #[count_errors(FAILED, panics)]
    fn plain(text: &str) -> impl Future<Output = Result<u8, std::num::ParseIntError>> {
        async move { text.parse::<u8>() }
    }

    let mut three = boxed("3");
    assert_eq!(RUNNING.value(), 0);
    assert!(poll(three.as_mut()).is_pending());
    assert_eq!(RUNNING.value(), 1);
    assert_eq!(poll(three.as_mut()), Poll::Ready(Ok(3)));
    assert_eq!((RUNNING.value(), FAILED.value()), (0, 0));
    assert!(done(boxed("x")).is_err() && done(plain("x")).is_err());
    assert_eq!(FAILED.value(), 2);

    let mut nine = boxed("9");
    assert!(poll(nine.as_mut()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| poll(nine.as_mut()))).is_err());
    drop(nine);
    assert_eq!((RUNNING.value(), FAILED.value()), (0, 3));
}

#[test]
fn a_lock_in_the_expression_is_given_back() {
    static SERVICES: std::sync::Mutex<Vec<Service>> = std::sync::Mutex::new(Vec::new());
    SERVICES.lock().unwrap().push(Service::new());

    #[timed(SERVICES.lock().unwrap()[0].time.clone())]
    fn locks() -> usize {
        SERVICES.lock().unwrap().len()
    }
    assert_eq!(locks(), 1);
    assert_eq!(SERVICES.lock().unwrap()[0].time.count(), 1);
}

static TESTED: Counter = Counter::new();

#[tokio::test]
#[count_errors(TESTED)]
async fn with_other_attributes_below() -> Result<(), std::fmt::Error> {
    Ok(())
}

#[count_errors(TESTED)]
#[tokio::test]
async fn with_other_attributes_above() -> Result<(), std::fmt::Error> {
    Ok(())
}
