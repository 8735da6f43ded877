//! Delimited protobuf: [`io.prometheus.client.MetricFamily`](https://github.com/prometheus/client_model) messages, each
//! after its length.

use super::position::Encode;
use super::write::Buffer;
use crate::collect::Flow;
use crate::desc::{Desc, Kind};
use crate::details::{Details, Exemplar, Timestamp};
use crate::escaping::Escaping;
use crate::label::Labels;
use crate::number::Numbers;
use crate::point::{Point, Sample};

/// Writes messages to a buffer. A family that goes on in another buffer is another message there, with the same name:
/// its length has to be known in its first bytes.
pub(super) struct Messages<'a, 'b> {
    out: &'a mut Buffer<'b>,
    /// Where the content of the message begins that has the family's samples.
    family: Option<usize>,
    escaping: Escaping,
}

/// How a field is encoded.
const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const BYTES: u8 = 2;

/// The bytes of a length that is known later: a varint with zeros at its end.
const LENGTH: usize = 5;

/// The numbers of the fields, as `metrics.proto` has them.
mod field {
    pub(super) mod family {
        pub const NAME: u8 = 1;
        pub const HELP: u8 = 2;
        pub const TYPE: u8 = 3;
        pub const METRIC: u8 = 4;
        pub const UNIT: u8 = 5;
    }
    pub(super) mod metric {
        pub const LABEL: u8 = 1;
        pub const GAUGE: u8 = 2;
        pub const COUNTER: u8 = 3;
        pub const SUMMARY: u8 = 4;
        pub const UNTYPED: u8 = 5;
        pub const TIMESTAMP_MS: u8 = 6;
        pub const HISTOGRAM: u8 = 7;
    }
    pub(super) mod label {
        pub const NAME: u8 = 1;
        pub const VALUE: u8 = 2;
    }
    /// Of a counter, a gauge and an untyped metric.
    pub(super) mod number {
        pub const VALUE: u8 = 1;
        pub const EXEMPLAR: u8 = 2;
        pub const CREATED: u8 = 3;
    }
    /// Of a summary and a histogram.
    pub(super) mod observed {
        pub const COUNT: u8 = 1;
        pub const SUM: u8 = 2;
        pub const BUCKET: u8 = 3;
        pub const CREATED_OF_SUMMARY: u8 = 4;
        pub const CREATED_OF_HISTOGRAM: u8 = 15;
    }
    pub(super) mod bucket {
        pub const COUNT: u8 = 1;
        pub const BOUND: u8 = 2;
        pub const EXEMPLAR: u8 = 3;
    }
    pub(super) mod exemplar {
        pub const LABEL: u8 = 1;
        pub const VALUE: u8 = 2;
        pub const TIMESTAMP: u8 = 3;
    }
    pub(super) mod timestamp {
        pub const SECONDS: u8 = 1;
        pub const NANOS: u8 = 2;
    }
}

impl<'a, 'b> Messages<'a, 'b> {
    pub(super) fn new(out: &'a mut Buffer<'b>, escaping: Escaping) -> Self {
        Self { out, family: None, escaping }
    }

    fn begin(&mut self, desc: &Desc<'_>) -> usize {
        for _ in 0..LENGTH {
            self.out.put(&[0]);
        }
        let start = self.out.len();
        let suffix = match desc.kind() {
            Kind::Counter => "_total", // as text has it: families of protobuf are named as their samples
            Kind::Info => "_info",
            _ => "",
        };
        self.nested(field::family::NAME, |this| {
            this.name(desc);
            this.out.put(suffix.as_bytes());
        });
        if !desc.help().is_empty() {
            self.text(field::family::HELP, desc.help());
        }
        self.number(
            field::family::TYPE,
            match desc.kind() {
                Kind::Counter => 0,
                Kind::Gauge | Kind::Info | Kind::StateSet => 1,
                Kind::Summary => 2,
                Kind::Unknown => 3,
                Kind::Histogram => 4,
                Kind::GaugeHistogram => 5,
            },
        );
        if !desc.unit().is_empty() {
            self.text(field::family::UNIT, desc.unit());
        }
        start
    }

