//! Interrupts of a timer of the chip, as many as a busy radio would raise.

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;

/// The number of the timer's interrupt, as `DefaultHandler` is told it.
pub const IRQ: i16 = 19;

/// Ticks of the core clock from one to the next: 8000 a second.
const PERIOD: u32 = 12_500_000 / 8_000;

/// `RCGC1`, of the system control: which peripherals have a clock.
const CLOCKS: *mut u32 = 0x400F_E104 as *mut u32;
const TIMER0: u32 = 1 << 16;

const CONFIGURATION: *mut u32 = 0x4003_0000 as *mut u32;
const MODE: *mut u32 = 0x4003_0004 as *mut u32;
const CONTROL: *mut u32 = 0x4003_000C as *mut u32;
const INTERRUPT_MASK: *mut u32 = 0x4003_0018 as *mut u32;
const INTERRUPT_CLEAR: *mut u32 = 0x4003_0024 as *mut u32;
const INTERVAL: *mut u32 = 0x4003_0028 as *mut u32;

const ONE_OF_32_BITS: u32 = 0;
const PERIODIC: u32 = 2;
const ENABLE: u32 = 1;
const TIMEOUT: u32 = 1;

/// Starts the timer; its handler has to call [`acknowledge`].
pub fn start() {
    // SAFETY: the chip has these registers, and nobody else uses the timer.
    unsafe {
        CLOCKS.write_volatile(CLOCKS.read_volatile() | TIMER0);
        CLOCKS.read_volatile(); // by now the clock runs
        CONFIGURATION.write_volatile(ONE_OF_32_BITS);
        MODE.write_volatile(PERIODIC);
        INTERVAL.write_volatile(PERIOD - 1);
        INTERRUPT_MASK.write_volatile(TIMEOUT);
        CONTROL.write_volatile(ENABLE);
        // no critical section is built on the mask of this interrupt
        NVIC::unmask(Irq);
    }
}

/// Ends the interrupt.
pub fn acknowledge() {
    // SAFETY: the chip has this register, and writing it touches no memory.
    unsafe { INTERRUPT_CLEAR.write_volatile(TIMEOUT) }
}

#[derive(Clone, Copy)]
struct Irq;

// SAFETY: the LM3S6965 has an interrupt of this number, and it is the same each time.
unsafe impl InterruptNumber for Irq {
    fn number(self) -> u16 {
        IRQ as u16
    }
}
