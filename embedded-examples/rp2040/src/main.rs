//! The sensor on a Raspberry Pi Pico. One core measures, the other has the timer and the UART; all of them update the
//! same metrics.
#![no_std]
#![no_main]

use app::NODE;
use core::cell::RefCell;
use critical_section::Mutex;
use fugit::{ExtU32, RateExtU32};
use panic_halt as _;
use requests::Requests;
use rp2040_hal::clocks::{Clock, init_clocks_and_plls};
use rp2040_hal::gpio::Pins;
use rp2040_hal::multicore::{Multicore, Stack};
use rp2040_hal::pac::{self, interrupt};
use rp2040_hal::timer::{Alarm, Alarm0};
use rp2040_hal::uart::{DataBits, StopBits, UartConfig, UartPeripheral};
use rp2040_hal::{Sio, Timer, Watchdog};

/// The second stage of the boot loader, which every image for this chip begins with.
#[unsafe(link_section = ".boot2")]
#[used]
static BOOT2_FIRMWARE: [u8; 256] = rp2040_boot2::BOOT_LOADER_W25Q080;

const CRYSTAL_HZ: u32 = 12_000_000;
/// From one interrupt of the timer to the next, in microseconds.
const TICK: u32 = 1_000;

static STACK_OF_CORE_1: Stack<2048> = Stack::new();
static ALARM: Mutex<RefCell<Option<Alarm0>>> = Mutex::new(RefCell::new(None));

#[rp2040_hal::entry]
fn main() -> ! {
    app::boot();
    let mut board = pac::Peripherals::take().unwrap();
    let mut sio = Sio::new(board.SIO);
    let mut watchdog = Watchdog::new(board.WATCHDOG);
    let clocks = init_clocks_and_plls(
        CRYSTAL_HZ,
        board.XOSC,
        board.CLOCKS,
        board.PLL_SYS,
        board.PLL_USB,
        &mut board.RESETS,
        &mut watchdog,
    )
    .ok()
    .unwrap();

    // GP0 and GP1, where a debug probe has its UART.
    let pins = Pins::new(board.IO_BANK0, board.PADS_BANK0, sio.gpio_bank0, &mut board.RESETS);
    let uart =
        UartPeripheral::new(board.UART0, (pins.gpio0.into_function(), pins.gpio1.into_function()), &mut board.RESETS);
    let settings = UartConfig::new(115_200.Hz(), DataBits::Eight, None, StopBits::One);
    let mut requests = Requests::new(uart.enable(settings, clocks.peripheral_clock.freq()).ok().unwrap());

    let mut timer = Timer::new(board.TIMER, &mut board.RESETS, &clocks);
    start(timer.alarm_0().unwrap());

    let mut cores = Multicore::new(&mut board.PSM, &mut board.PPB, &mut sio.fifo);
    let hz = clocks.system_clock.freq().to_Hz();
    cores.cores()[1].spawn(STACK_OF_CORE_1.take().unwrap(), move || measure(hz)).unwrap();

    loop {
        let _ = requests.poll(&NODE); // an error of the line: whoever asked asks again
    }
}

/// What core 1 does.
fn measure(hz: u32) -> ! {
    for n in (0..app::STEPS).cycle() {
        app::step(n);
        cortex_m::asm::delay(hz / 100);
    }
    unreachable!("the steps go on for ever")
}

fn start(mut alarm: Alarm0) {
    let _ = alarm.schedule(TICK.micros());
    alarm.enable_interrupt();
    critical_section::with(|cs| ALARM.replace(cs, Some(alarm)));
    // SAFETY: nobody is in a critical section that this could break.
    unsafe { cortex_m::peripheral::NVIC::unmask(pac::Interrupt::TIMER_IRQ_0) };
}

/// On core 0, which unmasked it.
#[interrupt]
fn TIMER_IRQ_0() {
    app::on_timer();
    critical_section::with(|cs| {
        if let Some(alarm) = ALARM.borrow_ref_mut(cs).as_mut() {
            alarm.clear_interrupt();
            let _ = alarm.schedule(TICK.micros());
        }
    });
}
