mod digits;
mod escape;
mod family;
#[cfg(test)]
mod tests;

pub(super) use family::Family;

use digits::put_u64;
use escape::{escape, put};
use narthex_core::encode::{Encode, Escaping};
use narthex_core::{Desc, Details, Dialect, Exemplar, Extra, Flow, Kind, Labels, Number, Point, Sample, Timestamp};
use std::ops::Range;

/// Appends text formats to a vector. With classic names, these are the bytes of the encoders of the core, which are made
/// for little flash and stack; this one keeps what the samples of a family have in common, and knows every [`Escaping`].
pub(super) struct TextEncoder<'a> {
    to: &'a mut Vec<u8>,
    start: usize,
    /// How many bytes may be written.
    room: usize,
    spelling: Spelling,
    family: &'a mut Family,
}

/// How lines and names are written.
#[derive(Clone, Copy)]
pub(super) struct Spelling {
    pub(super) dialect: Dialect,
    pub(super) escaping: Escaping,
}

/// Floats of this size are written alike by Go and by `zmij`, but for the `.0` of whole ones.
const PLAIN: Range<f64> = 1e-4..1e6;

impl<'a> TextEncoder<'a> {
    pub(super) fn new(to: &'a mut Vec<u8>, room: usize, spelling: Spelling, family: &'a mut Family) -> Self {
        Self { start: to.len(), to, room, spelling, family }
    }

    #[inline]
    fn put(&mut self, text: &str) {
        put(text.as_bytes(), self.to);
    }

    /// What a line about a family begins with.
    fn about(&mut self, keyword: &str, suffix: &str) {
        self.put(keyword);
        self.family.quoted(suffix, self.to);
    }

    /// The name and the labels, without the last quote; answers where the labels are.
    #[inline]
    fn start(&mut self, desc: &Desc<'_>, suffix: &'static str, labels: &Labels<'_>) -> Range<usize> {
        let Self { to, family, spelling, .. } = self;
        if family.knows(labels) {
            let start = to.len() + family.name_len(suffix);
            for (before, value) in family.before(suffix).iter().zip(labels.values()) {
                put(before, to);
                escape(value, to);
            }
            return start..to.len();
        }
        family.name(suffix, to);
        let start = to.len();
        let mut separator: &[u8] = family.first_separator();
        for (name, value) in labels.iter() {
            to.extend_from_slice(separator);
            family::label(desc, name, spelling.escaping, to);
            to.extend_from_slice(b"=\"");
            escape(value, to);
            separator = b"\",";
        }
        start..to.len()
    }

    /// The bound of the bucket `at`, to the space before its count.
    #[inline]
    fn bound(&mut self, at: usize, bound: Option<Number>, scale: i8) {
        let Some(bound) = bound else { return self.put("le=\"+Inf\"} ") };
        let is = match bound {
            Number::U64(v) => (0, v),
            Number::I64(v) => (1, v as u64),
            Number::F64(v, _) => (2, v.to_bits()),
            Number::F32(v, _) => (3, u64::from(v.to_bits())),
            _ => return self.new_bound(bound, scale),
        };
        match self.family.bounds.get(at) {
            Some((known, text)) if *known == is => put(text, self.to),
            _ => {
                let start = self.to.len();
                self.new_bound(bound, scale);
                self.family.bounds.truncate(at);
                self.family.bounds.push((is, self.to[start..].to_vec()));
            }
        }
    }

    #[cold]
    fn new_bound(&mut self, bound: Number, scale: i8) {
        let text = bound.text(scale);
        let whole = text.as_bytes().iter().all(|byte| !matches!(byte, b'.' | b'e'));
        let dot = if whole && self.spelling.dialect == Dialect::OpenMetrics { ".0" } else { "" }; // "Canonical numbers"
        for part in ["le=\"", text.as_str(), dot, "\"} "] {
            self.put(part);
        }
    }

    #[inline]
    fn value(&mut self, value: &Number, scale: i8) {
        match *value {
            Number::U64(value) if scale == 0 => put_u64(value, self.to),
            Number::I64(value) if scale == 0 => {
                self.put(if value < 0 { "-" } else { "" });
                put_u64(value.unsigned_abs(), self.to);
            }
            Number::F64(value, _) if scale == 0 && (value == 0.0 || PLAIN.contains(&value.abs())) => {
                let mut buffer = zmij::Buffer::new();
                let text = buffer.format_finite(value);
                self.put(text.strip_suffix(".0").unwrap_or(text));
            }
            _ => self.put(value.text(scale).as_str()),
        }
    }

