//! Cortex-M, where the timer is SysTick.

pub use cortex_m_rt::entry;

use core::cell::RefCell;
use cortex_m::Peripherals;
use cortex_m::peripheral::{SYST, syst::SystClkSource};
use cortex_m_rt::{ExceptionFrame, exception};
use critical_section::Mutex;

static SYSTICK: Mutex<RefCell<Option<SYST>>> = Mutex::new(RefCell::new(None));

pub fn enable_timer() {
    let Some(Peripherals { SYST: mut systick, .. }) = Peripherals::take() else { panic!("enabled twice") };
    systick.set_clock_source(SystClkSource::Core);
    systick.enable_interrupt();
    critical_section::with(|cs| SYSTICK.replace(cs, Some(systick)));
}

pub fn stop_timer() {
    with_timer(SYST::disable_counter);
}

pub fn interrupt_in(ticks: u32) {
    with_timer(|systick| {
        systick.set_reload(ticks);
        systick.clear_current();
        systick.enable_counter();
    });
}

fn with_timer(f: impl FnOnce(&mut SYST)) {
    critical_section::with(|cs| SYSTICK.borrow_ref_mut(cs).as_mut().map(f));
}

#[exception]
fn SysTick() {
    crate::storm::on_timer();
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    panic!("hard fault: {frame:?}")
}
