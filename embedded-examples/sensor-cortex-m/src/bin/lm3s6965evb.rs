//! The sensor on an LM3S6965, a Cortex-M3.
#![no_std]
#![no_main]

#[cortex_m_rt::entry]
fn main() -> ! {
    sensor_cortex_m::run(12_500_000)
}
