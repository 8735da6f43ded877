use super::text::Text;
use crate::sync::{AtomicBool, Ordering};
use std::ops::Deref;
use std::sync::Arc;

/// One series: the cell, and who it is.
pub(crate) struct Entry<C> {
    pub(crate) cell: C,
    pub(super) index: usize,
    pub(super) hash: u64,
    pub(super) text: Text,
    live: AtomicBool,
}

/// The index of what is no series of any family.
const NOWHERE: usize = usize::MAX;

impl<C> Entry<C> {
    pub(super) fn new(cell: C, index: usize, hash: u64, text: Text) -> Self {
        Self { cell, index, hash, text, live: AtomicBool::new(true) }
    }

    pub(super) fn retire(&self) {
        self.live.store(false, Ordering::Relaxed);
    }
}

/// A metric that you hold: it dereferences to the cell.
///
/// Cloning it is cheap, and it can be kept anywhere, in any thread, for as long as you like; it blocks nobody. When its
/// series is removed, or its metric unregistered, it goes on counting where nobody sees it, never into another series.
///
/// ```
/// use narthex::Registry;
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// let requests = registry.counter("http_requests_total", "HTTP requests.").labels(["method"]).register()?;
///
/// let get = requests.get(["GET"]); // look up once,
/// get.inc(); // count often
/// assert_eq!(get.value(), 1);
/// # Ok(())
/// # }
/// ```
pub struct Handle<C>(pub(super) Arc<Entry<C>>);

impl<C> Handle<C> {
    /// A cell that is not a series of a growing family.
    pub(crate) fn alone(cell: C) -> Self {
        Self(Arc::new(Entry::new(cell, 0, 0, Text::default())))
    }

    /// A cell that stands for every refused series of a family.
    pub(super) fn inert(cell: C) -> Self {
        let entry = Entry::new(cell, NOWHERE, 0, Text::default());
        entry.retire();
        Self(Arc::new(entry))
    }

    /// Whether this stands for a series that was refused: nobody sees what it counts.
    pub fn is_inert(&self) -> bool {
        self.0.index == NOWHERE
    }

    /// Whether the series is part of its family: not refused, and not removed since. Whether that is
    /// registered, the registry knows.
    pub fn is_exposed(&self) -> bool {
        self.0.live.load(Ordering::Relaxed)
    }
}

impl<C> Deref for Handle<C> {
    type Target = C;

    #[inline]
    fn deref(&self) -> &C {
        &self.0.cell
    }
}

impl<C> Clone for Handle<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C: std::fmt::Debug> std::fmt::Debug for Handle<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("cell", &self.0.cell).field("exposed", &self.is_exposed()).finish()
    }
}
