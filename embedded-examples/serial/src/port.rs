use crate::Uart;
use core::convert::Infallible;
use embedded_io::{ErrorType, Write};

/// A UART, for everything that writes to [`embedded_io::Write`].
pub struct Port<U>(pub U);

impl<U: Uart> Port<U> {
    /// All of it.
    pub fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0.send(*byte));
    }
}

impl<U> ErrorType for Port<U> {
    type Error = Infallible;
}

impl<U: Uart> Write for Port<U> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
