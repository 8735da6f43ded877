//! The sensor on the serial line of a micro:bit, a Cortex-M0.
#![no_std]
#![no_main]

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;
use cortex_m_rt::{entry, exception};
use serial::microbit;

#[entry]
fn main() -> ! {
    // SAFETY: this is a micro:bit, and this is all that uses it.
    let uart = unsafe { microbit::uart() };
    serial_cortex_m::run(uart, || {
        // SAFETY: likewise.
        unsafe { microbit::start_timer() };
        // SAFETY: no critical section is built on the mask of this interrupt.
        unsafe { NVIC::unmask(Timer) };
    })
}

/// The timer's: no other interrupt is on.
#[exception]
unsafe fn DefaultHandler(_: i16) {
    // SAFETY: this is a micro:bit.
    unsafe { microbit::acknowledge_timer() };
    serial::tick();
}

#[derive(Clone, Copy)]
struct Timer;

// SAFETY: an nRF51 has an interrupt of this number, and it is the same each time.
unsafe impl InterruptNumber for Timer {
    fn number(self) -> u16 {
        microbit::TIMER_IRQ
    }
}
