//! The sensor on the serial line of a Cortex-M: everything but the clocks and the UART, in which boards differ.
#![no_std]

use core::panic::PanicInfo;
use cortex_m::Peripherals;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use serial::{TICKS_PER_MILLISECOND, Uart};

/// Runs; `start_timer` makes something call [`serial::tick`] as often as it wants.
pub fn run(uart: impl Uart, start_timer: impl FnOnce()) -> ! {
    app::boot();
    start_timer();
    serial::run(uart, cortex_m::asm::wfi)
}

/// Starts the core's own timer, on a core of `hz`.
pub fn start_systick(hz: u32) {
    if let Some(mut peripherals) = Peripherals::take() {
        peripherals.SYST.set_clock_source(SystClkSource::Core);
        peripherals.SYST.set_reload(hz / 1000 / TICKS_PER_MILLISECOND - 1);
        peripherals.SYST.clear_current();
        peripherals.SYST.enable_interrupt();
        peripherals.SYST.enable_counter();
    }
}

#[exception]
fn SysTick() {
    serial::tick();
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    cortex_m::peripheral::SCB::sys_reset()
}
