use crate::NETWORK;
use app::NODE;
use http::{Format, Page, TooSmall};
use narthex_core::Collect;
use narthex_core::encode::{Cursor, CursorError, OpenMetrics, Text};

/// All metrics, in the format that the client likes best.
pub enum SensorPage {
    Text(Cursor<Text>),
    OpenMetrics(Cursor<OpenMetrics>),
}

impl Page for SensorPage {
    fn start(format: Format) -> Self {
        match format {
            Format::Text => Self::Text(Cursor::new()),
            Format::OpenMetrics => Self::OpenMetrics(Cursor::new()),
        }
    }

    fn fill(&mut self, room: &mut [u8]) -> Result<usize, TooSmall> {
        let all: &[&dyn Collect] = &[&NODE, &NETWORK];
        let filled = match self {
            Self::Text(cursor) => cursor.fill(&all, room),
            Self::OpenMetrics(cursor) => cursor.fill(&all, room),
        };
        match filled {
            Ok(filled) => Ok(filled),
            Err(CursorError::BufferTooSmall { .. }) => Err(TooSmall),
            Err(_) => Ok(0), // the end of the page; a collector failed, and none of these can
        }
    }
}
