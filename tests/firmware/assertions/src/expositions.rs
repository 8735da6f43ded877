use crate::Case;
use crate::groups::{Node, Request};
use narthex_core::encode::{Cursor, CursorError, EncodeError, OpenMetrics, Recorder, Text};
use narthex_core::{Family, MetricGroup, encode};

pub const CASES: &[Case] = &[
    ("a sink of one byte gets the same page", a_sink_of_one_byte_gets_the_same_page),
    ("a sink's error comes back as itself", a_sinks_error_comes_back_as_itself),
    ("buffers of any size hold the same page", buffers_of_any_size_hold_the_same_page),
    ("series come and go between two fills", series_come_and_go_between_two_fills),
    ("label values and help are escaped", label_values_and_help_are_escaped),
    ("what was refused is exposed", what_was_refused_is_exposed),
];

/// Takes `step` bytes a call and answers `at_limit` from byte `limit` on; remembers a checksum of what it took.
struct Slow {
    step: usize,
    limit: usize,
    at_limit: Result<usize, Gone>,
    taken: usize,
    sum: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Gone;

impl Slow {
    fn new(step: usize, limit: usize, at_limit: Result<usize, Gone>) -> Self {
        Self { step, limit, at_limit, taken: 0, sum: 0 }
    }
}

impl core::fmt::Display for Gone {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("gone")
    }
}

impl core::error::Error for Gone {}

impl embedded_io::Error for Gone {
    fn kind(&self) -> embedded_io::ErrorKind {
        embedded_io::ErrorKind::BrokenPipe
    }
}

impl embedded_io::ErrorType for Slow {
    type Error = Gone;
}

impl embedded_io::Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Gone> {
        let n = bytes.len().min(self.step).min(self.limit - self.taken);
        if n == 0 {
            return self.at_limit;
        }
        self.sum = checksum(self.sum, &bytes[..n]);
        self.taken += n;
        Ok(n)
    }

    fn flush(&mut self) -> Result<(), Gone> {
        Ok(())
    }
}

fn checksum(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |sum, byte| sum.rotate_left(5) ^ u32::from(*byte))
}

fn node() -> Node {
    let node = Node::new();
    node.frames.inc_by(u64::MAX);
    node.latency.observe(7);
    node.requests.get(Request { method: crate::groups::Method::Post, cached: true }).inc();
    node
}

/// How long the page is, and its checksum.
fn whole(node: &Node) -> (usize, u32) {
    let mut sink = Slow::new(usize::MAX, usize::MAX, Err(Gone));
    encode::openmetrics(node, &mut sink).unwrap();
    (sink.taken, sink.sum)
}

fn a_sink_of_one_byte_gets_the_same_page() {
    let node = node();
    let mut sink = Slow::new(1, usize::MAX, Err(Gone));
    encode::openmetrics(&node, &mut sink).unwrap();
    assert_eq!((sink.taken, sink.sum), whole(&node));
}

fn a_sinks_error_comes_back_as_itself() {
    let node = node();
    for limit in 0..whole(&node).0 {
        let mut failing = Slow::new(5, limit, Err(Gone));
        assert_eq!(encode::openmetrics(&node, &mut failing), Err(EncodeError::Sink(Gone)));
        assert_eq!(failing.taken, limit);
        let mut stuck = Slow::new(5, limit, Ok(0));
        assert_eq!(encode::openmetrics(&node, &mut stuck), Err(EncodeError::WriteZero));
    }
}

fn buffers_of_any_size_hold_the_same_page() {
    let node = node();
    let page = whole(&node);
    let mut buffer = [0; 512];
    for size in (1..buffer.len()).step_by(13) {
        let (mut cursor, mut taken, mut sum) = (Cursor::<OpenMetrics>::new(), 0, 0);
        let mut room = size;
        loop {
            match cursor.fill(&node, &mut buffer[..room]) {
                Ok(0) => break,
                Ok(filled) => {
                    taken += filled;
                    sum = checksum(sum, &buffer[..filled]);
                    room = size;
                }
                Err(CursorError::BufferTooSmall { needed }) => room = needed,
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!((taken, sum), page, "buffers of {size}");
    }
}

#[derive(MetricGroup)]
struct Labelled {
    /// A "quote", a \ and more.
    #[metrics(labels("value"))]
    labelled: Family<[&'static str; 1], narthex_core::Counter, 1, 8>,
}

#[derive(MetricGroup)]
struct Sessions {
    /// Sessions.
    #[metrics(labels("id"))]
    sessions: Family<[&'static str; 1], narthex_core::Counter, 4, 4>,
}

fn series_come_and_go_between_two_fills() {
    const LINE: usize = "sessions_total{id=\"a\"} 1\n".len();
    for removed in ["a", "b", "c"] {
        let group = Sessions::new();
        for id in ["a", "b", "c"] {
            group.sessions.get([id]).inc();
        }
        let (mut cursor, mut buffer, mut seen) = (Cursor::<Text>::new(), [0; 64], [0; 3]);
        let mut room = buffer.len(); // HELP and TYPE
        let mut fills = 0;
        loop {
            let filled = cursor.fill(&group, &mut buffer[..room]).unwrap();
            let text = core::str::from_utf8(&buffer[..filled]).unwrap();
            for (seen, id) in seen.iter_mut().zip(["id=\"a\"", "id=\"b\"", "id=\"c\""]) {
                *seen += text.matches(id).count();
            }
            if filled == 0 {
                break;
            }
            if fills == 1 {
                group.sessions.remove([removed]);
                group.sessions.get(["new"]).inc();
            }
            room = LINE + 2; // a series a fill
            fills += 1;
        }
        for (seen, id) in seen.into_iter().zip(["a", "b", "c"]) {
            assert!(seen == 1 || (seen == 0 && id == removed), "{id} {seen} times without {removed}");
        }
    }
}

fn label_values_and_help_are_escaped() {
    let group = Labelled::new();
    group.labelled.get(["\"\\\n"]).inc();
    let recorded = Recorder::<256>::record(&group).unwrap();
    assert_eq!(recorded.value("labelled_total{value=\"\\\"\\\\\\n\"}"), Some("1"));
    assert!(recorded.as_str().contains("# HELP labelled_total A \"quote\", a \\\\ and more.\n"));
}

fn what_was_refused_is_exposed() {
    let group = Labelled::new();
    group.labelled.get(["a"]).inc();
    assert_eq!(Recorder::<512>::record(&group).unwrap().value("labelled_refused_total"), None);
    group.labelled.get(["b"]).inc();
    group.labelled.get(["much too long"]).inc();
    assert_eq!(Recorder::<512>::record(&group).unwrap().value("labelled_refused_total"), Some("2"));
}
