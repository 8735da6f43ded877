//! The sensor on an LM3S6965, scraped over its network card: tasks of embassy, and picoserve.
//!
//! | who | updates |
//! | --- | --- |
//! | task [`measure`] | [`NODE`], as a main loop would |
//! | tasks [`serve`] | [`HTTP`]; and they read everything when they are scraped |
//! | the interrupt of timer 0, at any moment | [`NODE`] |
//! | the interrupt of SysTick | [`NODE`], and embassy's time |
//!
//! All metrics are statics, and whoever updates one names it. No task owns them or borrows them, none is passed along,
//! and there is no lock that a task could hold while it waits.
#![no_std]
#![no_main]

mod server;

use app::NODE;
use core::panic::PanicInfo;
use cortex_m::Peripherals;
use cortex_m_rt::{entry, exception};
use embassy_executor::task;
use embassy_time::{Duration, Ticker};
use http_embassy::{executor, network, storm, time};
use narthex_core::Collect;
use server::{HTTP, serve};

/// Everything that is exposed.
const METRICS: &dyn Collect = &[&NODE as &dyn Collect, &HTTP];

#[entry]
fn main() -> ! {
    app::boot();
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

/// The sensor's own work.
#[task]
async fn measure() -> ! {
    let mut tick = Ticker::every(Duration::from_millis(1));
    loop {
        for n in 0..app::STEPS {
            tick.next().await;
            app::step(n);
        }
    }
}

/// It comes between any two instructions of the tasks, while a page is written, too; and it updates the same metrics.
fn on_timer() {
    app::on_acknowledge(150 + 37 * (NODE.system.uptime.value() % 100));
    storm::acknowledge();
}

#[exception]
fn SysTick() {
    NODE.system.uptime.inc();
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
