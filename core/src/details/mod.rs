//! What a series may have besides its value: when it began, when it was measured, and examples of what it counted.

mod exemplar;
mod timestamp;

pub use exemplar::{Exemplar, ExemplarError};
pub use timestamp::Timestamp;

use crate::collect::Flow;
use crate::desc::Desc;
use crate::point::{Dialect, Sample};

/// What a [`Sample`](crate::Sample) has besides labels and point.
///
/// | | OpenMetrics 1.0 | text 0.0.4 |
/// | --- | --- | --- |
/// | created | a line `NAME_created` of a counter, histogram or summary | – |
/// | timestamp | seconds behind each value | milliseconds behind each value |
/// | exemplars | behind `_total` and `_bucket` | – |
///
/// It brings what writes it along: a firmware that has none of this links nothing of it.
///
/// ```
/// use narthex_core::{Details, Timestamp};
///
/// let details = Details::new().with_created(Timestamp::new(1_520_430_000, 123_000_000).unwrap());
/// assert_eq!(details.created().unwrap().seconds(), 1_520_430_000);
/// ```
#[derive(Clone, Copy)]
pub struct Details<'a> {
    created: Option<Timestamp>,
    timestamp: Option<Timestamp>,
    exemplars: &'a [Option<Exemplar<'a>>],
    write: Write,
}

/// Writes the lines of a sample with its details.
type Write = fn(&Details<'_>, &Desc<'_>, &Sample<'_>, Dialect, Put<'_>) -> Flow;
/// Takes bytes.
pub(crate) type Put<'a> = &'a mut dyn FnMut(&[u8]) -> Flow;

impl<'a> Details<'a> {
    /// Nothing yet; see [`new`](Self::new), which knows who writes it.
    pub(crate) const fn written_by(write: Write) -> Self {
        Self { created: None, timestamp: None, exemplars: &[], write }
    }

    /// With the moment that the series began at, or was last reset.
    pub const fn with_created(mut self, created: Timestamp) -> Self {
        self.created = Some(created);
        self
    }

    /// With the moment that its value is of. Leave it out where that is the moment of the scrape.
    pub const fn with_timestamp(mut self, timestamp: Timestamp) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// With exemplars: one for a counter; for a histogram one for each bucket, in their order.
    pub const fn with_exemplars(mut self, exemplars: &'a [Option<Exemplar<'a>>]) -> Self {
        self.exemplars = exemplars;
        self
    }

    /// When the series began.
    pub const fn created(&self) -> Option<Timestamp> {
        self.created
    }

    /// When its value was measured.
    pub const fn timestamp(&self) -> Option<Timestamp> {
        self.timestamp
    }

    /// The exemplars, by bucket.
    pub const fn exemplars(&self) -> &'a [Option<Exemplar<'a>>] {
        self.exemplars
    }

    /// Writes the lines of a sample that has these details.
    pub(crate) fn write(&self, desc: &Desc<'_>, sample: &Sample<'_>, dialect: Dialect, put: Put<'_>) -> Flow {
        (self.write)(self, desc, sample, dialect, put)
    }
}

impl core::fmt::Debug for Details<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Details")
            .field("created", &self.created)
            .field("timestamp", &self.timestamp)
            .field("exemplars", &self.exemplars)
            .finish()
    }
}
