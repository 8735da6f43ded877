use super::page::{Page, Pages};
use crate::registry::Registry;
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
    pub(crate) pages: fn(Registry) -> Box<dyn Pages>,
}

/// Every format that is written; the first is for readers that want none of them.
pub(crate) static FORMATS: &[Offer] = &[Offer::new::<Text>(), Offer::new::<OpenMetrics>()];

impl Offer {
    const fn new<F: Format + Default>() -> Self {
        let pages = |registry| Box::new(Page::new(registry, F::default())) as Box<dyn Pages>;
        Self { media_type: F::MEDIA_TYPE, version: F::VERSION, content_type: F::CONTENT_TYPE, pages }
    }
}
