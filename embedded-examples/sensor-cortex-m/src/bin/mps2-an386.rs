//! The sensor on an MPS2 with the AN386 image, a Cortex-M4F.
#![no_std]
#![no_main]

#[cortex_m_rt::entry]
fn main() -> ! {
    sensor_cortex_m::run(25_000_000)
}
