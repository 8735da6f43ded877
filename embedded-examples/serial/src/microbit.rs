//! The micro:bit: where its line is, and a timer, since its core has none.

use crate::register::Register;
use crate::{Nrf51, TICKS_PER_MILLISECOND};

/// The number of the timer's interrupt.
pub const TIMER_IRQ: u16 = 8;

/// Pins of the line, which goes to the USB socket.
const TRANSMITTER: u32 = 24;
const RECEIVER: u32 = 25;

const START: Register = Register(0x4000_8000);
const COMPARED: Register = Register(0x4000_8140);
const SHORTCUTS: Register = Register(0x4000_8200);
const INTERRUPTS: Register = Register(0x4000_8304);
const PRESCALER: Register = Register(0x4000_8510);
const COMPARE: Register = Register(0x4000_8540);

const CLEAR_WHEN_COMPARED: u32 = 1 << 0;
const INTERRUPT_WHEN_COMPARED: u32 = 1 << 16;
/// The exponent of a division of 16 MHz.
const MICROSECONDS: u32 = 4;

/// Starts the UART.
///
/// # Safety
///
/// This is a micro:bit, and nobody else uses its UART.
pub unsafe fn uart() -> Nrf51 {
    // SAFETY: the caller says so.
    unsafe { Nrf51::start(TRANSMITTER, RECEIVER) }
}

/// Starts the timer: an interrupt for each of our ticks.
///
/// # Safety
///
/// This is a micro:bit, and nobody else uses its first timer.
pub unsafe fn start_timer() {
    PRESCALER.write(MICROSECONDS);
    COMPARE.write(1_000 / TICKS_PER_MILLISECOND);
    SHORTCUTS.write(CLEAR_WHEN_COMPARED);
    INTERRUPTS.write(INTERRUPT_WHEN_COMPARED);
    START.write(1);
}

/// Ends the timer's interrupt; for its handler.
///
/// # Safety
///
/// As [`start_timer`].
pub unsafe fn acknowledge_timer() {
    COMPARED.write(0);
}
