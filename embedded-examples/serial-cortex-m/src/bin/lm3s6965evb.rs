//! The sensor on the serial line of an LM3S6965, a Cortex-M3.
#![no_std]
#![no_main]

use serial::lm3s6965;

#[cortex_m_rt::entry]
fn main() -> ! {
    // SAFETY: this is that board, and this is all that uses it.
    let uart = unsafe { lm3s6965::uart() };
    serial_cortex_m::run(uart, || serial_cortex_m::start_systick(lm3s6965::HZ))
}
