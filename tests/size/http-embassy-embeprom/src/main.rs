//! `http-embassy`, but for its metrics, which are embeprom's: the same page as text 0.0.4, the same servers, the same card.
//!
//! On a Cortex-M3 an interrupt that updates what a task updates waits for a lock that the task holds, for ever. So tasks
//! mask interrupts here, while they update and while they fill a buffer.
#![no_std]
#![no_main]

mod connections;
#[path = "../../http-embeprom/src/metrics.rs"]
mod metrics;
mod server;

use core::panic::PanicInfo;
use cortex_m::Peripherals;
use cortex_m_rt::{entry, exception};
use embassy_executor::task;
use embassy_time::{Duration, Ticker};
use http_embassy::{executor, network, storm, time};
use server::serve;

#[entry]
fn main() -> ! {
    metrics::boot();
    if let Some(mut peripherals) = Peripherals::take() {
        time::start(&mut peripherals.SYST);
    }
    storm::start();
    executor::run(|spawner| {
        if let Ok(stack) = network::start(spawner) {
            (0..network::SOCKETS).flat_map(|_| serve(stack)).for_each(|server| spawner.spawn(server));
        }
        if let Ok(measure) = measure() {
            spawner.spawn(measure);
        }
    })
}

#[task]
async fn measure() -> ! {
    let mut tick = Ticker::every(Duration::from_millis(1));
    loop {
        for n in 0..200 {
            tick.next().await;
            critical_section::with(|_| metrics::step(n));
        }
    }
}

fn on_timer() {
    let uptime = metrics::get().system_uptime_milliseconds_total.get();
    metrics::on_acknowledge(150 + 37 * (uptime as u32 % 100));
    storm::acknowledge();
}

#[exception]
fn SysTick() {
    metrics::get().system_uptime_milliseconds_total.inc();
    time::on_tick();
}

#[exception]
unsafe fn DefaultHandler(irq: i16) {
    match irq {
        storm::IRQ => on_timer(),
        stellaris::IRQ => network::on_interrupt(),
        _ => {}
    }
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    cortex_m::peripheral::SCB::sys_reset()
}
