use super::escape::{escape, put};
use narthex_core::encode::Escaping;
use narthex_core::{Desc, LabelNames, Labels, Name};

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
    before: Vec<Vec<u8>>,
    /// The bounds of buckets as they are written, by what they are.
    pub(super) bounds: Vec<((u8, u64), Vec<u8>)>,
}

impl Family {
    pub(super) fn enter(&mut self, desc: &Desc<'_>, escaping: Escaping) {
        self.name.clear();
        desc.escaped_name(escaping, |part| self.name.extend_from_slice(part.as_bytes()));
        self.quoted = false;
        if escaping == Escaping::AllowUtf8 {
            let name = String::from_iter(desc.utf8_name());
            self.quoted = Name::new(&name).is_err();
            self.name.clear();
            escape(&name, &mut self.name);
        }
        let names = desc.labels().as_slice();
        self.names = address(names);
        self.labels.resize_with(names.len(), Vec::new);
        self.before.resize_with(names.len(), Vec::new);
        for ((key, before), name) in self.labels.iter_mut().zip(&mut self.before).zip(names) {
            key.clear();
            label(desc, name, escaping, key);
            key.extend_from_slice(b"=\"");
            before.clear();
            [b"\",", &key[..]].iter().for_each(|part| before.extend_from_slice(part));
        }
        self.suffix = NONE_YET;
        self.bounds.clear();
    }

    /// Whether these are the labels that it entered with.
    #[inline]
    pub(super) fn knows(&self, labels: &Labels<'_>) -> bool {
        let names = labels.names();
        self.names == address(names)
            && !names.is_empty()
            && labels.values().len() == names.len()
            && labels.rest().is_none()
    }

    /// What goes before the values of the labels that it knows, on the line of a sample.
    #[inline]
    pub(super) fn before(&mut self, suffix: &'static str) -> &[Vec<u8>] {
        if !std::ptr::eq(self.suffix, suffix) {
            self.lead(suffix);
        }
        &self.before
    }

    /// Puts what a line of a sample begins with.
    #[inline]
    pub(super) fn name(&self, suffix: &str, to: &mut Vec<u8>) {
        if self.quoted {
            to.push(b'{');
            self.quoted(suffix, to);
        } else {
            put(&self.name, to);
            put(suffix.as_bytes(), to);
        }
    }

    /// How long that is.
    #[inline]
    pub(super) fn name_len(&self, suffix: &str) -> usize {
        self.name.len() + suffix.len() + if self.quoted { br#"{"""#.len() } else { 0 }
    }

    /// Puts the name as lines about the family have it.
    pub(super) fn quoted(&self, suffix: &str, to: &mut Vec<u8>) {
        let quote: &[u8] = if self.quoted { b"\"" } else { b"" };
        for part in [quote, &self.name, suffix.as_bytes(), quote] {
            to.extend_from_slice(part);
        }
    }

    /// Puts the name as the label of a state set.
    pub(super) fn label_of_state(&self, to: &mut Vec<u8>) {
        self.quoted("", to);
    }

    /// What goes before the first label.
    pub(super) fn first_separator(&self) -> &'static [u8] {
        if self.quoted { b"," } else { b"{" }
    }

    /// What goes before a label that is not one of the series'.
    #[inline]
    pub(super) fn separator(&self, labelled: bool) -> &'static str {
        match (labelled, self.quoted) {
            (true, _) => "\",",
            (false, true) => ",",
            (false, false) => "{",
        }
    }

    /// What goes before a value.
    #[inline]
    pub(super) fn close(&self, labelled: bool) -> &'static str {
        match (labelled, self.quoted) {
            (true, _) => "\"} ",
            (false, true) => "} ",
            (false, false) => " ",
        }
    }

    /// Makes what the first line of each sample begins with.
    #[cold]
    fn lead(&mut self, suffix: &'static str) {
        self.suffix = suffix;
        let mut lead = Vec::new();
        self.name(suffix, &mut lead);
        lead.extend_from_slice(self.first_separator());
        if let (Some(before), Some(key)) = (self.before.first_mut(), self.labels.first()) {
            lead.extend_from_slice(key);
            *before = lead;
        }
    }
}

/// Puts the name of a label, in quotes if it needs them.
pub(super) fn label(desc: &Desc<'_>, classic: &str, escaping: Escaping, to: &mut Vec<u8>) {
    let name = desc.utf8_label(classic);
    if escaping == Escaping::AllowUtf8 && LabelNames::new(&[name]).is_err() {
        to.push(b'"');
        escape(name, to);
        to.push(b'"');
    } else {
        desc.escaped_label(classic, escaping, |part| to.extend_from_slice(part.as_bytes()));
    }
}

/// Nobody's suffix.
static NONE_YET: &str = "?";

/// Which slice this is.
fn address(names: &[&str]) -> (usize, usize) {
    (names.as_ptr().addr(), names.len())
}
