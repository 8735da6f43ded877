//! The examples' way out of an emulated board, by semihosting. On a real one this is a UART or a socket.
//!
//! A panic is printed and ends the emulation with an error.
#![no_std]

use embedded_io::{ErrorKind, ErrorType, Write};
use narthex_core::{Collect, encode};
use semihosting::experimental::env;
use semihosting::{io, process};

/// Prints what `metrics` are now, in the format that the emulator's command line names, and ends the emulation.
pub fn expose(metrics: &dyn Collect) -> ! {
    let Ok(stdout) = io::stdout() else { panic!("no standard output") };
    let mut out = Stdout(stdout);
    let page =
        if asked_for("openmetrics") { encode::openmetrics(metrics, &mut out) } else { encode::text(metrics, &mut out) };
    match page {
        Ok(()) => process::exit(0),
        Err(error) => panic!("{error}"),
    }
}

/// Standard output of whoever emulates the board, or of the debugger.
struct Stdout(io::Stdout);

impl ErrorType for Stdout {
    type Error = ErrorKind;
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        io::Write::write(&mut self.0, bytes).map_err(|_| ErrorKind::Other)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// Whether the command line that the emulator was given has this word.
fn asked_for(word: &str) -> bool {
    env::args::<32>().is_ok_and(|args| (&args).into_iter().any(|arg| arg == Ok(word)))
}
