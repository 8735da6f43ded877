use super::text::{Family, SLACK, Spelling, TextEncoder};
use crate::registered::Collector;
use crate::registry::{Registry, Snapshot};
use narthex_core::encode::{Buffer, CursorError, Escaping, Position, Protobuf, TextFormat};
use narthex_core::{Collect, CollectError};
use std::io;

/// One exposition, part by part.
pub(crate) trait Pages: Send {
    /// Appends what comes next, samples whole, about `room` bytes and more only for a sample that is larger; whether
    /// there is more to come.
    fn append(&mut self, to: &mut Vec<u8>, room: usize) -> bool;
}

/// The exposition of a registry as it was at one moment. The moment is that of the first part, because
/// sources may block.
///
/// Each collector has a position of its own. So one that gives other families at each call, or fails in some, disturbs no
/// other; and one that has given all it has is not called again.
pub(crate) struct Page {
    registry: Registry,
    snapshot: Option<Snapshot>,
    at: usize,
    position: Position,
    end: Option<Position>,
    writer: Writer,
}

/// What writes a format.
pub(crate) enum Writer {
    Text(Spelling, Family),
    /// With a buffer, because the lengths of messages are known after them.
    Protobuf(Escaping, Vec<u8>),
}

impl Writer {
    pub(crate) fn text<F: TextFormat>(escaping: Escaping) -> Self {
        Self::Text(Spelling { dialect: F::DIALECT, escaping }, Family::default())
    }

    pub(crate) fn protobuf(escaping: Escaping) -> Self {
        Self::Protobuf(escaping, Vec::new())
    }

    /// Appends what comes next, if it fits into `room`.
    fn fill(
        &mut self,
        position: &mut Position,
        metrics: &dyn Collect,
        to: &mut Vec<u8>,
        room: usize,
    ) -> Result<usize, CursorError> {
        let start = to.len();
        let filled = match self {
            Self::Text(spelling, family) => position.fill(metrics, TextEncoder::new(to, room, *spelling, family)),
            Self::Protobuf(escaping, buffer) => {
                buffer.resize(buffer.len().max(room), 0);
                let out = &mut Buffer::new(&mut buffer[..room]);
                let filled = Protobuf::fill_escaped(*escaping, position, metrics, out);
                to.extend_from_slice(&buffer[..filled.unwrap_or(0)]);
                filled
            }
        };
        to.truncate(start + filled.unwrap_or(0));
        filled
    }
}

impl Page {
    pub(crate) fn new(registry: Registry, writer: Writer) -> Self {
        Self { registry, snapshot: None, at: 0, position: Position::new(true), end: None, writer }
    }

    /// Of what `around` makes of each collector that the registry has now.
    pub(crate) fn around(registry: Registry, writer: Writer, around: impl FnMut(Collector) -> Collector) -> Self {
        let snapshot = Some(registry.snapshot().around(around));
        Self { snapshot, ..Self::new(registry, writer) }
    }

    /// All of it, with no family cut in two: what a collector gives is written again, with more room, when it did not fit.
    pub(super) fn whole_families(mut self) -> Vec<u8> {
        let (mut bytes, mut room) = (Vec::new(), 4 * ROOM);
        loop {
            let (at, start) = (self.at, bytes.len());
            match self.part(&mut bytes, room) {
                Ok(false) => return bytes,
                Err(needed) => room = needed,
                Ok(true) if self.end.is_some() || self.at > at || self.position.is_at_end() => {}
                Ok(true) => {
                    bytes.truncate(start);
                    self.position = Position::new(true);
                    room *= 4;
                }
            }
        }
    }

