//! Main code and an interrupt log what both of them change.

use boards::storm;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use defmt::debug;
use narthex_core::{Counter, Family, Histogram, buckets};

buckets!(Values: u32 = [10, 100]);
static HISTOGRAM: Histogram<Values> = Histogram::new();
static FAMILY: Family<[&'static str; 1], Counter, 2, 8> = Family::new();

/// How many lines of each.
const LINES: u32 = 300;
static INTERRUPTS: AtomicU32 = AtomicU32::new(0);

pub fn run() {
    storm::start(on_interrupt);
    for line in 0.. {
        HISTOGRAM.observe(line);
        FAMILY.get(["main"]).inc();
        debug!("main {}: {}, {}", line, HISTOGRAM, FAMILY);
        if line >= LINES && INTERRUPTS.load(Relaxed) >= LINES {
            break;
        }
    }
    storm::stop();
    debug!("end: {}, {}", HISTOGRAM, FAMILY.get(["main"]));
}

fn on_interrupt() {
    let line = INTERRUPTS.load(Relaxed);
    INTERRUPTS.store(line + 1, Relaxed);
    HISTOGRAM.observe(line);
    FAMILY.get(["irq"]).inc();
    debug!("interrupt {}: {}, {}", line, HISTOGRAM, FAMILY);
}
