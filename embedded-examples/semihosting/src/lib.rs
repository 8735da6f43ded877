//! The examples' way out of an emulated board. On a real one this is a UART or a socket.
#![no_std]

use core::convert::Infallible;
use cortex_m_semihosting::{debug, hio, nr};

/// Standard output of whoever emulates the board, or of the debugger.
pub struct Stdout;

impl embedded_io::ErrorType for Stdout {
    type Error = Infallible;
}

impl embedded_io::Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        if hio::hstdout().and_then(|mut out| out.write_all(bytes)).is_err() {
            fail();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Whether the command line that the emulator was given is `word`.
pub fn asked_for(word: &str) -> bool {
    let mut line = [0_u8; 32];
    let mut block = [line.as_mut_ptr() as usize, line.len()];
    // SAFETY: the block names a buffer and its length, which the host fills.
    let answer = unsafe { cortex_m_semihosting::syscall1(nr::GET_CMDLINE, block.as_mut_ptr() as usize) };
    answer == 0 && line.starts_with(word.as_bytes())
}

/// Ends the emulation: all is well.
pub fn exit() -> ! {
    debug::exit(debug::EXIT_SUCCESS);
    loop {
        core::hint::spin_loop();
    }
}

/// Ends the emulation with an error.
pub fn fail() -> ! {
    debug::exit(debug::EXIT_FAILURE);
    loop {
        core::hint::spin_loop();
    }
}
