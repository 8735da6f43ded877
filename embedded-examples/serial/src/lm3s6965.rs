//! The LM3S6965 on its evaluation board: its clock, and where its line is.

use crate::Pl011;
use crate::register::Register;

/// What the core and the UART run with.
pub const HZ: u32 = 12_500_000;

const UART0: usize = 0x4000_C000;

const RAW_INTERRUPTS: Register = Register(0x400F_E050);
const RUN_CLOCK: Register = Register(0x400F_E060);
const UART_CLOCKS: Register = Register(0x400F_E104);
const PORT_CLOCKS: Register = Register(0x400F_E108);
const PORT_A_ALTERNATE: Register = Register(0x4000_4420);
const PORT_A_DIGITAL: Register = Register(0x4000_451C);

const PLL_LOCKED: u32 = 1 << 6;
/// The PLL, with the board's crystal of 8 MHz in front and a division by 16 behind.
const PLL: u32 = DIVIDE_BY_16 | CRYSTAL_8_MHZ;
const DIVIDE_BY_16: u32 = 0x1F << 22;
const CRYSTAL_8_MHZ: u32 = 0xE << 6;
const BYPASS_PLL: u32 = 1 << 11;

/// Starts the clock and the first UART.
///
/// # Safety
///
/// This is such a board, and nobody else uses its clock and this UART.
pub unsafe fn uart() -> Pl011 {
    // The oscillator that it wakes up with is off by up to 30 %, too much for a UART.
    RUN_CLOCK.write(PLL | BYPASS_PLL);
    while !RAW_INTERRUPTS.has(PLL_LOCKED) {}
    RUN_CLOCK.write(PLL);

    UART_CLOCKS.write(1 << 0);
    PORT_CLOCKS.write(1 << 0);
    PORT_CLOCKS.read(); // by now the clocks run
    PORT_A_ALTERNATE.write(0b11);
    PORT_A_DIGITAL.write(0b11);
    // SAFETY: the caller says so.
    unsafe { Pl011::start(UART0, HZ, 115_200) }
}
