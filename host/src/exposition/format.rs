use super::page::{Page, Pages, Writer, whole_families};
use crate::registered::Collector;
use crate::registry::Registry;
use narthex_core::encode::{Format, OpenMetrics, Protobuf, Text, TextFormat};

/// A format that a reader may ask for.
pub(crate) struct Offer {
    /// What HTTP calls it, with the parameters that tell versions apart.
    pub(crate) media_type: &'static str,
    /// The `Content-Type` of an answer.
    pub(crate) content_type: &'static str,
    writer: fn() -> Writer,
}

/// Every format that is written; the first is for readers that want none of them.
pub(crate) static FORMATS: &[Offer] = &[Offer::of::<Text>(), Offer::of::<OpenMetrics>(), PROTOBUF];

pub(super) const PROTOBUF: Offer = Offer::new::<Protobuf>(|| Writer::Protobuf(Vec::new()));

impl Offer {
    const fn new<F: Format>(writer: fn() -> Writer) -> Self {
        Self { media_type: F::MEDIA_TYPE, content_type: F::CONTENT_TYPE, writer }
    }

    /// A text format.
    pub(crate) const fn of<F: TextFormat>() -> Self {
        Self::new::<F>(Writer::text::<F>)
    }

    /// Begins an answer.
    pub(crate) fn pages(&self, registry: Registry) -> Box<dyn Pages> {
        Box::new(Page::new(registry, (self.writer)()))
    }

    /// Begins an answer of what `around` makes of each collector.
    #[allow(dead_code, reason = "only what is pushed is looked at on its way, which is a feature")]
    pub(crate) fn pages_around(
        &self,
        registry: Registry,
        around: impl FnMut(Collector) -> Collector,
    ) -> Box<dyn Pages> {
        Box::new(Page::around(registry, (self.writer)(), around))
    }

    /// All of what `around` makes of each collector, in protobuf.
    #[allow(dead_code, reason = "as above")]
    pub(crate) fn protobuf_around(registry: &Registry, around: impl Fn(Collector) -> Collector) -> Vec<u8> {
        whole_families(|| PROTOBUF.pages_around(registry.clone(), &around))
    }
}