    /// A metric, with the state of a state set.
    fn metric(
        &mut self,
        desc: &Desc<'_>,
        sample: &Sample<'_>,
        state: Option<&str>,
        value: impl FnOnce(&mut Self, Option<&Details<'_>>),
    ) {
        self.nested(field::family::METRIC, |this| {
            for (name, value) in sample.labels.iter() {
                this.nested(field::metric::LABEL, |this| {
                    this.nested(field::label::NAME, |this| this.label_name(desc, name));
                    this.text(field::label::VALUE, value);
                });
            }
            if let Some(state) = state {
                this.nested(field::metric::LABEL, |this| {
                    this.nested(field::label::NAME, |this| this.name(desc));
                    this.text(field::label::VALUE, state);
                });
            }
            value(this, sample.details);
            if let Some(timestamp) = sample.details.and_then(Details::timestamp) {
                this.number(field::metric::TIMESTAMP_MS, timestamp.milliseconds() as u64);
            }
        });
    }

    fn name(&mut self, desc: &Desc<'_>) {
        desc.escaped_name(self.escaping, |part| self.out.put(part.as_bytes()));
    }

    fn label_name(&mut self, desc: &Desc<'_>, classic: &str) {
        desc.escaped_label(classic, self.escaping, |part| self.out.put(part.as_bytes()));
    }

    fn gauge(&mut self, value: f64) {
        self.nested(field::metric::GAUGE, |this| this.double(field::number::VALUE, value));
    }

    fn histogram(&mut self, bounds: &dyn Numbers, buckets: &[u64], sum: f64, scale: i8, details: Option<&Details<'_>>) {
        self.nested(field::metric::HISTOGRAM, |this| {
            this.number(field::observed::COUNT, buckets.last().copied().unwrap_or_default());
            this.double(field::observed::SUM, sum);
            for (at, count) in buckets.iter().enumerate() {
                let exemplar = details.and_then(|details| details.exemplars().get(at)?.as_ref());
                let bound = bounds.get(at);
                if bound.is_none() && exemplar.is_none() {
                    break; // the count of all is that of `+Inf`
                }
                this.nested(field::observed::BUCKET, |this| {
                    this.number(field::bucket::COUNT, *count);
                    this.double(field::bucket::BOUND, bound.map_or(f64::INFINITY, |bound| bound.to_f64(scale)));
                    this.exemplar(field::bucket::EXEMPLAR, exemplar, scale);
                });
            }
            this.created(field::observed::CREATED_OF_HISTOGRAM, details);
        });
    }

    fn labels(&mut self, field: u8, labels: &Labels<'_>) {
        for (name, value) in labels.iter() {
            self.nested(field, |this| {
                this.text(field::label::NAME, name);
                this.text(field::label::VALUE, value);
            });
        }
    }

    fn exemplar(&mut self, field: u8, exemplar: Option<&Exemplar<'_>>, scale: i8) {
        let Some(exemplar) = exemplar else { return };
        self.nested(field, |this| {
            this.labels(field::exemplar::LABEL, exemplar.labels());
            this.double(field::exemplar::VALUE, exemplar.value().to_f64(scale));
            this.timestamp(field::exemplar::TIMESTAMP, exemplar.timestamp());
        });
    }

    fn created(&mut self, field: u8, details: Option<&Details<'_>>) {
        self.timestamp(field, details.and_then(Details::created));
    }

    fn timestamp(&mut self, field: u8, timestamp: Option<Timestamp>) {
        let Some(timestamp) = timestamp else { return };
        self.nested(field, |this| {
            this.number(field::timestamp::SECONDS, timestamp.seconds() as u64);
            this.number(field::timestamp::NANOS, u64::from(timestamp.nanoseconds()));
        });
    }

    /// A message in a message.
    fn nested(&mut self, field: u8, content: impl FnOnce(&mut Self)) {
        self.tag(field, BYTES);
        let at = self.out.len();
        self.out.put(&[0]);
        content(self);
        let len = self.out.len() - at - 1;
        let (varint, size) = varint(len as u64);
        self.out.replace(at, 1, varint.get(..size).unwrap_or_default());
    }

    fn text(&mut self, field: u8, text: &str) {
        self.tag(field, BYTES);
        self.varint(text.len() as u64);
        self.out.put(text.as_bytes());
    }

    fn double(&mut self, field: u8, value: f64) {
        self.tag(field, FIXED64);
        self.out.put(&value.to_le_bytes());
    }

    fn number(&mut self, field: u8, value: u64) {
        self.tag(field, VARINT);
        self.varint(value);
    }

    fn tag(&mut self, field: u8, encoding: u8) {
        self.out.put(&[field << 3 | encoding]);
    }

    fn varint(&mut self, value: u64) {
        let (varint, size) = varint(value);
        self.out.put(varint.get(..size).unwrap_or_default());
    }
}

/// Seven bits a byte, the lowest first; how many bytes there are.
fn varint(mut value: u64) -> ([u8; 10], usize) {
    let mut bytes = [0; 10];
    let mut size = 0;
    for byte in &mut bytes {
        *byte = value as u8 | 0x80;
        value >>= 7;
        size += 1;
        if value == 0 {
            *byte &= 0x7F;
            break;
        }
    }
    (bytes, size)
}

impl Encode for Messages<'_, '_> {
    fn enter(&mut self, _: &Desc<'_>) {
        self.family = None;
    }

