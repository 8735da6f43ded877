use super::encoder::Encoder;
use super::format::Format;
use super::write::Buffer;
use crate::collect::{Collect, CollectError, Flow, Sink, Stop};
use crate::desc::Desc;
use crate::point::Sample;
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
    family: usize,
    header_written: bool,
    series: usize,
    end: End,
    part: bool,
    format: PhantomData<F>,
}

enum End {
    Ahead,
    Due(Result<(), CollectError>),
    Passed(Result<(), CollectError>),
}

impl<F: Format> Cursor<F> {
    /// At the start of a page.
    pub const fn new() -> Self {
        Self { family: 0, header_written: false, series: 0, end: End::Ahead, part: false, format: PhantomData }
    }

    /// At the start of a part of a page: it does not write what ends a page. A page that is put together from parts,
    /// one for each collector, goes on with the next part whatever became of the one before.
    pub const fn part() -> Self {
        Self { part: true, ..Self::new() }
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
        let mut buffer = Buffer::new(buffer);
        let mut fill = Fill { cursor: self, out: Encoder::new(&mut buffer), seen: 0, skip: false, kept: 0 };
        if let End::Ahead = fill.cursor.end {
            match metrics.collect(&mut fill) {
                Ok(()) => fill.cursor.end = End::Due(Ok(())),
                Err(Stop::Collector(error)) => fill.cursor.end = End::Due(Err(error)),
                Err(Stop::Sink) => return fill.full(),
            }
        }
        if let End::Due(outcome) = fill.cursor.end {
            if !fill.cursor.part && fill.whole(|out| out.end()).is_err() {
                return fill.full();
            }
            fill.cursor.end = End::Passed(outcome);
        }
        match fill.kept {
            0 => match core::mem::replace(&mut fill.cursor.end, End::Passed(Ok(()))) {
                End::Passed(Err(error)) => Err(CursorError::Collector(error)),
                _ => Ok(0),
            },
            kept => Ok(kept),
        }
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

struct Fill<'a, 'b, F> {
    cursor: &'a mut Cursor<F>,
    out: Encoder<'a, Buffer<'b>, F>,
    /// One more than the number of the last family in this fill.
    seen: usize,
    /// Whether this family was written before, or is not wanted.
    skip: bool,
    /// Bytes of whole samples.
    kept: usize,
}

impl<'a, 'b, F: Format> Fill<'a, 'b, F> {
    /// Writes one unit whole or not at all.
    fn whole(&mut self, write: impl FnOnce(&mut Encoder<'a, Buffer<'b>, F>) -> Flow) -> Flow {
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

impl<F: Format> Sink for Fill<'_, '_, F> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        // A count of refusals may be there in one fill and not in the one before, and must not move what follows:
        // families have even numbers, and it has the odd one behind its family's.
        let refusals = !desc.suffix().is_empty();
        let index = if refusals { self.seen | 1 } else { (self.seen + 1) & !1 };
        self.seen = index + 1;
        self.skip = index < self.cursor.family;
        if self.skip {
            return Ok(usize::MAX);
        }
        if index > self.cursor.family {
            *self.cursor = Cursor { family: index, part: self.cursor.part, ..Cursor::new() };
        }
        if !self.cursor.header_written {
            self.whole(|out| out.family(desc).map(drop))?;
            self.cursor.header_written = true;
        }
        Ok(self.cursor.series)
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        if self.skip || sample.index < self.cursor.series {
            return Ok(());
        }
        self.whole(|out| out.sample(desc, sample))?;
        self.cursor.series = sample.index.saturating_add(1);
        Ok(())
    }
}
