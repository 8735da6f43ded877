//! The sensor on the serial line of a micro:bit, a Cortex-M0.
#![no_std]
#![no_main]

use serial::Nrf51;

/// Pins of the line, which goes to the USB socket.
const TRANSMITTER: u32 = 24;
const RECEIVER: u32 = 25;

#[cortex_m_rt::entry]
fn main() -> ! {
    // SAFETY: the board has an nRF51, and this is all that uses it.
    let uart = unsafe { Nrf51::start(TRANSMITTER, RECEIVER) };
    serial_cortex_m::run(16_000_000, uart)
}
