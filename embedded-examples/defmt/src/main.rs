//! The sensor on an LM3S6965, its metrics in the log: what `defmt` prints of cells, families, errors and samples.
#![no_std]
#![no_main]

mod dump;

use app::NODE;
use core::panic::PanicInfo;
use cortex_m::Peripherals;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::{entry, exception};
use defmt::{error, info, warn};
use defmt_semihosting as _; // on a board of yours it would be defmt-rtt

/// Ticks of the core clock in a millisecond.
const MILLISECOND: u32 = 12_500;

#[entry]
fn main() -> ! {
    app::boot();
    info!("booted: {}, {}", NODE.system.firmware, NODE.radio.link);
    if let Err(refused) = NODE.system.firmware.set(["1.4.2-rc.1+20261123", "rev-b"]) {
        warn!("the firmware's name stays what it was: {}", refused);
    }

    let Some(mut peripherals) = Peripherals::take() else { end(1) };
    peripherals.SYST.set_clock_source(SystClkSource::Core);
    peripherals.SYST.set_reload(MILLISECOND - 1);
    peripherals.SYST.clear_current();
    peripherals.SYST.enable_interrupt();
    peripherals.SYST.enable_counter();
    (0..app::STEPS).for_each(app::step);
    while !app::is_over() {
        cortex_m::asm::wfi();
    }

    info!("the radio is {}", NODE.radio.link);
    info!("last frame at {} dBm; disconnects: {}", NODE.radio.rssi, NODE.radio.disconnects);
    info!("acknowledged after: {}", NODE.radio.ack_latency);
    if NODE.radio.sent.refused() > 0 {
        warn!("more topics than series: {}", NODE.radio.sent);
    }
    info!("all of it:");
    match dump::log(&NODE) {
        Ok(()) => end(0),
        Err(stop) => {
            error!("the log is not complete: {}", stop);
            end(1)
        }
    }
}

/// Logs too: defmt takes the same critical section as the metrics, so that frames do not mix.
#[exception]
fn SysTick() {
    let was_over = app::is_over();
    app::on_timer();
    if app::is_over() && !was_over {
        info!("the timer stops at {}", NODE.system.uptime);
    }
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    error!("{}", defmt::Display2Format(info));
    end(1)
}

/// Ends the emulation.
fn end(status: i32) -> ! {
    semihosting::process::exit(status)
}
