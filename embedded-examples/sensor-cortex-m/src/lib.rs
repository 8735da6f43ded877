//! The sensor on a Cortex-M: everything but the memory and the clock, in which boards differ.
#![no_std]

use app::NODE;
use cortex_m::Peripherals;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;

/// Runs the scenario on a core of `hz`, and exposes what was counted.
pub fn run(hz: u32) -> ! {
    app::boot();
    let Some(mut peripherals) = Peripherals::take() else { panic!("started twice") };
    peripherals.SYST.set_clock_source(SystClkSource::Core);
    peripherals.SYST.set_reload(hz / 1000 - 1); // a millisecond
    peripherals.SYST.clear_current();
    peripherals.SYST.enable_interrupt();
    peripherals.SYST.enable_counter();

    (0..app::STEPS).for_each(app::step);
    while !app::is_over() {
        cortex_m::asm::wfi();
    }
    console::expose(&NODE)
}

/// Updates what the main loop updates: nothing has to be locked for that.
#[exception]
fn SysTick() {
    app::on_timer();
}
