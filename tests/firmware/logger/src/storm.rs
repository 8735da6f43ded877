//! Main code and an interrupt log what both of them change.

use core::cell::RefCell;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use cortex_m::Peripherals;
use cortex_m::peripheral::{SYST, syst::SystClkSource};
use cortex_m_rt::exception;
use critical_section::Mutex;
use defmt::debug;
use narthex_core::{Counter, Family, Histogram, buckets};

buckets!(Values: u32 = [10, 100]);
static HISTOGRAM: Histogram<Values> = Histogram::new();
static FAMILY: Family<[&'static str; 1], Counter, 2, 8> = Family::new();

/// How many lines of each.
const LINES: u32 = 300;
static INTERRUPTS: AtomicU32 = AtomicU32::new(0);
static SYSTICK: Mutex<RefCell<Option<SYST>>> = Mutex::new(RefCell::new(None));

pub fn run() {
    let Some(Peripherals { SYST: mut systick, .. }) = Peripherals::take() else { panic!("taken twice") };
    systick.set_clock_source(SystClkSource::Core);
    systick.enable_interrupt();
    critical_section::with(|cs| SYSTICK.replace(cs, Some(systick)));
    again();
    for line in 0.. {
        HISTOGRAM.observe(line);
        FAMILY.get(["main"]).inc();
        debug!("main {}: {}, {}", line, HISTOGRAM, FAMILY);
        if line >= LINES && INTERRUPTS.load(Relaxed) >= LINES {
            break;
        }
    }
    with_timer(SYST::disable_counter);
    debug!("end: {}, {}", HISTOGRAM, FAMILY.get(["main"]));
}

#[exception]
fn SysTick() {
    with_timer(SYST::disable_counter); // or the next one would be due before this one's end
    let line = INTERRUPTS.load(Relaxed);
    INTERRUPTS.store(line + 1, Relaxed);
    HISTOGRAM.observe(line);
    FAMILY.get(["irq"]).inc();
    debug!("interrupt {}: {}, {}", line, HISTOGRAM, FAMILY);
    again();
}

/// The next interrupt is at another distance than the last.
fn again() {
    let ticks = 13 * (500 + 7 * (INTERRUPTS.load(Relaxed) % 211));
    with_timer(|systick| {
        systick.set_reload(ticks);
        systick.clear_current();
        systick.enable_counter();
    });
}

fn with_timer(f: impl FnOnce(&mut SYST)) {
    critical_section::with(|cs| SYSTICK.borrow_ref_mut(cs).as_mut().map(f));
}
