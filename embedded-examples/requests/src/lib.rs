//! What is asked for on a serial line, and the answer.
#![no_std]

#[cfg(test)]
extern crate std;

mod line;

pub use line::{HELP, Lines, Request};

use embedded_io::{Read, ReadReady, Write};
use narthex_core::encode::{self, EncodeError};
use narthex_core::{Collect, frame::Framer};

/// The end of a serial line at which a board has metrics.
///
/// `m` and a newline is answered by the page in OpenMetrics, for people; `f` and a newline by the same in frames, for
/// `narthex relay`; any other line by a comment that says so.
pub struct Requests<U> {
    uart: U,
    framer: Framer,
    lines: Lines,
}

impl<U: Read + ReadReady + Write> Requests<U> {
    /// On a line that nobody has written to.
    pub const fn new(uart: U) -> Self {
        Self { uart, framer: Framer::new(), lines: Lines::new() }
    }

    /// Reads what has come and answers it. Waits for nothing but room to write in.
    ///
    /// # Errors
    ///
    /// Those of the line: what was asked for may have to be asked for again.
    pub fn poll(&mut self, metrics: &dyn Collect) -> Result<(), EncodeError<U::Error>> {
        let mut byte = [0];
        while self.uart.read_ready().map_err(EncodeError::Sink)? {
            if self.uart.read(&mut byte).map_err(EncodeError::Sink)? == 0 {
                break;
            }
            match self.lines.take(byte[0]) {
                None => {}
                Some(Request::Text) => {
                    // as `dyn`, for frames and text to share the code of the encoder: 3 KB
                    encode::openmetrics(metrics, &mut self.uart as &mut dyn encode::Write<Error = U::Error>)?;
                }
                Some(Request::Frames) => self.send(metrics)?,
                Some(Request::Unknown) => self.uart.write_all(HELP).map_err(EncodeError::Sink)?,
            }
        }
        Ok(())
    }

    /// Sends a snapshot in frames.
    ///
    /// # Errors
    ///
    /// Those of the line.
    pub fn send(&mut self, metrics: &dyn Collect) -> Result<(), EncodeError<U::Error>> {
        self.framer.snapshot(metrics, &mut self.uart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::convert::Infallible;
    use narthex_core::frame::{Assembly, Deframer, Step};
    use narthex_core::{Counter, MetricGroup};
    use std::vec::Vec;

    struct Line {
        asked: &'static [u8],
        answered: Vec<u8>,
    }

    impl embedded_io::ErrorType for Line {
        type Error = Infallible;
    }

    impl ReadReady for Line {
        fn read_ready(&mut self) -> Result<bool, Infallible> {
            Ok(!self.asked.is_empty())
        }
    }

    impl Read for Line {
        fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
            Read::read(&mut self.asked, bytes).map_err(|never| match never {})
        }
    }

    impl Write for Line {
        fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
            self.answered.extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }

    #[derive(MetricGroup)]
    struct Group {
        /// Frames.
        frames: Counter,
    }

    const PAGE: &str = "# HELP frames Frames.\n# TYPE frames counter\nframes_total 0\n# EOF\n";

    fn answer(asked: &'static [u8]) -> Vec<u8> {
        let mut requests = Requests::new(Line { asked, answered: Vec::new() });
        let Ok(()) = requests.poll(&Group::new()) else { panic!("the line fails") };
        requests.uart.answered
    }

    #[test]
    fn m_alone_on_a_line_is_answered_by_the_page() {
        assert_eq!(answer(b"m\r\nm"), PAGE.as_bytes());
    }

    #[test]
    fn other_lines_are_answered_by_what_there_is() {
        assert_eq!(answer(b"mm\n# m\n m\n"), HELP.repeat(2));
    }

    #[test]
    fn f_alone_on_a_line_is_answered_in_frames() {
        let (mut deframer, mut assembly, mut page) = (Deframer::new(), Assembly::new(), Vec::new());
        let mut complete = 0;
        for byte in answer(b"f\nf\n") {
            let Some(frame) = deframer.push(byte) else { continue };
            let Ok(frame) = frame else { panic!("a broken frame") };
            let progress = assembly.take(&frame);
            if let Step::Start(data) = progress.step {
                page = data.to_vec();
            }
            complete += usize::from(progress.complete);
        }
        assert_eq!((complete, &page[..]), (2, PAGE.as_bytes()));
    }
}
