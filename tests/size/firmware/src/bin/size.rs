#![no_std]
#![no_main]

#[harness::entry]
fn main() -> ! {
    harness::size_main::<firmware::Chosen>()
}
