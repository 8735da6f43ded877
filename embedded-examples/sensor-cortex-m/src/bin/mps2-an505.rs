//! The sensor on an MPS2 with the AN505 image, a Cortex-M33.
#![no_std]
#![no_main]

#[cortex_m_rt::entry]
fn main() -> ! {
    sensor_cortex_m::run(20_000_000)
}
