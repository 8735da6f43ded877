use super::page::{Page, Pages, Writer};
use crate::registered::Collector;
use crate::registry::Registry;
use narthex_core::Number;
use narthex_core::encode::{Escaping, Format, OpenMetrics, Protobuf, Text, TextFormat};

/// The `Content-Type` of each format that is written, for a program that answers requests itself.
///
/// ```
/// use narthex::encode::OpenMetrics;
/// use narthex::{Registry, content_type, generate_latest};
///
/// let page = generate_latest(&Registry::new(), OpenMetrics);
/// let answer = format!("HTTP/1.0 200 OK\r\nContent-Type: {}\r\n\r\n{page}", content_type::OPENMETRICS_1_0_0);
/// # assert!(answer.ends_with("# EOF\n"));
/// ```
pub mod content_type {
    use narthex_core::encode::{Format, OpenMetrics, Protobuf, Text};

    /// Of Prometheus text 0.0.4, which [`generate_latest`](crate::generate_latest) writes for [`Text`].
    pub const TEXT_0_0_4: &str = Text::CONTENT_TYPE;
    /// Of Prometheus text 1.0.0: [`Text`] with the names of a scheme, which is to follow as `; escaping=` and what
    /// [`Escaping`](narthex_core::encode::Escaping) is called.
    pub const TEXT_1_0_0: &str = "text/plain; version=1.0.0; charset=utf-8";
    /// Of OpenMetrics 1.0, which [`generate_latest`](crate::generate_latest) writes for [`OpenMetrics`].
    pub const OPENMETRICS_1_0_0: &str = OpenMetrics::CONTENT_TYPE;
    /// Of delimited protobuf, which [`encode_protobuf`](crate::encode_protobuf) writes for [`Protobuf`].
    pub const PROTOBUF: &str = Protobuf::CONTENT_TYPE;
}

/// A float as every format of text has it: as Go's `strconv.FormatFloat(value, 'g', -1, 64)` writes it.
///
/// ```
/// use narthex::format_float;
///
/// assert_eq!(format_float(0.25), "0.25");
/// assert_eq!(format_float(1e6), "1e+06");
/// assert_eq!(format_float(f64::INFINITY), "+Inf");
/// ```
#[must_use]
pub fn format_float(value: f64) -> String {
    Number::from(value).text(0).as_str().into()
}

/// A format that a reader may ask for.
#[derive(Clone, Debug)]
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
    content_type: content_type::TEXT_1_0_0,
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
        Page::around(registry.clone(), Writer::protobuf(Escaping::Underscores), around).whole_families()
    }
}

#[cfg(test)]
mod tests {
    use super::{FORMATS, content_type};

    #[test]
    fn every_format_has_a_constant() {
        let written = [
            (content_type::TEXT_0_0_4, "text/plain; version=0.0.4; charset=utf-8"),
            (content_type::TEXT_1_0_0, "text/plain; version=1.0.0; charset=utf-8"),
            (content_type::OPENMETRICS_1_0_0, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
            (
                content_type::PROTOBUF,
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
            ),
        ];
        assert_eq!(FORMATS.len(), written.len());
        for (offer, (constant, text)) in FORMATS.iter().zip(written) {
            assert_eq!((offer.content_type, constant), (text, text));
        }
    }
}
