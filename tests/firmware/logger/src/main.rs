//! Logs every type of core that defmt can print; then main code and an interrupt log at once.
#![no_std]
#![no_main]

mod storm;
mod types;

use defmt_semihosting as _;

#[boards::entry]
fn main() -> ! {
    types::cells();
    types::families();
    types::names();
    types::samples();
    types::errors();
    storm::run();
    boards::pass()
}
