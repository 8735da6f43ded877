//! The sensor on an LM3S6965, scraped over its network card and pushing to a Pushgateway.
#![no_std]
#![no_main]

mod page;

use app::NODE;
use core::panic::PanicInfo;
use cortex_m::Peripherals;
use cortex_m_rt::{entry, exception};
use http::Outcome;
use http_smoltcp::{Memory, Node, Pushed, clock};
use narthex_core::{Counter, MetricGroup, Table};
use page::SensorPage;

/// What the network does; [`app::NODE`] has the rest.
#[derive(MetricGroup)]
struct Network {
    /// Connections to the server, by what became of them.
    http_requests: Table<Outcome, Counter<u32>>,
    /// Attempts to push to the gateway, by what became of them.
    pushes: Table<Pushed, Counter<u32>>,
}

static NETWORK: Network = Network::new();

struct Sensor;

impl Node for Sensor {
    type Page = SensorPage;

    fn turn(n: u32) {
        app::step(n % app::STEPS);
    }

    fn count_request(outcome: Outcome) {
        NETWORK.http_requests.get(outcome).inc();
    }

    fn count_push(outcome: Pushed) {
        NETWORK.pushes.get(outcome).inc();
    }
}

#[entry]
fn main() -> ! {
    static mut MEMORY: Memory = Memory::NEW;

    app::boot();
    if let Some(mut peripherals) = Peripherals::take() {
        clock::start(&mut peripherals.SYST);
    }
    http_smoltcp::run::<Sensor>(MEMORY)
}

/// It comes between any two instructions of the main loop, while a page is written, too; and it updates the same metrics.
#[exception]
fn SysTick() {
    let ticks = clock::tick();
    app::on_acknowledge(150 + 37 * (ticks % 100));
    if ticks.is_multiple_of(clock::TICKS_PER_MILLISECOND) {
        NODE.system.uptime.inc();
    }
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    cortex_m::peripheral::SCB::sys_reset()
}
