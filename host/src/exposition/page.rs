use crate::registered::Collector;
use crate::registry::{Failures, Guarded, Registry};
use narthex_core::encode::{Cursor, CursorError, Format};

/// One exposition, buffer by buffer.
pub(crate) trait Pages: Send {
    /// Fills the start of `buffer` with what comes next.
    ///
    /// # Errors
    ///
    /// How large a buffer the next sample needs. Nothing is lost: call again with such a one.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<Filled, usize>;
}

/// How many bytes of a buffer were filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// There is more to come.
    Part(usize),
    /// These were the last.
    Last(usize),
}

/// The exposition of a registry as it was at one moment, in a text format. The moment is that of the first buffer,
/// because sources may block.
///
/// Each collector has a cursor of its own. So one that gives other families at each call, or fails in some, disturbs no
/// other; and one that has given all it has is not called again.
pub(crate) struct Page<F> {
    registry: Registry,
    snapshot: Option<(Vec<Collector>, Failures)>,
    at: usize,
    cursor: Cursor<F>,
    end: Option<Cursor<F>>,
}

impl<F: Format> Page<F> {
    pub(crate) fn new(registry: Registry) -> Self {
        Self { registry, snapshot: None, at: 0, cursor: Cursor::part(), end: None }
    }

    /// What comes next of the collector that it is at; `None` after the last.
    fn fill_part(&mut self, buffer: &mut [u8]) -> Result<Option<usize>, usize> {
        let (collectors, failures) = self.snapshot.get_or_insert_with(|| self.registry.snapshot().into_parts());
        let Some(collector) = collectors.get(self.at) else {
            let end = self.end.get_or_insert_with(|| {
                failures.expose();
                Cursor::new()
            });
            return match end.fill(failures, buffer) {
                Ok(0) => Ok(None),
                Ok(filled) => Ok(Some(filled)),
                Err(CursorError::BufferTooSmall { needed }) => Err(needed),
                Err(_) => Ok(None),
            };
        };
        match self.cursor.fill(&Guarded(collector), buffer) {
            Ok(0) => {}
            Ok(filled) => return Ok(Some(filled)),
            Err(CursorError::BufferTooSmall { needed }) if needed > buffer.len() => return Err(needed),
            Err(_) => failures.count(),
        }
        self.at += 1;
        self.cursor = Cursor::part();
        Ok(Some(0))
    }
}

impl<F: Format + Send> Pages for Page<F> {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<Filled, usize> {
        let mut filled = 0;
        loop {
            match self.fill_part(buffer.get_mut(filled..).unwrap_or_default()) {
                Ok(Some(more)) => filled += more,
                Ok(None) => return Ok(Filled::Last(filled)),
                Err(_) if filled > 0 => return Ok(Filled::Part(filled)),
                Err(needed) => return Err(needed),
            }
        }
    }
}

/// How much is written at a time, unless a single sample needs more.
const ROOM: usize = 64 * 1024;

/// Appends what comes next to `to`; whether there is more.
pub(crate) fn append(pages: &mut dyn Pages, to: &mut Vec<u8>) -> bool {
    let start = to.len();
    let mut room = ROOM;
    loop {
        to.resize(start + room, 0);
        match pages.fill(&mut to[start..]) {
            Ok(Filled::Part(filled)) => {
                to.truncate(start + filled);
                return true;
            }
            Ok(Filled::Last(filled)) => {
                to.truncate(start + filled);
                return false;
            }
            Err(needed) => room = needed.max(room + ROOM),
        }
    }
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
pub fn generate_latest<F: Format + Send>(registry: &Registry, _: F) -> String {
    let mut page = Page::<F>::new(registry.clone());
    let mut text = Vec::new();
    while append(&mut page, &mut text) {}
    String::from_utf8(text).unwrap_or_default()
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

    fn pages<F: Format + Send>(registry: &Registry, size: usize) -> String {
        let mut page = Page::<F>::new(registry.clone());
        let (mut text, mut buffer) = (Vec::new(), vec![0; size]);
        loop {
            match page.fill(&mut buffer) {
                Ok(Filled::Part(filled)) => text.extend_from_slice(&buffer[..filled]),
                Ok(Filled::Last(filled)) => {
                    text.extend_from_slice(&buffer[..filled]);
                    return String::from_utf8(text).unwrap();
                }
                Err(needed) => {
                    assert!(needed > buffer.len());
                    buffer.resize(needed, 0);
                }
            }
        }
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
            assert_eq!(pages::<Text>(&registry, size), text, "{size}");
            assert_eq!(pages::<OpenMetrics>(&registry, size), open, "{size}");
        }
    }

    #[test]
    fn a_collector_that_fails_now_and_then_disturbs_no_other() {
        for size in [1, 20, 40, 60, 80, 4096] {
            let registry = Registry::new();
            registry.register(Moody::default()).unwrap();
            registry.register(Liar).unwrap();
            registry.gauge("after", "").register().unwrap().set(7);
            for _ in 0..4 {
                let page = pages::<Text>(&registry, size);
                assert_eq!(page.matches("moody_a_total 0\n").count(), 1, "{page}");
                assert_eq!(page.matches("after 7\n").count(), 1, "{page}");
                assert!(page.contains("\nnarthex_collector_errors_total "), "{page}");
            }
        }
    }
}
