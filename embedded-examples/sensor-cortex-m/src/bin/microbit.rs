//! The sensor on a micro:bit, a Cortex-M0.
#![no_std]
#![no_main]

#[cortex_m_rt::entry]
fn main() -> ! {
    sensor_cortex_m::run(16_000_000)
}
