//! The sensor on the serial line of an MPS2 with the AN386 image, a Cortex-M4F.
#![no_std]
#![no_main]

use serial::Cmsdk;

const HZ: u32 = 25_000_000;

#[cortex_m_rt::entry]
fn main() -> ! {
    // SAFETY: this is UART0, and this is all that uses it.
    let uart = unsafe { Cmsdk::start(0x4000_4000, HZ, 38_400) };
    serial_cortex_m::run(uart, || serial_cortex_m::start_systick(HZ))
}
