//! Names outside the classic alphabet.

use crate::desc::Desc;
use crate::escaping::Escaping;

/// The names of a family for readers that take any UTF-8: `http.server.requests`, `größe`.
///
/// A family has its classic names in any case, and every reader understands those. Encoders that are asked for an
/// [`Escaping`](crate::encode::Escaping) write these names instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utf8Names<'a> {
    name: &'a str,
    labels: &'a [&'a str],
}

impl<'a> Utf8Names<'a> {
    /// The name of the family, without the suffixes that encoders add, and its label names in the order of the classic
    /// ones; a label that is missing here is called by its classic name.
    pub const fn new(name: &'a str, labels: &'a [&'a str]) -> Self {
        Self { name, labels }
    }
}

impl<'a> Desc<'a> {
    /// With names for readers that take any UTF-8.
    ///
    /// ```
    /// use narthex_core::{Desc, Kind, Utf8Names, name};
    ///
    /// const NAMES: Utf8Names = Utf8Names::new("http.requests", &[]);
    /// const REQUESTS: Desc = Desc::new(Kind::Counter, name!("http_requests"), "Requests.").with_utf8(&NAMES);
    /// assert!(REQUESTS.utf8_name().eq(["http.requests", ""]));
    /// ```
    pub const fn with_utf8(mut self, names: &'a Utf8Names<'a>) -> Self {
        self.utf8 = Some(names);
        self
    }

    /// The parts that make up the name for readers that take any UTF-8.
    pub fn utf8_name(&self) -> impl Iterator<Item = &'a str> + Clone {
        self.name_around(self.utf8.map_or(self.base(), |names| names.name))
    }

    /// What such readers call the label `classic`.
    pub fn utf8_label<'b>(&self, classic: &'b str) -> &'b str
    where
        'a: 'b,
    {
        let name = |names: &Utf8Names<'a>| {
            let at = self.labels().as_slice().iter().position(|label| *label == classic)?;
            names.labels.get(at).copied()
        };
        self.utf8.and_then(name).unwrap_or(classic)
    }

    /// Gives `put` the name as a scheme writes it, piece by piece.
    pub fn escaped_name(&self, escaping: Escaping, mut put: impl FnMut(&str)) {
        match escaping {
            Escaping::Underscores => self.name().for_each(put),
            _ => unless_by_code_points(self.base(), escaping).metric(self.utf8_name(), &mut put),
        }
    }

    /// Gives `put` the label `classic` as a scheme writes it, piece by piece.
    pub fn escaped_label(&self, classic: &str, escaping: Escaping, mut put: impl FnMut(&str)) {
        match escaping {
            Escaping::Underscores => put(classic),
            _ => unless_by_code_points(classic, escaping).label(self.utf8_label(classic), put),
        }
    }
}

/// A name that has a classic name by its code points would not differ from others in underscores or dots.
fn unless_by_code_points(classic: &str, escaping: Escaping) -> Escaping {
    if escaping == Escaping::Dots && classic.starts_with("U__") { Escaping::Values } else { escaping }
}