    /// What comes next of the collector that it is at; whether there is more.
    fn part(&mut self, to: &mut Vec<u8>, room: usize) -> Result<bool, usize> {
        let snapshot = self.snapshot.get_or_insert_with(|| self.registry.snapshot());
        let Some(part) = snapshot.part(self.at) else {
            if self.end.is_none() {
                snapshot.show_failures();
            }
            let end = self.end.get_or_insert(Position::new(false));
            return match self.writer.fill(end, &snapshot.failures(), to, room) {
                Ok(filled) => Ok(filled > 0),
                Err(CursorError::BufferTooSmall { needed }) => Err(needed),
                Err(_) => Ok(false),
            };
        };
        match self.writer.fill(&mut self.position, &part, to, room) {
            Ok(0) => {}
            Ok(_) => return Ok(true),
            Err(CursorError::BufferTooSmall { needed }) if needed > room => return Err(needed),
            Err(CursorError::Collector(error)) => snapshot.failed(self.at, error),
            Err(_) => {
                snapshot.failed(self.at, CollectError::new(&"it stopped as if the page were full, which it was not"))
            }
        }
        self.at += 1;
        self.position = Position::new(true);
        Ok(true)
    }
}

impl Pages for Page {
    fn append(&mut self, to: &mut Vec<u8>, room: usize) -> bool {
        let start = to.len();
        let mut end = start + room;
        to.reserve(room + SLACK);
        loop {
            match self.part(to, end.saturating_sub(to.len())) {
                Ok(true) => {}
                Ok(false) => return false,
                Err(_) if to.len() > start => return true,
                Err(needed) => end = start + needed.max(room),
            }
        }
    }
}

/// How much is written at a time, unless a single sample needs more.
const ROOM: usize = 128 * 1024;

/// Appends what comes next to `to`; whether there is more.
pub(crate) fn append_part(pages: &mut dyn Pages, to: &mut Vec<u8>) -> bool {
    pages.append(to, ROOM)
}

/// The exposition of a registry as text.
///
/// ```
/// use narthex::encode::Text;
/// use narthex::{Registry, generate_latest};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// registry.gauge("queue_depth", "Jobs that wait.").register()?.set(3);
/// assert_eq!(
///     generate_latest(&registry, Text),
///     "# HELP queue_depth Jobs that wait.\n# TYPE queue_depth gauge\nqueue_depth 3\n"
/// );
/// # Ok(())
/// # }
/// ```
pub fn generate_latest<F: TextFormat>(registry: &Registry, format: F) -> String {
    generate_latest_escaped(registry, format, Escaping::Underscores)
}

