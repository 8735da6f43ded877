use narthex_core::encode::{Encode, Encoder, OpenMetrics, Text, Write};
use narthex_core::{Desc, Dialect, Extra, Flow, Labels, Number, Sample, Sink};
use std::convert::Infallible;
use std::ops::Range;

/// Appends text formats to a vector: the same bytes as the encoders of the core, which are made for little flash and
/// stack. This one keeps what the samples of a family have in common.
pub(super) struct TextEncoder<'a> {
    to: &'a mut Vec<u8>,
    start: usize,
    /// How many bytes may be written.
    room: usize,
    dialect: Dialect,
    family: &'a mut Family,
}

/// What the samples of a family have in common.
#[derive(Default)]
pub(super) struct Family {
    /// The name, without suffixes of samples.
    name: Vec<u8>,
    /// The suffix of the first line of each sample.
    suffix: &'static str,
    /// Where the label names are, and how many.
    names: (usize, usize),
    /// What goes before each label value; before the first one, that is all there is before.
    before: Vec<Vec<u8>>,
    /// The bounds of buckets as they are written, by what they are.
    bounds: Vec<((u8, u64), Vec<u8>)>,
}

impl<'a> TextEncoder<'a> {
    pub(super) fn new(to: &'a mut Vec<u8>, room: usize, dialect: Dialect, family: &'a mut Family) -> Self {
        Self { start: to.len(), to, room, dialect, family }
    }

    /// As the core writes it.
    fn plainly(&mut self, write: impl FnOnce(&mut dyn Sink) -> Flow) -> Flow {
        let mut to = Appended(self.to);
        match self.dialect {
            Dialect::Text => write(&mut Encoder::<_, Text>::new(&mut to)),
            Dialect::OpenMetrics => write(&mut Encoder::<_, OpenMetrics>::new(&mut to)),
        }
    }

    /// The name and the labels, without the last quote; answers where the labels are.
    #[inline]
    fn start(&mut self, suffix: &'static str, labels: &Labels<'_>) -> Range<usize> {
        let Self { to, family, .. } = self;
        let (names, values) = (labels.names(), labels.values());
        let known = family.names == address(names) && values.len() == names.len() && labels.rest().is_none();
        if known && !names.is_empty() {
            if !std::ptr::eq(family.suffix, suffix) {
                family.lead(suffix, names);
            }
            let labels = to.len() + family.name.len() + suffix.len();
            for (before, value) in family.before.iter().zip(values) {
                to.extend_from_slice(before);
                escape(value, to);
            }
            return labels..to.len();
        }
        to.extend_from_slice(&family.name);
        to.extend_from_slice(suffix.as_bytes());
        let start = to.len();
        for (name, value) in labels.iter() {
            to.extend_from_slice(if to.len() == start { b"{" } else { b"\"," });
            to.extend_from_slice(name.as_bytes());
            to.extend_from_slice(b"=\"");
            escape(value, to);
        }
        start..to.len()
    }

    /// The bound of the bucket `at`, to the space before its count.
    #[inline]
    fn bound(&mut self, at: usize, bound: Option<Number>, scale: i8) {
        let Some(bound) = bound else { return self.to.extend_from_slice(b"le=\"+Inf\"} ") };
        let is = match bound {
            Number::U64(v) => (0, v),
            Number::I64(v) => (1, v as u64),
            Number::F64(v, _) => (2, v.to_bits()),
            Number::F32(v, _) => (3, u64::from(v.to_bits())),
            _ => return self.new_bound(bound, scale),
        };
        match self.family.bounds.get(at) {
            Some((known, text)) if *known == is => self.to.extend_from_slice(text),
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
        let dot = if whole && self.dialect == Dialect::OpenMetrics { ".0" } else { "" }; // "Canonical numbers"
        for part in ["le=\"", text.as_str(), dot, "\"} "] {
            self.to.extend_from_slice(part.as_bytes());
        }
    }

    #[inline]
    fn value(&mut self, value: &Number, scale: i8) {
        match *value {
            Number::U64(value) if scale == 0 => self.to.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
            Number::I64(value) if scale == 0 => self.to.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
            _ => self.to.extend_from_slice(value.text(scale).as_bytes()),
        }
        self.to.push(b'\n');
    }
}

impl Encode for TextEncoder<'_> {
    fn enter(&mut self, desc: &Desc<'_>) {
        self.family.enter(desc);
    }

