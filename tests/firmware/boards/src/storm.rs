//! SysTick, but never twice at the same distance.

use core::cell::RefCell;
use cortex_m::peripheral::{SYST, syst::SystClkSource};
use critical_section::Mutex;

struct Storm {
    systick: SYST,
    random: u32,
}

static STORM: Mutex<RefCell<Option<Storm>>> = Mutex::new(RefCell::new(None));

/// Interrupts from here on.
pub fn start(mut systick: SYST) {
    systick.set_clock_source(SystClkSource::Core);
    systick.enable_interrupt();
    critical_section::with(|cs| STORM.replace(cs, Some(Storm { systick, random: 12345 })));
    again();
}

/// No interrupts until `again`. The handler starts with this: if the next one were due before its end, the main loop
/// would never run.
pub fn pause() {
    with(|storm| storm.systick.disable_counter());
}

/// The next interrupt is 300 to 811 instructions from now, at about 13 ticks an instruction.
pub fn again() {
    with(|storm| {
        storm.random = storm.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        storm.systick.set_reload((300 + (storm.random >> 23)) * 13);
        storm.systick.clear_current();
        storm.systick.enable_counter();
    });
}

fn with(f: impl FnOnce(&mut Storm)) {
    critical_section::with(|cs| STORM.borrow_ref_mut(cs).as_mut().map(f));
}
