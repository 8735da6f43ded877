#![no_std]
#![no_main]

#[harness::entry]
fn main() -> ! {
    harness::exit(0)
}
