//! The UARTs of the boards: 8 bits, no parity, 1 stop bit.

mod cmsdk;
mod nrf51;
mod ns16550;
mod pl011;

pub use cmsdk::Cmsdk;
pub use nrf51::Nrf51;
pub use ns16550::Ns16550;
pub use pl011::Pl011;

/// A UART that is ready.
pub trait Uart {
    /// Sends a byte, and waits for room first if there is none.
    fn send(&mut self, byte: u8);

    /// The next byte that has come, if one has.
    fn receive(&mut self) -> Option<u8>;
}

/// A 32-bit register, at this address.
#[derive(Clone, Copy)]
struct Register(usize);

impl Register {
    fn read(self) -> u32 {
        // SAFETY: whoever made the UART has said that this is a register of one.
        unsafe { (self.0 as *const u32).read_volatile() }
    }

    fn write(self, value: u32) {
        // SAFETY: likewise.
        unsafe { (self.0 as *mut u32).write_volatile(value) }
    }

    /// Whether any of these bits is set.
    fn has(self, bits: u32) -> bool {
        self.read() & bits != 0
    }
}
