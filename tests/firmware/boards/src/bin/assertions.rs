//! Runs what must hold on every target.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::hprintln;

#[entry]
fn main() -> ! {
    let mut count = 0;
    for (name, holds) in assertions::all() {
        hprintln!("{}", name);
        holds();
        count += 1;
    }
    hprintln!("{} assertions hold", count);
    boards::pass()
}
