mod digits;
mod escape;
mod family;
mod line;
#[cfg(test)]
mod tests;

pub(super) use family::Family;
pub(super) use line::SLACK;

use line::{Line, Out};
use narthex_core::encode::{Encode, Escaping};
use narthex_core::{Desc, Details, Dialect, Exemplar, Extra, Flow, Kind, Labels, Number, Point, Sample, Timestamp};
use std::ops::Range;

/// Appends text formats to a vector. With classic names, these are the bytes of the encoders of the core, which are made
/// for little flash and stack; this one keeps what the samples of a family have in common, and knows every [`Escaping`].
///
/// Behind what it answers to have written, the vector has other bytes.
pub(super) struct TextEncoder<'a> {
    out: Out<'a>,
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

impl<'a> TextEncoder<'a> {
    pub(super) fn new(to: &'a mut Vec<u8>, room: usize, spelling: Spelling, family: &'a mut Family) -> Self {
        Self { out: Out::new(to), room, spelling, family }
    }

    #[inline]
    fn put(&mut self, text: &str) {
        self.out.put(text.as_bytes());
    }

    /// What a line about a family begins with.
    fn about(&mut self, keyword: &str, suffix: &'static str) {
        self.put(keyword);
        self.family.quoted(suffix).iter().for_each(|part| self.out.put(part));
    }

    /// Begins a line: the name and the labels, without the last quote.
    fn start(&mut self, desc: &Desc<'_>, suffix: &'static str, labels: &Labels<'_>) -> Line<'_> {
        if self.family.knows(labels) {
            return self.family.start(suffix, labels.values(), &mut self.out);
        }
        self.start_anew(desc, suffix, labels);
        self.out.line(0)
    }

    #[cold]
    fn start_anew(&mut self, desc: &Desc<'_>, suffix: &'static str, labels: &Labels<'_>) {
        let Self { out, family, spelling, .. } = self;
        family.name(suffix).iter().for_each(|part| out.put(part));
        let mut separator: &[u8] = family.first_separator();
        for (name, value) in labels.iter() {
            out.put(separator);
            family::label(desc, name, spelling.escaping, |part| out.put(part));
            out.put(b"=\"");
            out.escape(value);
            separator = b"\",";
        }
    }

    fn number(&mut self, value: &Number, scale: i8) {
        let mut line = self.out.line(0);
        line.number(value, scale);
        let end = line.at;
        self.out.keep(end);
    }

    /// The lines of a sample, of one number or several. A call: the one line of most samples is not to pay for these.
    #[inline(never)]
    fn lines(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        let labelled = !sample.labels.is_empty();
        let exemplars = sample.details.map_or(&[][..], |details| details.exemplars());
        let dialect = self.spelling.dialect;
        // where the labels are, and all that buckets begin with
        let (mut labels, mut bucket, mut nth) = (None, None, 0);
        sample.lines(desc.kind(), dialect, |suffix, extra, value, scaled| {
            let start = self.out.end();
            let mut exemplar = None;
            let mut line = match extra {
                Extra::Le(bound) => {
                    exemplar = exemplars.get(nth);
                    let bucket = match &bucket {
                        Some(bucket) => bucket,
                        None => {
                            labels = Some(self.begin(desc, suffix, sample.labels));
                            self.out.put(self.family.separator(labelled));
                            bucket.insert(start..self.out.end())
                        }
                    };
                    let known = start != bucket.start;
                    let bound = self.family.bound(nth, *bound, desc.scale(), dialect);
                    let mut line = self.out.line(bucket.len() + bound.len());
                    if known {
                        line.again(bucket.clone());
                    }
                    line.piece(bound);
                    line
                }
                _ => {
                    match &labels {
                        Some(labels) => {
                            self.family.name(suffix).iter().for_each(|part| self.out.put(part));
                            let mut line = self.out.line(labels.len());
                            line.again(labels.clone());
                            let end = line.at;
                            self.out.keep(end);
                        }
                        None => labels = Some(self.begin(desc, suffix, sample.labels)),
                    }
                    if let Extra::State(state) = extra {
                        let Self { out, family, .. } = self;
                        out.put(family.separator(labelled));
                        family.quoted("").iter().for_each(|part| out.put(part));
                        out.put(b"=\"");
                        out.escape(state);
                        out.put(b"\"} ");
                    } else {
                        exemplar = exemplars.get(nth).filter(|_| desc.kind() == Kind::Counter);
                        self.out.put(self.family.close(labelled));
                    }
                    self.out.line(0)
                }
            };
            line.number(value, if scaled { desc.scale() } else { 0 });
            if let Some(details) = sample.details {
                let end = line.at;
                self.out.keep(end);
                self.tail(details, exemplar.and_then(Option::as_ref), desc);
                line = self.out.line(0);
            }
            line.word(b"\n");
            let end = line.at;
            self.out.keep(end);
            nth += 1;
            Flow::Ok(())
        })
    }

    /// Puts the name and the labels, without the last quote; answers where the labels are.
    fn begin(&mut self, desc: &Desc<'_>, suffix: &'static str, labels: &Labels<'_>) -> Range<usize> {
        let start = self.out.end() + self.family.name(suffix).iter().map(|part| part.len()).sum::<usize>();
        let end = self.start(desc, suffix, labels).at;
        self.out.keep(end);
        start..end
    }

    /// What follows a value.
    #[cold]
    fn tail(&mut self, details: &Details<'_>, exemplar: Option<&Exemplar<'_>>, desc: &Desc<'_>) {
        if self.spelling.dialect == Dialect::Text {
            let Some(timestamp) = details.timestamp() else { return };
            self.put(" ");
            return self.number(&Number::I64(timestamp.milliseconds()), 0);
        }
        self.time(details.timestamp());
        let Some(exemplar) = exemplar else { return };
        let mut separator = " # {";
        for (name, value) in exemplar.labels().iter() {
            [separator, name, "=\""].into_iter().for_each(|part| self.put(part));
            self.out.escape(value);
            separator = "\",";
        }
        self.put(if exemplar.labels().is_empty() { " # {} " } else { "\"} " });
        self.number(exemplar.value(), desc.scale());
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
            self.begin(desc, "_created", sample.labels);
            self.out.put(self.family.close(!sample.labels.is_empty()));
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
            escape::help(desc.help(), open, |part| self.out.put(part));
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
        match (sample.point, sample.details) {
            (Point::Number(value), None) if self.family.knows(sample.labels) => {
                let suffix = if desc.kind() == Kind::Counter { "_total" } else { "" };
                let mut line = self.family.start(suffix, sample.labels.values(), &mut self.out);
                line.word(b"\"} ");
                line.number(value, desc.scale());
                line.word(b"\n");
                let end = line.at;
                self.out.keep(end);
                return Ok(());
            }
            _ => self.lines(desc, sample)?,
        }
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
        self.out.len()
    }

    fn fits(&self) -> bool {
        self.len() <= self.room
    }
}
