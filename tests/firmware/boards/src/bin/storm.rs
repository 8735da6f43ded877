//! The main loop and an interrupt update the same metrics; every total is exact. A hang shows as QEMU's time-out.
#![no_std]
#![no_main]

use boards::storm;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use cortex_m::Peripherals;
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::hprintln;
use narthex_core::word::Zero;
use narthex_core::{ClosedLabels, Counter, Family, Gauge, Histogram, Table, buckets};

const ROUNDS: u32 = 25_000;
const INTERRUPTS: u32 = 20_000;
/// Of the main loop: counter, gauge, table, histogram, a series that stays and one that comes and goes.
const UPDATES_A_ROUND: u32 = 6;

#[derive(Clone, Copy)]
enum Context {
    Main,
    Interrupt,
}

buckets!(Sizes: u32 = [10, 100]);

static COUNTER: Counter = Counter::new();
static GAUGE: Gauge<i32> = Gauge::new();
static TABLE: Table<Context, Counter> = Table::new();
static HISTOGRAM: Histogram<Sizes> = Histogram::new();
/// More keys than slots, so that refusals are among what happens.
static FAMILY: Family<[&'static str; 1], Counter, 4, 8> = Family::new();
/// Both contexts count in it; it is never removed.
const STAYS: &str = "stays";
/// Both contexts make them; the main loop removes them.
const COME_AND_GO: [&str; 3] = ["a", "b", "c"];
/// The interrupt makes it and removes it.
const INTERRUPTS_OWN: &str = "own";

static HANDLED: AtomicU32 = AtomicU32::new(0);
/// What the interrupt found in the series that it removed.
static TAKEN: Counter = Counter::new();

#[entry]
fn main() -> ! {
    FAMILY.get([STAYS]);
    if let Some(peripherals) = Peripherals::take() {
        storm::start(peripherals.SYST);
    }
    let mut rounds = 0;
    let mut taken = 0;
    while rounds < ROUNDS || HANDLED.load(Relaxed) < INTERRUPTS {
        taken += round(rounds);
        rounds += 1;
    }
    storm::pause();
    check(rounds, HANDLED.load(Relaxed), taken);
    boards::pass()
}

/// Answers the count of the series that it removed.
fn round(round: u32) -> u64 {
    COUNTER.inc();
    GAUGE.inc();
    TABLE.get(Context::Main).inc();
    HISTOGRAM.observe(round % 200);
    FAMILY.get([STAYS]).inc();

    let key = COME_AND_GO[round as usize % COME_AND_GO.len()];
    let series = FAMILY.get([key]);
    series.inc();
    // Removed, it takes no more updates than those that this handle sees: the interrupt keeps no handle.
    if !series.is_inert() && FAMILY.remove([key]) { series.value() } else { 0 }
}

#[exception]
fn SysTick() {
    storm::pause();
    let handled = HANDLED.load(Relaxed) + 1;
    HANDLED.store(handled, Relaxed);

    COUNTER.inc();
    GAUGE.dec();
    TABLE.get(Context::Main).inc();
    TABLE.get(Context::Interrupt).inc();
    HISTOGRAM.observe(50);
    FAMILY.get([STAYS]).inc();
    FAMILY.get([COME_AND_GO[handled as usize % COME_AND_GO.len()]]).inc();

    let own = FAMILY.get([INTERRUPTS_OWN]);
    own.inc();
    if FAMILY.remove([INTERRUPTS_OWN]) {
        TAKEN.inc_by(own.value());
    }
    storm::again();
}

fn check(rounds: u32, handled: u32, taken: u64) {
    hprintln!("{} updates in the main loop, {} interrupts", rounds * UPDATES_A_ROUND, handled);
    let (main, interrupt) = (u64::from(rounds), u64::from(handled));
    assert_eq!(COUNTER.value(), main + interrupt, "counter");
    assert_eq!(i64::from(GAUGE.value()), i64::from(rounds) - i64::from(handled), "gauge");
    assert_eq!(TABLE.get(Context::Main).value(), main + interrupt, "table, shared cell");
    assert_eq!(TABLE.get(Context::Interrupt).value(), interrupt, "table, the interrupt's cell");

    let observed: u64 = (0..rounds).map(|round| u64::from(round % 200)).sum();
    assert_eq!((HISTOGRAM.count(), HISTOGRAM.sum()), (main + interrupt, observed + 50 * interrupt), "histogram");

    assert_eq!(FAMILY.get([STAYS]).value(), main + interrupt, "the series that stays");
    let refused = u64::from(FAMILY.refused());
    let live: u64 = COME_AND_GO.iter().map(|key| FAMILY.try_get([key]).map_or(0, |series| series.value())).sum();
    hprintln!("removed {} and {}, live {}, refused {}", taken, TAKEN.value(), live, refused);
    assert_eq!(taken + TAKEN.value() + live + refused, main + 2 * interrupt, "the series that come and go");
    assert!(refused > 0 && TAKEN.value() > 0, "the storm was too calm");
}

impl ClosedLabels for Context {
    const NAMES: &'static [&'static str] = &["context"];
    type Cells<C: Zero> = [C; 2];
    type Values = [&'static str; 1];

    fn cell<C: Zero>(self, cells: &[C; 2]) -> &C {
        &cells[self as usize]
    }

    fn values(index: usize) -> [&'static str; 1] {
        [["main", "interrupt"][index]]
    }
}
