use super::Uart;
use crate::register::Register;

/// The UART of Arm's Cortex-M System Design Kit, which keeps one byte each way.
pub struct Cmsdk {
    data: Register,
    state: Register,
}

const DATA: usize = 0x00;
const STATE: usize = 0x04;
const CONTROL: usize = 0x08;
const DIVISOR: usize = 0x10;

const TRANSMITTER_FULL: u32 = 1 << 0;
const RECEIVER_FULL: u32 = 1 << 1;
const ENABLE_BOTH_WAYS: u32 = 0b11;
const SMALLEST_DIVISOR: u32 = 16;

impl Cmsdk {
    /// Starts the UART.
    ///
    /// # Safety
    ///
    /// There is one at `base`, with a clock of `hz`, and nobody else uses it.
    pub unsafe fn start(base: usize, hz: u32, baud: u32) -> Self {
        let register = |offset| Register(base + offset);
        register(DIVISOR).write((hz / baud).max(SMALLEST_DIVISOR));
        register(CONTROL).write(ENABLE_BOTH_WAYS);
        Self { data: register(DATA), state: register(STATE) }
    }
}

impl Uart for Cmsdk {
    fn send(&mut self, byte: u8) {
        while self.state.has(TRANSMITTER_FULL) {}
        self.data.write(byte.into());
    }

    fn receive(&mut self) -> Option<u8> {
        self.state.has(RECEIVER_FULL).then(|| self.data.read() as u8)
    }
}