    /// What follows a value.
    #[cold]
    fn tail(&mut self, details: &Details<'_>, exemplar: Option<&Exemplar<'_>>, desc: &Desc<'_>) {
        if self.spelling.dialect == Dialect::Text {
            let Some(timestamp) = details.timestamp() else { return };
            self.put(" ");
            return self.value(&Number::I64(timestamp.milliseconds()), 0);
        }
        self.time(details.timestamp());
        let Some(exemplar) = exemplar else { return };
        let mut separator = " # {";
        for (name, value) in exemplar.labels().iter() {
            [separator, name, "=\""].into_iter().for_each(|part| self.put(part));
            escape(value, self.to);
            separator = "\",";
        }
        self.put(if exemplar.labels().is_empty() { " # {} " } else { "\"} " });
        self.value(exemplar.value(), desc.scale());
        self.time(exemplar.timestamp());
    }

    fn time(&mut self, timestamp: Option<Timestamp>) {
        let Some(timestamp) = timestamp else { return };
        self.put(" ");
        self.put(timestamp.text().as_str());
    }

    /// When the series began.
    #[cold]
    fn created(&mut self, desc: &Desc<'_>, sample: &Sample<'_>, details: &Details<'_>) {
        let Some(created) = details.created().filter(|_| self.spelling.dialect == Dialect::OpenMetrics) else { return };
        if matches!(desc.kind(), Kind::Counter | Kind::Histogram | Kind::Summary) {
            self.start(desc, "_created", sample.labels);
            self.put(self.family.close(!sample.labels.is_empty()));
            self.put(created.text().as_str());
            self.time(details.timestamp());
            self.put("\n");
        }
    }
}

impl Encode for TextEncoder<'_> {
    fn enter(&mut self, desc: &Desc<'_>) {
        self.family.enter(desc, self.spelling.escaping);
    }

    fn header(&mut self, desc: &Desc<'_>) -> Flow {
        let open = self.spelling.dialect == Dialect::OpenMetrics;
        let (suffix, kind) = self.spelling.dialect.type_line(desc.kind());
        let suffix = suffix.trim_end();
        if !desc.help().is_empty() {
            self.about("# HELP ", suffix);
            self.put(" ");
            escape::help(desc.help(), open, self.to);
            self.put("\n");
        }
        self.about("# TYPE ", suffix);
        self.put(" ");
        self.put(kind);
        if open && !desc.unit().is_empty() {
            self.about("# UNIT ", suffix);
            [" ", desc.unit(), "\n"].into_iter().for_each(|part| self.put(part));
        }
        Ok(())
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        if let (Point::Number(value), None) = (sample.point, sample.details) {
            let suffix = if desc.kind() == Kind::Counter { "_total" } else { "" };
            self.start(desc, suffix, sample.labels);
            self.put(self.family.close(!sample.labels.is_empty()));
            self.value(value, desc.scale());
            self.to.push(b'\n');
            return Ok(());
        }
        let labelled = !sample.labels.is_empty();
        let exemplars = sample.details.map_or(&[][..], |details| details.exemplars());
        let (mut labels, mut bucket, mut line) = (None, None, 0);
        sample.lines(desc.kind(), self.spelling.dialect, |suffix, extra, value, scaled| {
            let start = self.to.len();
            match (labels.clone(), bucket.clone()) {
                (_, Some(bucket)) if matches!(extra, Extra::Le(_)) => self.to.extend_from_within(bucket),
                (Some(labels), _) => {
                    self.family.name(suffix, self.to);
                    self.to.extend_from_within(labels);
                }
                _ => labels = Some(self.start(desc, suffix, sample.labels)),
            }
            let mut exemplar = None;
            match extra {
                Extra::Le(bound) => {
                    if bucket.is_none() {
                        self.put(self.family.separator(labelled));
                        bucket = Some(start..self.to.len());
                    }
                    self.bound(line, *bound, desc.scale());
                    exemplar = exemplars.get(line);
                }
                Extra::State(state) => {
                    self.put(self.family.separator(labelled));
                    self.family.label_of_state(self.to);
                    self.put("=\"");
                    escape(state, self.to);
                    self.put("\"} ");
                }
                _ => {
                    self.put(self.family.close(labelled));
                    exemplar = exemplars.get(line).filter(|_| desc.kind() == Kind::Counter);
                }
            }
            self.value(value, if scaled { desc.scale() } else { 0 });
            if let Some(details) = sample.details {
                self.tail(details, exemplar.and_then(Option::as_ref), desc);
            }
            self.put("\n");
            line += 1;
            Flow::Ok(())
        })?;
        if let Some(details) = sample.details {
            self.created(desc, sample, details);
        }
        Ok(())
    }

    fn end(&mut self) -> Flow {
        if self.spelling.dialect == Dialect::OpenMetrics {
            self.put("# EOF\n");
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.to.len() - self.start
    }

    fn fits(&self) -> bool {
        self.len() <= self.room
    }
}
