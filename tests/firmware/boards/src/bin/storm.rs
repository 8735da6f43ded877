//! The main loop and an interrupt update the same metrics; every total is exact. A hang shows as QEMU's time-out.
#![no_std]
#![no_main]

use boards::{entry, println, storm};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use narthex_core::encode::Recorder;
use narthex_core::{ClosedLabels, Counter, Family, Gauge, Histogram, MetricGroup, Table};

const ROUNDS: u32 = 25_000;
const INTERRUPTS: u32 = 20_000;
/// Of the main loop: counter, gauge, table, histogram, a series that stays and one that comes and goes.
const UPDATES_A_ROUND: u32 = 6;
/// How many rounds lie between two pages that the main loop renders.
const ROUNDS_A_PAGE: u32 = 250;

#[derive(MetricGroup)]
#[metrics(namespace = "storm")]
struct Metrics {
    /// Counted in both contexts.
    counter: Counter,
    /// Up in the main loop, down in the interrupt.
    gauge: Gauge<i32>,
    /// Each context has a cell; the interrupt counts in the main loop's as well.
    table: Table<Context, Counter>,
    /// Observed in both contexts.
    #[metrics(buckets(10, 100))]
    histogram: Histogram<Sizes>,
    /// More keys than slots, so that refusals are among what happens.
    #[metrics(labels("key"))]
    family: Family<[&'static str; 1], Counter, 4, 8>,
}

#[derive(Clone, Copy, ClosedLabels)]
enum Context {
    Main,
    Interrupt,
}

static METRICS: Metrics = Metrics::new();
/// Both contexts count in it; it is never removed.
const STAYS: &str = "stays";
/// Both contexts make them; the main loop removes them.
const COME_AND_GO: [&str; 3] = ["a", "b", "c"];
/// The interrupt counts in it and removes it, also at moments when the main loop takes or drops a handle.
const INTERRUPTS_OWN: &str = "own";

/// What the interrupt observes.
const SIZE_IN_INTERRUPT: u64 = 50;

static HANDLED: AtomicU32 = AtomicU32::new(0);
/// What the interrupt found in the series that it removed.
static TAKEN: Counter = Counter::new();

#[entry]
fn main() -> ! {
    METRICS.family.get([STAYS]);
    storm::start(interrupt);
    let mut rounds = 0;
    let mut taken = 0;
    let mut observed = 0;
    while rounds < ROUNDS || HANDLED.load(Relaxed) < INTERRUPTS {
        taken += round(rounds);
        observed += u64::from(size(rounds));
        rounds += 1;
        if rounds.is_multiple_of(ROUNDS_A_PAGE) {
            render(rounds, observed);
        }
    }
    storm::stop();
    check(rounds, HANDLED.load(Relaxed), taken, observed);
    boards::pass()
}

/// Answers the count of the series that it removed.
fn round(round: u32) -> u64 {
    METRICS.counter.inc();
    METRICS.gauge.inc();
    METRICS.table.get(Context::Main).inc();
    METRICS.histogram.observe(size(round));
    METRICS.family.get([STAYS]).inc();

    let _ = METRICS.family.try_get([INTERRUPTS_OWN]);
    let key = COME_AND_GO[round as usize % COME_AND_GO.len()];
    let series = METRICS.family.get([key]);
    series.inc();
    // Removed, it takes no more updates than those that this handle sees: the interrupt keeps no handle.
    if !series.is_inert() && METRICS.family.remove([key]) { series.value() } else { 0 }
}

/// What the main loop observes in a round.
fn size(round: u32) -> u32 {
    round % 200
}

fn interrupt() {
    let handled = HANDLED.load(Relaxed) + 1;
    HANDLED.store(handled, Relaxed);

    METRICS.counter.inc();
    METRICS.gauge.dec();
    METRICS.table.get(Context::Main).inc();
    METRICS.table.get(Context::Interrupt).inc();
    METRICS.histogram.observe(SIZE_IN_INTERRUPT as u32);
    METRICS.family.get([STAYS]).inc();
    METRICS.family.get([COME_AND_GO[handled as usize % COME_AND_GO.len()]]).inc();

    let own = METRICS.family.get([INTERRUPTS_OWN]);
    own.inc();
    if handled.is_multiple_of(2) && METRICS.family.remove([INTERRUPTS_OWN]) {
        TAKEN.inc_by(own.value());
    }
}

/// What a page says while the interrupt goes on: no series that stays is lost, no histogram is torn.
fn render(rounds: u32, observed: u64) {
    let least = METRICS.counter.value();
    let Ok(page) = Recorder::<1536>::record(&METRICS) else { panic!("no page") };
    let most = METRICS.counter.value();
    let value = |series| page.value(series).and_then(|value| value.parse::<u64>().ok());
    assert!(value("storm_counter_total").is_some_and(|count| (least..=most).contains(&count)), "counter on the page");
    let count = value("storm_histogram_count").unwrap_or_default();
    assert_eq!(value("storm_histogram_bucket{le=\"+Inf\"}"), Some(count), "histogram on the page");
    let interrupts = count - u64::from(rounds);
    let sum = observed + SIZE_IN_INTERRUPT * interrupts;
    assert_eq!(value("storm_histogram_sum"), Some(sum), "sum and count on the page are of one moment");
    let stays = page.as_str().matches("{key=\"stays\"}").count();
    assert_eq!(stays, 1, "the series that stays, on the page");
}

fn check(rounds: u32, handled: u32, taken: u64, observed: u64) {
    let refused = u64::from(METRICS.family.refused());
    let live = COME_AND_GO.into_iter().chain([INTERRUPTS_OWN]).map(|key| METRICS.family.try_get([key]));
    let live: u64 = live.map(|series| series.map_or(0, |series| series.value())).sum();
    println!(
        "{} updates in the main loop, {handled} interrupts; series removed at {taken} and {}, live at {live}, refused {refused}",
        rounds * UPDATES_A_ROUND,
        TAKEN.value(),
    );

    let (main, interrupt) = (u64::from(rounds), u64::from(handled));
    assert_eq!(METRICS.counter.value(), main + interrupt, "counter");
    assert_eq!(i64::from(METRICS.gauge.value()), i64::from(rounds) - i64::from(handled), "gauge");
    assert_eq!(METRICS.table.get(Context::Main).value(), main + interrupt, "table, shared cell");
    assert_eq!(METRICS.table.get(Context::Interrupt).value(), interrupt, "table, the interrupt's cell");

    let sum = observed + SIZE_IN_INTERRUPT * interrupt;
    assert_eq!((METRICS.histogram.count(), METRICS.histogram.sum()), (main + interrupt, sum), "histogram");

    assert_eq!(METRICS.family.get([STAYS]).value(), main + interrupt, "the series that stays");
    assert_eq!(taken + TAKEN.value() + live + refused, main + 2 * interrupt, "the series that come and go");
    assert!(refused > 0 && TAKEN.value() > 0, "the storm was too calm");
}
