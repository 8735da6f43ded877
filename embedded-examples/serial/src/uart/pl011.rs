use super::Uart;
use crate::register::Register;

/// Arm's PrimeCell UART, with FIFOs of 16 bytes.
pub struct Pl011 {
    data: Register,
    flags: Register,
}

const DATA: usize = 0x00;
const FLAGS: usize = 0x18;
const DIVISOR: usize = 0x24;
const DIVISOR_FRACTION: usize = 0x28;
const LINE_CONTROL: usize = 0x2C;
const CONTROL: usize = 0x30;

const RECEIVER_EMPTY: u32 = 1 << 4;
const TRANSMITTER_FULL: u32 = 1 << 5;
const EIGHT_BITS_WITH_FIFO: u32 = 0x70;
const ENABLE_BOTH_WAYS: u32 = 0x301;

impl Pl011 {
    /// Starts the UART.
    ///
    /// # Safety
    ///
    /// There is one at `base`, with a clock of `hz`, and nobody else uses it.
    pub unsafe fn start(base: usize, hz: u32, baud: u32) -> Self {
        let register = |offset| Register(base + offset);
        let divisor = (4 * hz + baud / 2) / baud; // in 64ths
        register(CONTROL).write(0);
        register(DIVISOR).write(divisor >> 6);
        register(DIVISOR_FRACTION).write(divisor & 0x3F);
        register(LINE_CONTROL).write(EIGHT_BITS_WITH_FIFO); // takes the divisors over
        register(CONTROL).write(ENABLE_BOTH_WAYS);
        Self { data: register(DATA), flags: register(FLAGS) }
    }
}

impl Uart for Pl011 {
    fn send(&mut self, byte: u8) {
        while self.flags.has(TRANSMITTER_FULL) {}
        self.data.write(byte.into());
    }

    fn receive(&mut self) -> Option<u8> {
        (!self.flags.has(RECEIVER_EMPTY)).then(|| self.data.read() as u8)
    }
}
