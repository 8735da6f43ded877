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
