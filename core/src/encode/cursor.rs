use super::encoder::Lines;
use super::format::Format;
use super::write::Buffer;
use crate::collect::{Collect, CollectError, Flow, Sink, Stop};
use crate::desc::Desc;
use crate::point::{Dialect, Sample};
use core::marker::PhantomData;

/// Fills buffers one after the other with the parts of one page, for async sinks and HTTP bodies.
///
/// It remembers the family and the series that come next. A sample is in one buffer whole, with values of one moment;
/// series that come or go between two fills disturb no other.
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

/// Where a page goes on.
struct Position {
    family: usize,
    header_written: bool,
    series: usize,
    end: End,
    part: bool,
}

enum End {
    Ahead,
    Due(Result<(), CollectError>),
    Passed(Result<(), CollectError>),
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
        self.position.fill(F::DIALECT, metrics, buffer)
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

impl Position {
    const fn new(part: bool) -> Self {
        Self { family: 0, header_written: false, series: 0, end: End::Ahead, part }
    }

    /// The dialect is a value, for a firmware that has cursors of both formats to have this once.
    fn fill(&mut self, dialect: Dialect, metrics: &dyn Collect, buffer: &mut [u8]) -> Result<usize, CursorError> {
        let mut buffer = Buffer::new(buffer);
        let mut fill = Fill { position: self, out: Lines::new(&mut buffer, dialect), seen: 0, skip: false, kept: 0 };
        if let End::Ahead = fill.position.end {
            match metrics.collect(&mut fill) {
                Ok(()) => fill.position.end = End::Due(Ok(())),
                Err(Stop::Collector(error)) => fill.position.end = End::Due(Err(error)),
                Err(Stop::Sink) => return fill.full(),
            }
        }
        if let End::Due(outcome) = fill.position.end {
            if !fill.position.part && fill.whole(|out| out.end()).is_err() {
                return fill.full();
            }
            fill.position.end = End::Passed(outcome);
        }
        match fill.kept {
            0 => match core::mem::replace(&mut fill.position.end, End::Passed(Ok(()))) {
                End::Passed(Err(error)) => Err(CursorError::Collector(error)),
                _ => Ok(0),
            },
            kept => Ok(kept),
        }
    }
}

struct Fill<'a, 'b> {
    position: &'a mut Position,
    out: Lines<'a, Buffer<'b>, Dialect>,
    /// One more than the number of the last family in this fill.
    seen: usize,
    /// Whether this family was written before, or is not wanted.
    skip: bool,
    /// Bytes of whole samples.
    kept: usize,
}

impl<'a, 'b> Fill<'a, 'b> {
    /// Writes one unit whole or not at all.
    fn whole(&mut self, write: impl FnOnce(&mut Lines<'a, Buffer<'b>, Dialect>) -> Flow) -> Flow {
        let outcome = write(&mut self.out);
        if self.out.out().overflowed() {
            return Err(Stop::Sink);
        }
        self.kept = self.out.out().len;
        outcome
    }

    fn full(mut self) -> Result<usize, CursorError> {
        match self.kept {
            0 => Err(CursorError::BufferTooSmall { needed: self.out.out().len }),
            kept => Ok(kept),
        }
    }
}

impl Sink for Fill<'_, '_> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        // A count of refusals may be there in one fill and not in the one before, and must not move what follows:
        // families have even numbers, and it has the odd one behind its family's.
        let refusals = !desc.suffix().is_empty();
        let index = if refusals { self.seen | 1 } else { (self.seen + 1) & !1 };
        self.seen = index + 1;
        self.skip = index < self.position.family;
        if self.skip {
            return Ok(usize::MAX);
        }
        if index > self.position.family {
            *self.position = Position { family: index, ..Position::new(self.position.part) };
        }
        if !self.position.header_written {
            self.whole(|out| out.family(desc).map(drop))?;
            self.position.header_written = true;
        }
        Ok(self.position.series)
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        if self.skip || sample.index < self.position.series {
            return Ok(());
        }
        self.whole(|out| out.sample(desc, sample))?;
        self.position.series = sample.index.saturating_add(1);
        Ok(())
    }
}
