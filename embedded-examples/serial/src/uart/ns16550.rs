use super::Uart;

/// The UART of PCs, with FIFOs of 16 bytes.
pub struct Ns16550 {
    base: *mut u8,
}

const DATA: usize = 0;
const DIVISOR_LOW: usize = 0;
const DIVISOR_HIGH: usize = 1;
const FIFO_CONTROL: usize = 2;
const LINE_CONTROL: usize = 3;
const LINE_STATUS: usize = 5;

const CLEAR_AND_ENABLE_FIFOS: u8 = 0b111;
const EIGHT_BITS: u8 = 0x03;
const DIVISOR_ACCESS: u8 = 0x80;
const RECEIVED: u8 = 1 << 0;
const TRANSMITTER_EMPTY: u8 = 1 << 5;

impl Ns16550 {
    /// Starts the UART.
    ///
    /// # Safety
    ///
    /// There is one at `base`, with registers of a byte each and a clock of `hz`, and nobody else uses it.
    pub unsafe fn start(base: usize, hz: u32, baud: u32) -> Self {
        let uart = Self { base: base as *mut u8 };
        let [low, high, ..] = (hz / (16 * baud)).to_le_bytes();
        uart.write(LINE_CONTROL, EIGHT_BITS | DIVISOR_ACCESS);
        uart.write(DIVISOR_LOW, low);
        uart.write(DIVISOR_HIGH, high);
        uart.write(LINE_CONTROL, EIGHT_BITS);
        uart.write(FIFO_CONTROL, CLEAR_AND_ENABLE_FIFOS);
        uart
    }

    fn has(&self, status: u8) -> bool {
        self.read(LINE_STATUS) & status != 0
    }

    fn read(&self, register: usize) -> u8 {
        // SAFETY: whoever made the UART has said that its registers are there.
        unsafe { self.base.add(register).read_volatile() }
    }

    fn write(&self, register: usize, value: u8) {
        // SAFETY: likewise.
        unsafe { self.base.add(register).write_volatile(value) }
    }
}

impl Uart for Ns16550 {
    fn send(&mut self, byte: u8) {
        while !self.has(TRANSMITTER_EMPTY) {}
        self.write(DATA, byte);
    }

    fn receive(&mut self) -> Option<u8> {
        self.has(RECEIVED).then(|| self.read(DATA))
    }
}
