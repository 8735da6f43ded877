//! The assertions that the boards run, on the host.

use critical_section as _; // links the implementation with std

#[test]
fn the_assertions_of_the_boards_hold_here() {
    for (name, holds) in assertions::all() {
        println!("{name}");
        holds();
    }
}
