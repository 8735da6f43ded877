use narthex_core::frame::{Assembly, Deframer, FrameError, Step};

/// Finds snapshots in what a device sends.
pub(super) struct Reader {
    line: Line,
    page: Vec<u8>,
    /// The most that a page may have.
    limit: usize,
}

enum Line {
    Framed {
        deframer: Box<Deframer>,
        assembly: Assembly,
        too_long: bool,
    },
    /// Whether a page began: after the end of another; whether the rest of a line is passed over; and how much was passed
    /// over since the last end of a page.
    Plain {
        begun: bool,
        skipping: bool,
        passed: usize,
    },
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A frame that is whole.
    Frame,
    /// A page from its first byte to its `# EOF`.
    Page(&'a [u8]),
    /// What came is void, from here to the next page.
    Lost,
    /// Something that is not what it should be.
    Bad(Bad),
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    Frame(FrameError),
    TooLong,
}

const END: &[u8] = b"# EOF\n";

impl Reader {
    pub(super) fn framed(limit: usize) -> Self {
        let line = Line::Framed { deframer: Box::new(Deframer::new()), assembly: Assembly::new(), too_long: false };
        Self { line, page: Vec::new(), limit }
    }

    pub(super) fn plain(limit: usize) -> Self {
        Self { line: Line::Plain { begun: false, skipping: false, passed: 0 }, page: Vec::new(), limit }
    }

    /// Takes what came next.
    pub(super) fn take(&mut self, bytes: &[u8], found: &mut dyn FnMut(Found<'_>)) {
        match self.line {
            Line::Framed { .. } => bytes.iter().for_each(|byte| self.framed_byte(*byte, found)),
            Line::Plain { .. } => bytes.split_inclusive(|byte| *byte == b'\n').for_each(|part| self.text(part, found)),
        }
    }

    #[inline]
    fn framed_byte(&mut self, byte: u8, found: &mut dyn FnMut(Found<'_>)) {
        let Line::Framed { deframer, assembly, too_long } = &mut self.line else { return };
        let frame = match deframer.push(byte) {
            None => return,
            Some(Err(error)) => return found(Found::Bad(Bad::Frame(error))),
            Some(Ok(frame)) => frame,
        };
        found(Found::Frame);
        let progress = assembly.take(&frame);
        if progress.lost {
            found(Found::Lost);
        }
        let data = match progress.step {
            Step::Start(data) => {
                self.page.clear();
                *too_long = false;
                data
            }
            Step::Append(data) if !*too_long => data,
            _ => return,
        };
        if self.page.len() + data.len() > self.limit {
            *too_long = true;
            self.page = Vec::new();
            return found(Found::Bad(Bad::TooLong));
        }
        self.page.extend_from_slice(data);
        if progress.complete {
            found(Found::Page(&self.page));
        }
    }

    /// A line, or a part of one. What the device said before somebody listened may be half a page, so that the first one
    /// that is taken is the first after an end.
    fn text(&mut self, part: &[u8], found: &mut dyn FnMut(Found<'_>)) {
        let Line::Plain { begun, skipping, passed } = &mut self.line else { return };
        let ends = part.ends_with(b"\n");
        if *skipping {
            *skipping = !ends;
            return;
        }
        if !*begun {
            *passed += part.len();
            if *passed > self.limit {
                *passed = 0;
                found(Found::Bad(Bad::TooLong));
            }
        }
        self.page.extend(part.iter().filter(|byte| **byte != b'\r')); // as terminals end lines
        if self.page.len() > self.limit {
            self.page = Vec::new();
            *skipping = !ends;
            if std::mem::take(begun) {
                *passed = 0;
                found(Found::Lost);
                found(Found::Bad(Bad::TooLong));
            }
            return;
        }
        if !ends {
            return;
        }
        if self.page.strip_suffix(END).is_some_and(|before| before.last().is_none_or(|byte| *byte == b'\n')) {
            if std::mem::replace(begun, true) {
                found(Found::Page(&self.page));
            }
            *passed = 0;
            self.page.clear();
        } else if !*begun {
            self.page.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Counter, MetricGroup};
    use narthex_core::frame::Framer;

    #[derive(MetricGroup)]
    struct Node {
        /// Frames sent.
        frames: Counter,
    }

    const PAGE: &str = "# HELP frames Frames sent.\n# TYPE frames counter\nframes_total 0\n# EOF\n";

    fn framed() -> Vec<u8> {
        let mut line = [0; 256];
        let mut rest = &mut line[..];
        Framer::new().snapshot(&Node::new(), &mut rest).unwrap();
        let left = rest.len();
        line[..256 - left].to_vec()
    }

    /// What is found in a line that comes in pieces.
    fn read(mut reader: Reader, line: &[u8], piece: usize) -> Vec<String> {
        let mut all = Vec::new();
        for bytes in line.chunks(piece) {
            reader.take(bytes, &mut |found| {
                all.push(match found {
                    Found::Page(page) => String::from_utf8_lossy(page).into_owned(),
                    other => format!("{other:?}"),
                });
            });
        }
        all
    }

    #[test]
    fn frames_in_pieces() {
        let line = [b"boot: ok\r\n", &framed()[..]].concat();
        for piece in 1..line.len() {
            assert_eq!(read(Reader::framed(1000), &line, piece), ["Bad(Frame(Encoding))", "Frame", PAGE], "{piece}");
        }
        assert_eq!(read(Reader::framed(PAGE.len()), &framed(), 7), ["Frame", PAGE]);
        assert_eq!(read(Reader::framed(PAGE.len() - 1), &framed(), 7), ["Frame", "Bad(TooLong)"]);
    }

    #[test]
    fn plain_pages_begin_after_an_end() {
        let line = ["s_total 0\n# EOF\n", PAGE, &PAGE.replace('\n', "\r\n")].concat();
        for piece in 1..line.len() {
            assert_eq!(read(Reader::plain(1000), line.as_bytes(), piece), [PAGE, PAGE], "{piece}");
        }
        let without_end = PAGE.replace("# EOF\n", "x # EOF\n");
        let line = ["# EOF\n", &without_end, "# EOF\n"].concat();
        assert_eq!(read(Reader::plain(1000), line.as_bytes(), 9), [without_end + "# EOF\n"]);
    }

    #[test]
    fn a_line_without_pages_is_an_error_now_and_then() {
        let chatter = "log: all is well\n".repeat(1000);
        let found = read(Reader::plain(4000), chatter.as_bytes(), 100);
        assert_eq!(found, ["Bad(TooLong)"; 4]);
        assert_eq!(read(Reader::plain(4000), &[b'x'; 1 << 20], 100), ["Bad(TooLong)"]);
    }

    #[test]
    fn what_is_too_long_costs_one_page() {
        let line = ["# EOF\n", &"x".repeat(1 << 20), "# EOF\n", "# EOF\n", PAGE].concat();
        for piece in [1, 100, 4096, usize::MAX] {
            let found = read(Reader::plain(1000), line.as_bytes(), piece);
            assert_eq!(found, ["Lost", "Bad(TooLong)", PAGE], "{piece}");
        }
    }
}