    fn header(&mut self, desc: &Desc<'_>) -> Flow {
        self.plainly(|sink| sink.family(desc).map(drop))
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        if sample.details.is_some() {
            return self.plainly(|sink| sink.sample(desc, sample));
        }
        let labelled = !sample.labels.is_empty();
        let (mut labels, mut bucket) = (None, 0);
        sample.lines(desc.kind(), self.dialect, |suffix, extra, value, scaled| {
            match labels.clone() {
                None => labels = Some(self.start(suffix, sample.labels)),
                Some(labels) => {
                    self.to.extend_from_slice(&self.family.name);
                    self.to.extend_from_slice(suffix.as_bytes());
                    self.to.extend_from_within(labels);
                }
            }
            if !matches!(extra, Extra::None) {
                self.to.extend_from_slice(if labelled { b"\"," } else { b"{" });
            }
            match extra {
                Extra::Le(bound) => {
                    self.bound(bucket, *bound, desc.scale());
                    bucket += 1;
                }
                Extra::State(state) => {
                    self.to.extend_from_slice(&self.family.name);
                    self.to.extend_from_slice(b"=\"");
                    escape(state, self.to);
                    self.to.extend_from_slice(b"\"} ");
                }
                _ => self.to.extend_from_slice(if labelled { b"\"} " } else { b" " }),
            }
            self.value(value, if scaled { desc.scale() } else { 0 });
            Ok(())
        })
    }

    fn end(&mut self) -> Flow {
        match self.dialect {
            Dialect::Text => Ok(()),
            Dialect::OpenMetrics => Encoder::<_, OpenMetrics>::new(&mut Appended(self.to)).end(),
        }
    }

    fn len(&self) -> usize {
        self.to.len() - self.start
    }

    fn fits(&self) -> bool {
        self.len() <= self.room
    }
}

impl Family {
    fn enter(&mut self, desc: &Desc<'_>) {
        let names = desc.labels().as_slice();
        self.name.clear();
        desc.name().for_each(|part| self.name.extend_from_slice(part.as_bytes()));
        self.names = address(names);
        self.bounds.clear();
        self.before.resize_with(names.len(), Vec::new);
        for (before, name) in self.before.iter_mut().zip(names) {
            before.clear();
            [&b"\","[..], name.as_bytes(), b"=\""].iter().for_each(|part| before.extend_from_slice(part));
        }
        self.suffix = NONE_YET;
    }

    /// What the first line of each sample begins with.
    #[cold]
    fn lead(&mut self, suffix: &'static str, names: &[&str]) {
        self.suffix = suffix;
        if let (Some(before), Some(name)) = (self.before.first_mut(), names.first()) {
            before.clear();
            let parts = [&*self.name, suffix.as_bytes(), b"{", name.as_bytes(), b"=\""];
            parts.iter().for_each(|part| before.extend_from_slice(part));
        }
    }
}

/// Nobody's suffix.
static NONE_YET: &str = "?";

/// Which slice this is.
fn address(names: &[&str]) -> (usize, usize) {
    (names.as_ptr().addr(), names.len())
}

/// A label value, with `\`, `"` and newline escaped.
#[inline]
fn escape(value: &str, to: &mut Vec<u8>) {
    if is_plain(value.as_bytes()) {
        return to.extend_from_slice(value.as_bytes());
    }
    for byte in value.bytes() {
        match byte {
            b'\n' => to.extend_from_slice(b"\\n"),
            b'\\' | b'"' => to.extend_from_slice(&[b'\\', byte]),
            _ => to.push(byte),
        }
    }
}

/// Whether nothing is to be escaped: eight bytes at a time, the last eight once more.
#[inline]
fn is_plain(value: &[u8]) -> bool {
    let Some(last) = value.last_chunk::<8>() else { return value.iter().all(|b| !matches!(b, b'\n' | b'\\' | b'"')) };
    let words = value.as_chunks::<8>().0;
    let found =
        words.iter().fold(special(u64::from_le_bytes(*last)), |found, w| found | special(u64::from_le_bytes(*w)));
    found == 0
}

/// Not zero when a byte of the word is special. A byte is zero after the exclusive or when it is the one sought; borrows
/// that reach other bytes only come from one that is.
#[inline]
const fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const fn zero(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word & (ONES << 7)
    }
    zero(word ^ (ONES * b'\n' as u64)) | zero(word ^ (ONES * b'\\' as u64)) | zero(word ^ (ONES * b'"' as u64))
}

/// A vector, for the encoders of the core.
struct Appended<'a>(&'a mut Vec<u8>);

impl Write for Appended<'_> {
    type Error = Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}

#[cfg(test)]
mod tests;
