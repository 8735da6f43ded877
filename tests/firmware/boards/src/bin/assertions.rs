//! Runs what must hold on every target.
#![no_std]
#![no_main]

use boards::{entry, println};

#[entry]
fn main() -> ! {
    let mut count = 0;
    for (name, holds) in assertions::all() {
        println!("{name}");
        holds();
        count += 1;
    }
    println!("{count} assertions hold");
    boards::pass()
}
