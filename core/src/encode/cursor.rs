use super::format::Format;
use super::position::Position;
use super::write::Buffer;
use crate::collect::{Collect, CollectError};
use core::marker::PhantomData;

/// Fills buffers one after the other with the parts of one page, for async sinks and HTTP bodies.
///
/// It remembers the family and the series that come next. A sample is in one buffer whole, with values of one moment;
/// series that come or go between two fills disturb no other. One that is taken out and made again meanwhile may be on the
/// page twice.
///
/// ```
/// use narthex_core::encode::{Cursor, OpenMetrics};
/// # use narthex_core::Collect;
/// # fn send(_: &[u8]) {}
///
/// # fn serve(metrics: &dyn Collect) -> Result<(), narthex_core::encode::CursorError> {
/// let mut cursor = Cursor::<OpenMetrics>::new();
/// let mut buffer = [0; 512];
/// loop {
///     let filled = cursor.fill(metrics, &mut buffer)?;
///     if filled == 0 {
///         break;
///     }
///     send(&buffer[..filled]);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Cursor<F> {
    position: Position,
    format: PhantomData<F>,
}

impl<F: Format> Cursor<F> {
    /// At the start of a page.
    pub const fn new() -> Self {
        Self { position: Position::new(false), format: PhantomData }
    }

    /// At the start of a part of a page: it does not write what ends a page. A page that is put together from parts,
    /// one for each collector, goes on with the next part whatever became of the one before.
    pub const fn part() -> Self {
        Self { position: Position::new(true), format: PhantomData }
    }

    /// Fills the start of `buffer` with what comes next; answers how many bytes, zero at the end of the page.
    ///
    /// Give it the same `metrics` each time.
    ///
    /// # Errors
    ///
    /// [`CursorError::BufferTooSmall`] when the next sample does not fit into the whole buffer; call again with a
    /// larger one. [`CursorError::Collector`] once, at the end of a page that lacks what a failed collector did not give.
    pub fn fill(&mut self, metrics: &dyn Collect, buffer: &mut [u8]) -> Result<usize, CursorError> {
        F::fill(&mut self.position, metrics, &mut Buffer::new(buffer))
    }
}

impl<F: Format> Default for Cursor<F> {
    fn default() -> Self {
        Self::new()
    }
}

/// Why a buffer was not filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CursorError {
    /// The next sample needs a buffer of at least this many bytes.
    BufferTooSmall {
        /// How many.
        needed: usize,
    },
    /// A collector failed; everything else was written.
    Collector(CollectError),
}

impl core::fmt::Display for CursorError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            CursorError::BufferTooSmall { needed } => {
                write!(f, "the buffer is too small for the next sample, which needs {needed} bytes")
            }
            CursorError::Collector(error) => write!(f, "a collector failed: {error}"),
        }
    }
}

impl core::error::Error for CursorError {}
