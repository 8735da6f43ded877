//! The sensor on an ESP32-C3: the main loop measures and answers on the UART, a timer interrupts it.
#![no_std]
#![no_main]

use app::NODE;
use core::cell::RefCell;
use core::panic::PanicInfo;
use critical_section::Mutex;
use esp_hal::Blocking;
use esp_hal::time::{Duration, Instant};
use esp_hal::timer::{PeriodicTimer, timg::TimerGroup};
use esp_hal::uart::{Config, Uart};
use requests::Requests;

esp_bootloader_esp_idf::esp_app_desc!();

/// From one measurement to the next.
const STEP: Duration = Duration::from_millis(10);
/// From one interrupt of the timer to the next.
const TICK: Duration = Duration::from_millis(1);

static TIMER: Mutex<RefCell<Option<PeriodicTimer<'static, Blocking>>>> = Mutex::new(RefCell::new(None));

#[esp_hal::main]
fn main() -> ! {
    app::boot();
    let board = esp_hal::init(esp_hal::Config::default());
    start(PeriodicTimer::new(TimerGroup::new(board.TIMG0).timer0));

    // GPIO20 and GPIO21, where most boards have a converter to USB; 115,200 baud.
    let uart = Uart::new(board.UART0, Config::default()).unwrap();
    let mut requests = Requests::new(uart.with_rx(board.GPIO20).with_tx(board.GPIO21));
    for n in (0..app::STEPS).cycle() {
        app::step(n);
        let begun = Instant::now();
        while begun.elapsed() < STEP {
            let _ = requests.poll(&NODE); // an error of the line: whoever asked asks again
        }
    }
    unreachable!("the steps go on for ever")
}

fn start(mut timer: PeriodicTimer<'static, Blocking>) {
    critical_section::with(|cs| {
        timer.set_interrupt_handler(on_timer);
        timer.start(TICK).unwrap();
        timer.listen();
        TIMER.replace(cs, Some(timer));
    });
}

#[esp_hal::handler]
fn on_timer() {
    app::on_timer();
    critical_section::with(|cs| TIMER.borrow_ref_mut(cs).as_mut().map(PeriodicTimer::clear_interrupt));
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
