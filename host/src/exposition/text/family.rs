use super::escape::escape_each;
use super::line::{Line, Out, Piece};
use narthex_core::encode::Escaping;
use narthex_core::{Desc, Dialect, LabelNames, Labels, Name, Number};

/// What the samples of a family have in common.
#[derive(Default)]
pub(in crate::exposition) struct Family {
    /// The name, without suffixes of samples, escaped when it is in quotes.
    name: Vec<u8>,
    /// Whether it is: `{"the name",label="value"} 1`.
    quoted: bool,
    /// The suffix of the first line of each sample.
    suffix: &'static str,
    /// Where the label names are, and how many.
    names: (usize, usize),
    /// The label names as they are written, each with `="`.
    labels: Vec<Vec<u8>>,
    /// What goes before each label value; before the first one, that is all there is before.
    before: Vec<Piece>,
    /// How long they are together.
    before_len: usize,
    /// The bounds of buckets as they are written, by what they are.
    bounds: Vec<(Bound, Piece)>,
    scratch: Vec<u8>,
}

/// The kind of a number, its bits, and its scale.
type Bound = (u8, u64, i8);

/// Numbers of kinds that are not known here are written anew each time.
const ANY: u8 = 0;

impl Family {
    /// A family begins, or goes on in another buffer: then its texts stay.
    pub(super) fn enter(&mut self, desc: &Desc<'_>, escaping: Escaping) {
        let new = &mut self.scratch;
        new.clear();
        desc.escaped_name(escaping, |part| new.extend_from_slice(part.as_bytes()));
        self.quoted = false;
        if escaping == Escaping::AllowUtf8 {
            let name = String::from_iter(desc.utf8_name());
            self.quoted = Name::new(&name).is_err();
            new.clear();
            escape_each(&name, |part| new.extend_from_slice(part));
        }
        let names = desc.labels().as_slice();
        self.names = address(names);
        let mut same = replace(&mut self.name, new) && self.before.len() == names.len();
        self.before.resize_with(names.len(), Piece::default);
        self.labels.resize_with(names.len(), Vec::new);
        for (key, name) in self.labels.iter_mut().zip(names) {
            new.clear();
            label(desc, name, escaping, |part| new.extend_from_slice(part));
            new.extend_from_slice(b"=\"");
            same &= replace(key, new);
        }
        if !same {
            self.suffix = NONE_YET;
        }
    }

    /// Whether these are the labels that it entered with.
    #[inline(always)]
    pub(super) fn knows(&self, labels: &Labels<'_>) -> bool {
        let names = labels.names();
        self.names == address(names)
            && !names.is_empty()
            && labels.values().len() == names.len()
            && labels.rest().is_none()
    }

    /// Begins the line of a sample whose labels it knows: the name and the labels, without the last quote.
    #[inline(always)]
    pub(super) fn start<'l>(&mut self, suffix: &'static str, values: &[&str], out: &'l mut Out<'_>) -> Line<'l> {
        if !std::ptr::eq(self.suffix, suffix) {
            self.lead(suffix);
        }
        let values_len: usize = values.iter().map(|value| value.len()).sum();
        let mut line = out.line(self.before_len + 2 * values_len);
        for (before, value) in self.before.iter().zip(values) {
            line.piece(before);
            line.escape(value);
        }
        line
    }

    /// What a line of a sample begins with.
    #[inline(always)]
    pub(super) fn name(&self, suffix: &'static str) -> [&[u8]; 4] {
        match self.quoted {
            true => [b"{\"", &self.name, suffix.as_bytes(), b"\""],
            false => [b"", &self.name, suffix.as_bytes(), b""],
        }
    }

    /// The name as lines about the family have it, and the label of a state set.
    pub(super) fn quoted(&self, suffix: &'static str) -> [&[u8]; 4] {
        let quote: &[u8] = if self.quoted { b"\"" } else { b"" };
        [quote, &self.name, suffix.as_bytes(), quote]
    }

    /// What goes before the first label.
    pub(super) fn first_separator(&self) -> &'static [u8] {
        if self.quoted { b"," } else { b"{" }
    }

    /// What goes before a label that is not one of the series'.
    #[inline]
    pub(super) fn separator(&self, labelled: bool) -> &'static [u8] {
        if labelled { b"\"," } else { self.first_separator() }
    }

    /// What goes before a value.
    #[inline]
    pub(super) fn close(&self, labelled: bool) -> &'static [u8] {
        match (labelled, self.quoted) {
            (true, _) => b"\"} ",
            (false, true) => b"} ",
            (false, false) => b" ",
        }
    }

    /// The bound of the bucket `at`, to the space before its count.
    #[inline(always)]
    pub(super) fn bound(&mut self, at: usize, bound: Option<Number>, scale: i8, dialect: Dialect) -> &Piece {
        let (kind, bits) = match bound {
            None => (1, 0),
            Some(Number::U64(v)) => (2, v),
            Some(Number::I64(v)) => (3, v as u64),
            Some(Number::F64(v, _)) => (4, v.to_bits()),
            Some(Number::F32(v, _)) => (5, u64::from(v.to_bits())),
            Some(_) => (ANY, 0),
        };
        let is = (kind, bits, scale);
        if kind == ANY || self.bounds.get(at).is_none_or(|(known, _)| *known != is) {
            self.new_bound(at, (is, bound), dialect);
        }
        &self.bounds[at].1
    }

    #[cold]
    fn new_bound(&mut self, at: usize, (is, bound): (Bound, Option<Number>), dialect: Dialect) {
        let mut piece = Piece::default();
        match bound.map(|bound| bound.text(is.2)) {
            None => piece.set(&[b"le=\"+Inf\"} "]),
            Some(text) => {
                let whole = text.as_bytes().iter().all(|byte| !matches!(byte, b'.' | b'e'));
                let dot: &[u8] = if whole && dialect == Dialect::OpenMetrics { b".0" } else { b"" }; // "Canonical numbers"
                piece.set(&[b"le=\"", text.as_bytes(), dot, b"\"} "]);
            }
        }
        self.bounds.truncate(at);
        self.bounds.push((is, piece));
    }

    /// Makes what the first lines of samples have in common.
    #[cold]
    fn lead(&mut self, suffix: &'static str) {
        self.suffix = suffix;
        let lead = [&self.name(suffix).concat(), self.first_separator()].concat();
        let mut separator = &lead[..];
        self.before_len = 0;
        for (before, key) in self.before.iter_mut().zip(&self.labels) {
            before.set(&[separator, key]);
            self.before_len += before.len();
            separator = b"\",";
        }
    }
}

/// Gives `put` the name of a label, in quotes if it needs them.
pub(super) fn label(desc: &Desc<'_>, classic: &str, escaping: Escaping, mut put: impl FnMut(&[u8])) {
    let name = desc.utf8_label(classic);
    if escaping == Escaping::AllowUtf8 && LabelNames::new(&[name]).is_err() {
        put(b"\"");
        escape_each(name, &mut put);
        put(b"\"");
    } else {
        desc.escaped_label(classic, escaping, |part| put(part.as_bytes()));
    }
}

/// Makes a text the new one; whether it was that already.
fn replace(text: &mut Vec<u8>, new: &mut Vec<u8>) -> bool {
    let same = text == new;
    std::mem::swap(text, new);
    same
}

/// Nobody's suffix.
static NONE_YET: &str = "?";

/// Which slice this is.
fn address(names: &[&str]) -> (usize, usize) {
    (names.as_ptr().addr(), names.len())
}
