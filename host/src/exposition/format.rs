use super::page::{Page, Pages, Writer, whole_families};
use crate::registered::Collector;
use crate::registry::Registry;
use narthex_core::encode::{Escaping, Format, OpenMetrics, Protobuf, Text, TextFormat};

/// A format that a reader may ask for.
pub(crate) struct Offer {
    /// What HTTP calls it, with the parameters that tell versions apart.
    pub(crate) media_type: &'static str,
    /// The `Content-Type` of an answer, without the escaping of names.
    pub(crate) content_type: &'static str,
    /// Whether the `Content-Type` says it in any case.
    pub(crate) names_escaping: bool,
    writer: fn(Escaping) -> Writer,
}

/// Every format that is written; the first is for readers that want none of them.
pub(crate) static FORMATS: &[Offer] = &[Offer::of::<Text>(), TEXT_1, Offer::of::<OpenMetrics>(), PROTOBUF];

/// Text 1.0.0 is text 0.0.4, but that its readers may ask for names in quotes.
const TEXT_1: Offer = Offer {
    media_type: "text/plain; version=1.0.0",
    content_type: "text/plain; version=1.0.0; charset=utf-8",
    names_escaping: true,
    writer: Writer::text::<Text>,
};

pub(super) const PROTOBUF: Offer = Offer::new::<Protobuf>(Writer::protobuf);

impl Offer {
    const fn new<F: Format>(writer: fn(Escaping) -> Writer) -> Self {
        Self { media_type: F::MEDIA_TYPE, content_type: F::CONTENT_TYPE, names_escaping: false, writer }
    }

    /// A text format.
    pub(crate) const fn of<F: TextFormat>() -> Self {
        Self::new::<F>(Writer::text::<F>)
    }

    /// Begins an answer.
    pub(crate) fn pages(&self, registry: Registry, escaping: Escaping) -> Box<dyn Pages> {
        Box::new(Page::new(registry, (self.writer)(escaping)))
    }

    /// Begins an answer of what `around` makes of each collector, with classic names.
    #[allow(dead_code, reason = "only what is pushed is looked at on its way, which is a feature")]
    pub(crate) fn pages_around(
        &self,
        registry: Registry,
        around: impl FnMut(Collector) -> Collector,
    ) -> Box<dyn Pages> {
        Box::new(Page::around(registry, (self.writer)(Escaping::Underscores), around))
    }

    /// All of what `around` makes of each collector, in protobuf.
    #[allow(dead_code, reason = "as above")]
    pub(crate) fn protobuf_around(registry: &Registry, around: impl Fn(Collector) -> Collector) -> Vec<u8> {
        whole_families(|| PROTOBUF.pages_around(registry.clone(), &around))
    }
}
