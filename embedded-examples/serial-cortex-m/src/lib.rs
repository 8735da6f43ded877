//! The sensor on the serial line of a Cortex-M: everything but the clock and the UART, in which boards differ.
#![no_std]

use core::panic::PanicInfo;
use cortex_m::Peripherals;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use serial::{TICKS_PER_MILLISECOND, Uart};

/// Runs on a core of `hz`.
pub fn run(hz: u32, uart: impl Uart) -> ! {
    app::boot();
    if let Some(mut peripherals) = Peripherals::take() {
        peripherals.SYST.set_clock_source(SystClkSource::Core);
        peripherals.SYST.set_reload(hz / 1000 / TICKS_PER_MILLISECOND - 1);
        peripherals.SYST.clear_current();
        peripherals.SYST.enable_interrupt();
        peripherals.SYST.enable_counter();
    }
    serial::run(uart, cortex_m::asm::wfi)
}

#[exception]
fn SysTick() {
    serial::tick();
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    cortex_m::peripheral::SCB::sys_reset()
}
