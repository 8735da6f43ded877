//! The sensor on the serial line of an LM3S6965, a Cortex-M3.
#![no_std]
#![no_main]

use serial::Pl011;

const HZ: u32 = 12_500_000;

#[cortex_m_rt::entry]
fn main() -> ! {
    // SAFETY: this is UART0, and this is all that uses it.
    let uart = unsafe { Pl011::start(0x4000_C000, HZ, 115_200) };
    serial_cortex_m::run(HZ, uart)
}
