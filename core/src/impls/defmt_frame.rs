use crate::frame::{Frame, FrameError};
use defmt::{Format, Formatter, write};

impl Format for Frame<'_> {
    fn format(&self, f: Formatter<'_>) {
        let Frame { first, last, sequence, data } = self;
        write!(f, "Frame {{ sequence: {}, first: {}, last: {}, data: {} bytes }}", sequence, first, last, data.len());
    }
}

impl Format for FrameError {
    fn format(&self, f: Formatter<'_>) {
        match self {
            FrameError::TooLong => write!(f, "longer than a frame can be"),
            FrameError::Encoding => write!(f, "not encoded as COBS"),
            FrameError::TooShort => write!(f, "too short to have a header and a check"),
            FrameError::Check => write!(f, "the check is wrong"),
            FrameError::Version(version) => write!(f, "version {}, which is not known", version),
        }
    }
}
