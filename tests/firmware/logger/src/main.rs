//! Logs every type of core that defmt can print; then main code and an interrupt log at once.
#![no_std]
#![no_main]

mod storm;
mod types;

use core::panic::PanicInfo;
use cortex_m_rt::entry;
use defmt_semihosting as _;

#[entry]
fn main() -> ! {
    types::cells();
    types::families();
    types::names();
    types::samples();
    types::errors();
    storm::run();
    semihosting::process::exit(0)
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    defmt::error!("{}", defmt::Display2Format(info));
    semihosting::process::exit(1)
}
