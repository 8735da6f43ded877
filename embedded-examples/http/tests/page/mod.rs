//! Pages to serve and push.

#![allow(dead_code, reason = "each test uses a part")]

use http::{Format, Page, TooSmall};

const LINES: usize = 100;

/// A hundred lines that say which they are, and in which format.
pub struct NumberedPage(&'static str, usize);

impl Page for NumberedPage {
    fn start(format: Format) -> Self {
        Self(if format == Format::Text { "text" } else { "open" }, 0)
    }

    fn fill(&mut self, room: &mut [u8]) -> Result<usize, TooSmall> {
        let mut filled = 0;
        while self.1 < LINES {
            let line = line(self.0, self.1);
            let Some(place) = room.get_mut(filled..filled + line.len()) else { break };
            place.copy_from_slice(line.as_bytes());
            filled += line.len();
            self.1 += 1;
        }
        if filled == 0 && self.1 < LINES { Err(TooSmall) } else { Ok(filled) }
    }
}

/// A page with a line that fits into no room, behind some that do.
pub struct HugePage(NumberedPage);

impl Page for HugePage {
    fn start(format: Format) -> Self {
        Self(NumberedPage::start(format))
    }

    fn fill(&mut self, room: &mut [u8]) -> Result<usize, TooSmall> {
        if self.0.1 > LINES / 2 { Err(TooSmall) } else { self.0.fill(room) }
    }
}

/// All of a numbered page.
pub fn whole(format: &str) -> String {
    (0..LINES).map(|n| line(format, n)).collect()
}

fn line(format: &str, n: usize) -> String {
    format!("{format} line {n} {}\n", "#".repeat(n % 90))
}

/// What a chunked body says.
pub fn unchunked(mut body: &str) -> String {
    let mut text = String::new();
    loop {
        let (length, rest) = body.split_once("\r\n").unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        text += &rest[..length];
        body = rest[length..].strip_prefix("\r\n").unwrap();
        if length == 0 {
            assert_eq!(body, "");
            return text;
        }
    }
}
