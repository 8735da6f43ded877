//! Samples that have more than a value. Nothing of this is linked unless somebody makes [`Details`].

use super::encoder::Lines;
use super::write::Write;
use crate::collect::{Flow, Sink, Stop};
use crate::desc::{Desc, Kind};
use crate::details::{Details, Exemplar, Put, Timestamp};
use crate::number::Number;
use crate::point::{Dialect, Point, Sample};

impl Details<'_> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self::written_by(lines)
    }
}

impl Default for Details<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// Writes the lines of a sample with its details.
fn lines(details: &Details<'_>, desc: &Desc<'_>, sample: &Sample<'_>, dialect: Dialect, put: Put<'_>) -> Flow {
    let exemplars = match sample.point {
        Point::Histogram { buckets, .. } => details.exemplars().get(..buckets.len()).unwrap_or(details.exemplars()),
        _ if desc.kind() == Kind::Counter => details.exemplars(),
        _ => &[],
    };
    let mut out = Tails { put, details, exemplars: exemplars.iter(), scale: desc.scale(), dialect };
    let mut lines = Lines::new(&mut out, dialect);
    lines.sample(desc, &sample.with_details(None))?;
    let created = details.created().filter(|_| matches!(desc.kind(), Kind::Counter | Kind::Histogram | Kind::Summary));
    match created {
        Some(created) if dialect.open_metrics() => {
            lines.start(desc, "_created", sample.labels)?;
            lines.put(if sample.labels.is_empty() { b" " } else { b"\"} " })?;
            lines.put(created.text().as_bytes())?;
            lines.put(b"\n")
        }
        _ => Ok(()),
    }
}

/// Puts what follows a value before the end of each line. Only the end of a line ends in a newline: others are escaped.
struct Tails<'a> {
    put: Put<'a>,
    details: &'a Details<'a>,
    /// Of the lines that are still to come.
    exemplars: core::slice::Iter<'a, Option<Exemplar<'a>>>,
    scale: i8,
    dialect: Dialect,
}

impl Write for Tails<'_> {
    type Error = Stop;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Stop> {
        match bytes.strip_suffix(b"\n") {
            None => (self.put)(bytes)?,
            Some(line) => {
                (self.put)(line)?;
                self.tail()?;
                (self.put)(b"\n")?;
            }
        }
        Ok(bytes.len())
    }
}

impl Tails<'_> {
    fn tail(&mut self) -> Flow {
        let exemplar = self.exemplars.next();
        if !self.dialect.open_metrics() {
            let Some(timestamp) = self.details.timestamp() else { return Ok(()) };
            (self.put)(b" ")?;
            return (self.put)(Number::I64(timestamp.milliseconds()).text(0).as_bytes());
        }
        self.time(self.details.timestamp())?;
        let Some(Some(exemplar)) = exemplar else { return Ok(()) };
        (self.put)(b" # ")?;
        if exemplar.labels().is_empty() {
            (self.put)(b"{} ")?;
        } else {
            Lines::new(&mut Plain(&mut *self.put), self.dialect).labels(exemplar.labels())?;
            (self.put)(b"\"} ")?;
        }
        (self.put)(exemplar.value().text(self.scale).as_bytes())?;
        self.time(exemplar.timestamp())
    }

    fn time(&mut self, timestamp: Option<Timestamp>) -> Flow {
        let Some(timestamp) = timestamp else { return Ok(()) };
        (self.put)(b" ")?;
        (self.put)(timestamp.text().as_bytes())
    }
}

struct Plain<'a>(Put<'a>);

impl Write for Plain<'_> {
    type Error = Stop;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Stop> {
        (self.0)(bytes)?;
        Ok(bytes.len())
    }
}
