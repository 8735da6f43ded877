use super::cursor::CursorError;
use super::encoder::Lines;
use super::write::Buffer;
use crate::collect::{Collect, CollectError, Flow, Sink, Stop};
use crate::desc::Desc;
use crate::point::{Dialect, Sample};

/// Where a page goes on, in any format.
///
/// What [`Cursor`](super::Cursor) is made of, for encoders of other crates: [`fill`](Self::fill) calls one with what comes next.
pub struct Position {
    family: usize,
    header_written: bool,
    series: usize,
    end: End,
    part: bool,
}

/// Writes families and samples of a format to a buffer that it has.
///
/// It need not look whether they fit: what a [`Buffer`] has no room for is counted, and what was not written whole is
/// asked for again, with another buffer.
pub trait Encode {
    /// A family begins, or goes on in another buffer than the one that it began in.
    fn enter(&mut self, _: &Desc<'_>) {}

    /// What goes before the samples of a family.
    ///
    /// # Errors
    ///
    /// [`Stop`], which ends the fill.
    fn header(&mut self, desc: &Desc<'_>) -> Flow;

    /// A sample.
    ///
    /// # Errors
    ///
    /// [`Stop`], which ends the fill.
    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow;

    /// What ends a page.
    ///
    /// # Errors
    ///
    /// [`Stop`], which ends the fill.
    fn end(&mut self) -> Flow;

    /// How many bytes were written, whether or not they fitted.
    fn len(&self) -> usize;

    /// Whether nothing was written.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether they fitted.
    fn fits(&self) -> bool;
}

/// The dialect is a value, for a firmware that has cursors of both formats to have this once.
impl Encode for Lines<'_, Buffer<'_>, Dialect> {
    fn header(&mut self, desc: &Desc<'_>) -> Flow {
        self.family(desc).map(drop)
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        Sink::sample(self, desc, sample)
    }

    fn end(&mut self) -> Flow {
        Lines::end(self)
    }

    fn len(&self) -> usize {
        self.out().len()
    }

    fn fits(&self) -> bool {
        self.out().fits()
    }
}

enum End {
    Ahead,
    Due(Result<(), CollectError>),
    Passed(Result<(), CollectError>),
}

impl Position {
    /// At the start of a page, or of a part of one; see [`Cursor::part`](super::Cursor::part).
    pub const fn new(part: bool) -> Self {
        Self { family: 0, header_written: false, series: 0, end: End::Ahead, part }
    }

    /// Whether all has been written.
    pub const fn is_at_end(&self) -> bool {
        matches!(self.end, End::Passed(_))
    }

    /// Gives `out`, an encoder with an empty buffer, what comes next; answers how many bytes are in the buffer.
    ///
    /// `metrics` is collected from the start, and what was written before is passed over: by the number of its family and the
    /// index of its series.
    ///
    /// # Errors
    ///
    /// As [`Cursor::fill`](super::Cursor::fill).
    pub fn fill(&mut self, metrics: &dyn Collect, out: impl Encode) -> Result<usize, CursorError> {
        let mut fill = Fill { position: self, out, seen: 0, skip: false, kept: 0 };
        if let End::Ahead = fill.position.end {
            match metrics.collect(&mut fill) {
                Ok(()) => fill.position.end = End::Due(Ok(())),
                Err(Stop::Collector(error)) => fill.position.end = End::Due(Err(error)),
                Err(Stop::Sink) => return fill.full(),
            }
        }
        if let End::Due(outcome) = fill.position.end {
            if !fill.position.part && fill.whole(Encode::end).is_err() {
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

struct Fill<'a, E> {
    position: &'a mut Position,
    out: E,
    /// One more than the number of the last family in this fill.
    seen: usize,
    /// Whether this family was written before, or is not wanted.
    skip: bool,
    /// Bytes of whole samples.
    kept: usize,
}

impl<E: Encode> Fill<'_, E> {
    /// Writes one unit whole or not at all.
    fn whole(&mut self, write: impl FnOnce(&mut E) -> Flow) -> Flow {
        let outcome = write(&mut self.out);
        if !self.out.fits() {
            return Err(Stop::Sink);
        }
        self.kept = self.out.len();
        outcome
    }

    fn full(self) -> Result<usize, CursorError> {
        match self.kept {
            0 => Err(CursorError::BufferTooSmall { needed: self.out.len() }),
            kept => Ok(kept),
        }
    }
}

impl<E: Encode> Sink for Fill<'_, E> {
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
        self.out.enter(desc);
        if !self.position.header_written {
            self.whole(|out| out.header(desc))?;
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
