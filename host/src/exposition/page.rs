use crate::registry::{Guarded, Registry, Snapshot};
use narthex_core::encode::{Cursor, CursorError, Format};

/// One exposition, buffer by buffer.
pub(crate) trait Pages: Send {
    /// Fills the start of `buffer` with what comes next; answers how many bytes, zero at the end.
    ///
    /// # Errors
    ///
    /// How large a buffer the next sample needs. Nothing is lost: call again with such a one.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, usize>;
}

/// The exposition of a registry as it was at one moment, in a text format.
///
/// Each collector has a cursor of its own. So one that gives other families at each call, or fails in some, disturbs no
/// other; and one that has given all it has is not called again.
pub(crate) struct Page<F> {
    snapshot: Parts,
    at: usize,
    cursor: Cursor<F>,
    end: Option<Cursor<F>>,
}

type Parts = (Vec<crate::registry::Collector>, crate::registry::Failures);

impl<F: Format> Page<F> {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self { snapshot: snapshot.into_parts(), at: 0, cursor: Cursor::part(), end: None }
    }

    /// What comes next of the collector that it is at; `None` after the last.
    fn fill_part(&mut self, buffer: &mut [u8]) -> Result<Option<usize>, usize> {
        let (collectors, failures) = &mut self.snapshot;
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
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, usize> {
        let mut filled = 0;
        loop {
            match self.fill_part(buffer.get_mut(filled..).unwrap_or_default()) {
                Ok(Some(more)) => filled += more,
                Ok(None) => return Ok(filled),
                Err(_) if filled > 0 => return Ok(filled),
                Err(needed) => return Err(needed),
            }
        }
    }
}

/// How large the first buffer is. What is collected at a time fits into it.
pub(crate) const BUFFER: usize = 64 * 1024;

/// Appends what comes next to `to`, in which there is room for [`BUFFER`] bytes or what a single sample needs; whether
/// that was anything.
pub(crate) fn append(pages: &mut dyn Pages, to: &mut Vec<u8>) -> bool {
    let start = to.len();
    let mut room = BUFFER;
    loop {
        to.resize(start + room, 0);
        match pages.fill(&mut to[start..]) {
            Ok(filled) => {
                to.truncate(start + filled);
                return filled > 0;
            }
            Err(needed) => room = needed.max(room + BUFFER),
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
    let mut page = Page::<F>::new(registry.snapshot());
    let mut text = Vec::new();
    while append(&mut page, &mut text) {}
    String::from_utf8(text).unwrap_or_default()
}