/// The same, with names that are not classic as a scheme writes them; see [`Builder::utf8`](crate::Builder::utf8).
pub fn generate_latest_escaped<F: TextFormat>(registry: &Registry, format: F, escaping: Escaping) -> String {
    let mut text = Vec::new();
    append(registry, format, escaping, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Appends the exposition of a registry as text to a buffer, which may be one that is used again.
///
/// ```
/// use narthex::encode::Text;
/// use narthex::{Registry, append_latest};
///
/// let (registry, mut page) = (Registry::new(), Vec::new());
/// for _ in 0..3 {
///     page.clear();
///     append_latest(&registry, Text, &mut page);
/// }
/// ```
pub fn append_latest<F: TextFormat>(registry: &Registry, format: F, to: &mut Vec<u8>) {
    append(registry, format, Escaping::Underscores, to);
}

fn append<F: TextFormat>(registry: &Registry, _: F, escaping: Escaping, to: &mut Vec<u8>) {
    let mut page = Page::new(registry.clone(), Writer::text::<F>(escaping));
    while append_part(&mut page, to) {}
}

/// Writes the exposition of a registry as text, in parts of about 128 KiB: for what has no room for a whole one.
///
/// ```
/// use narthex::encode::OpenMetrics;
/// use narthex::{Registry, write_latest};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::new();
/// registry.gauge("queue_depth", "").register()?.set(3);
/// write_latest(&registry, OpenMetrics, &mut std::io::stdout())?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of `to`, which then has a part of the exposition.
pub fn write_latest<F: TextFormat>(registry: &Registry, _: F, to: &mut impl io::Write) -> io::Result<()> {
    let mut page = Page::new(registry.clone(), Writer::text::<F>(Escaping::Underscores));
    let (mut part, mut more) = (Vec::new(), true);
    while more {
        part.clear();
        more = append_part(&mut page, &mut part);
        to.write_all(&part)?;
    }
    Ok(())
}

/// The exposition of a registry in [delimited protobuf](narthex_core::encode::Protobuf), each family one message.
///
/// ```
/// use narthex::{Registry, encode_protobuf};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// registry.gauge("queue_depth", "Jobs that wait.").register()?.set(3);
/// assert!(encode_protobuf(&registry).windows(11).any(|bytes| bytes == b"queue_depth"));
/// # Ok(())
/// # }
/// ```
pub fn encode_protobuf(registry: &Registry) -> Vec<u8> {
    encode_protobuf_escaped(registry, Escaping::Underscores)
}

/// The same, with names that are not classic as a scheme writes them; see [`Builder::utf8`](crate::Builder::utf8).
pub fn encode_protobuf_escaped(registry: &Registry, escaping: Escaping) -> Vec<u8> {
    Page::new(registry.clone(), Writer::protobuf(escaping)).whole_families()
}

#[cfg(test)]
mod tests {
    use super::*;
    use narthex_core::encode::{OpenMetrics, Text};
    use narthex_core::{Collect, CollectError, Counter, Desc, Flow, Kind, Metric, Sink, Stop, name};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Gives both of its families now and then; otherwise it fails after the first.
    #[derive(Default)]
    struct Moody {
        calls: AtomicUsize,
        counter: Counter,
    }

    impl Collect for Moody {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            each(&Desc::new(Kind::Counter, name!("moody_a"), ""))?;
            each(&Desc::new(Kind::Counter, name!("moody_b"), ""))
        }

        fn collect(&self, sink: &mut dyn Sink) -> Flow {
            self.counter.collect(&Desc::new(Kind::Counter, name!("moody_a"), ""), sink)?;
            match self.calls.fetch_add(1, Ordering::Relaxed) % 3 {
                0 => Err(CollectError::new(&"moody").into()),
                1 => panic!("moody"),
                _ => self.counter.collect(&Desc::new(Kind::Counter, name!("moody_b"), ""), sink),
            }
        }
    }

    /// Says that its sink is full when it is not.
    struct Liar;

    impl Collect for Liar {
        fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            Ok(())
        }

        fn collect(&self, _: &mut dyn Sink) -> Flow {
            Err(Stop::Sink)
        }
    }

    fn pages<F: TextFormat>(registry: &Registry, _: F, size: usize) -> String {
        let mut page = Page::new(registry.clone(), Writer::text::<F>(Escaping::Underscores));
        let mut text = Vec::new();
        while page.append(&mut text, size) {}
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn the_same_page_in_buffers_of_every_size() {
        let registry = Registry::new();
        let family = registry.counter("requests_total", "Requests.").labels(["path"]).register().unwrap();
        ["/", "/a", "/b\n\"", ""].into_iter().for_each(|path| family.get([path]).inc());
        registry.histogram("seconds", "Latency.").register().unwrap().observe(0.3);
        let (text, open) = (generate_latest(&registry, Text), generate_latest(&registry, OpenMetrics));
        assert!(open.ends_with("# EOF\n") && text.ends_with("seconds_count 1\n"));
        for size in 0..text.len() + 2 {
            assert_eq!(pages(&registry, Text, size), text, "{size}");
            assert_eq!(pages(&registry, OpenMetrics, size), open, "{size}");
        }
        let mut written = b"before".to_vec();
        write_latest(&registry, Text, &mut written).unwrap();
        assert_eq!(written, format!("before{text}").into_bytes());
    }

    #[test]
    fn a_collector_that_fails_now_and_then_disturbs_no_other() {
        for size in [1, 20, 40, 60, 80, 4096] {
            let registry = Registry::new();
            registry.register(Moody::default()).unwrap();
            registry.register(Liar).unwrap();
            registry.gauge("after", "").register().unwrap().set(7);
            for _ in 0..4 {
                let page = pages(&registry, Text, size);
                assert_eq!(page.matches("moody_a_total 0\n").count(), 1, "{page}");
                assert_eq!(page.matches("after 7\n").count(), 1, "{page}");
                assert!(page.contains("\nnarthex_collector_errors_total "), "{page}");
            }
        }
    }
}