    /// Nothing: a family without samples is no message.
    fn header(&mut self, _: &Desc<'_>) -> Flow {
        Ok(())
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        let start = match self.family {
            Some(start) => start,
            None => self.begin(desc),
        };
        self.family = Some(start);
        let scale = desc.scale();
        match sample.point {
            Point::Number(value) => self.metric(desc, sample, None, |this, details| {
                let (value, exemplars) = (value.to_f64(scale), details.map_or(&[][..], Details::exemplars));
                match desc.kind() {
                    Kind::Counter => this.nested(field::metric::COUNTER, |this| {
                        this.double(field::number::VALUE, value);
                        this.exemplar(field::number::EXEMPLAR, exemplars.first().and_then(Option::as_ref), scale);
                        this.created(field::number::CREATED, details);
                    }),
                    Kind::Unknown => {
                        this.nested(field::metric::UNTYPED, |this| this.double(field::number::VALUE, value));
                    }
                    _ => this.gauge(value),
                }
            }),
            Point::Info => self.metric(desc, sample, None, |this, _| this.gauge(1.0)),
            Point::StateSet { states, active } => {
                for (index, state) in states.iter().enumerate() {
                    let value = if index == *active { 1.0 } else { 0.0 };
                    self.metric(desc, sample, Some(state), |this, _| this.gauge(value));
                }
            }
            Point::Summary { count, sum } => self.metric(desc, sample, None, |this, details| {
                this.nested(field::metric::SUMMARY, |this| {
                    this.number(field::observed::COUNT, *count);
                    this.double(field::observed::SUM, sum.to_f64(scale));
                    this.created(field::observed::CREATED_OF_SUMMARY, details);
                });
            }),
            Point::Histogram { bounds, buckets, sum } => self.metric(desc, sample, None, |this, details| {
                this.histogram(*bounds, buckets, sum.to_f64(scale), scale, details);
            }),
        }
        let len = self.out.len() - start;
        let length: [u8; LENGTH] = core::array::from_fn(|at| {
            let more = if at + 1 < LENGTH { 0x80 } else { 0 };
            (len >> (7 * at)) as u8 & 0x7F | more
        });
        self.out.replace(start - LENGTH, LENGTH, &length);
        Ok(())
    }

    fn end(&mut self) -> Flow {
        Ok(())
    }

    fn len(&self) -> usize {
        self.out.len()
    }

    fn fits(&self) -> bool {
        self.out.fits()
    }
}

#[cfg(test)]
mod tests;
