use super::page::{Page, Pages};
use crate::registry::Snapshot;
use narthex_core::encode::{Format, OpenMetrics, Text};

/// A format that a reader may ask for.
pub(crate) struct Offer {
    /// The media type, without parameters.
    pub(crate) media_type: &'static str,
    /// The one version of it that is written.
    pub(crate) version: &'static str,
    /// The `Content-Type` of an answer.
    pub(crate) content_type: &'static str,
    /// Begins an answer.
    pub(crate) pages: fn(Snapshot) -> Box<dyn Pages>,
}

/// Every format that is written; the first is for readers that want none of them.
pub(crate) static FORMATS: &[Offer] =
    &[Offer::new::<Text>("text/plain", "0.0.4"), Offer::new::<OpenMetrics>("application/openmetrics-text", "1.0.0")];

impl Offer {
    const fn new<F: Format + Send + 'static>(media_type: &'static str, version: &'static str) -> Self {
        let pages = |snapshot| Box::new(Page::<F>::new(snapshot)) as Box<dyn Pages>;
        Self { media_type, version, content_type: F::CONTENT_TYPE, pages }
    }
}
