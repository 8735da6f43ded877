//! The library-neutral part of the yardstick: workload, byte sink, instruction counter and stack paint.
#![no_std]

mod bench;
pub mod semihosting;
mod stack;
pub mod tick;
mod workload;

pub use bench::bench_main;
pub use cortex_m_rt::entry;
pub use semihosting::exit;
pub use workload::{BUCKETS, METHODS, STATUSES, Subject, size_main};

use cortex_m as _; // links its critical section, if that is chosen

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    exit(101)
}
