//! The sensor on a micro:bit, a Cortex-M0.
#![no_std]
#![no_main]

use app::NODE;
use core::panic::PanicInfo;
use cortex_m::Peripherals;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::{entry, exception};
use narthex_core::encode;
use semihosting::Stdout;

/// Ticks of the core clock in a millisecond.
const MILLISECOND: u32 = 16_000;

#[entry]
fn main() -> ! {
    app::boot();
    let Some(mut peripherals) = Peripherals::take() else { semihosting::fail() };
    peripherals.SYST.set_clock_source(SystClkSource::Core);
    peripherals.SYST.set_reload(MILLISECOND - 1);
    peripherals.SYST.clear_current();
    peripherals.SYST.enable_interrupt();
    peripherals.SYST.enable_counter();

    (0..app::STEPS).for_each(app::step);
    while !app::is_over() {
        cortex_m::asm::wfi();
    }

    let page = if semihosting::asked_for("openmetrics") {
        encode::openmetrics(&NODE, &mut Stdout)
    } else {
        encode::text(&NODE, &mut Stdout)
    };
    match page {
        Ok(()) => semihosting::exit(),
        Err(_) => semihosting::fail(),
    }
}

/// Updates what the main loop updates: nothing has to be locked for that.
#[exception]
fn SysTick() {
    app::on_timer();
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    semihosting::fail()
}
