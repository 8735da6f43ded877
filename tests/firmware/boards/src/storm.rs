//! Interrupts that never come twice at the same distance.

use crate::arch;
use core::cell::Cell;
use critical_section::Mutex;

static HANDLER: Mutex<Cell<fn()>> = Mutex::new(Cell::new(|| {}));
static RANDOM: Mutex<Cell<u32>> = Mutex::new(Cell::new(12345));

/// From here on `handler` runs in an interrupt, again and again.
pub fn start(handler: fn()) {
    critical_section::with(|cs| HANDLER.borrow(cs).set(handler));
    arch::enable_timer();
    arch::interrupt_in(distance());
}

/// No more interrupts.
pub fn stop() {
    arch::stop_timer();
}

/// What the timer's interrupt does.
pub(crate) fn on_timer() {
    // If the next one were due before this one's end, the main loop would never run.
    arch::stop_timer();
    critical_section::with(|cs| HANDLER.borrow(cs).get())();
    arch::interrupt_in(distance());
}

/// 300 to 811 microseconds in ticks of the timer. An emulated instruction takes one microsecond.
fn distance() -> u32 {
    let random = critical_section::with(|cs| {
        let random = RANDOM.borrow(cs);
        random.set(random.get().wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        random.get()
    });
    (300 + (random >> 23)) * TIMER_KHZ / 1000
}

const TIMER_KHZ: u32 = match u32::from_str_radix(env!("TIMER_KHZ"), 10) {
    Ok(khz) => khz,
    Err(_) => panic!("build.rs gives a number"),
};
