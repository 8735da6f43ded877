#![no_std]
#![no_main]

#[harness::entry]
fn main() -> ! {
    harness::bench_main::<firmware::Chosen>()
}
