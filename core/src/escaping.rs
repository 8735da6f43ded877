//! How names are written that a reader's alphabet lacks:
//! [escaping schemes](https://prometheus.io/docs/instrumenting/escaping_schemes/).

use core::fmt;

/// What becomes of names outside of `[a-zA-Z_:][a-zA-Z0-9_:]*` (of labels: without the colon).
///
/// Suffixes that encoders add (`_total`, `_bucket`, …) are never escaped, so that a family and its samples have one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Escaping {
    /// The classic name that each family has besides: `http.requests` is `http_requests`.
    #[default]
    Underscores,
    /// `_` is `__`, `.` is `_dot_`, anything else is `__`; of all names, also of those that would be valid as they are.
    ///
    /// Labels that begin with two underscores are Prometheus's own: a name that would is written as `Values` does it.
    Dots,
    /// Names that are valid stay; others begin with `U__`, `_` is `__` and what is not valid is its code point in hex:
    /// `U__http_2e_requests`.
    Values,
    /// Names stay as they are; text formats put them in quotes.
    AllowUtf8,
}

impl Escaping {
    /// All schemes.
    pub const ALL: [Self; 4] = [Self::Underscores, Self::Dots, Self::Values, Self::AllowUtf8];

    /// The scheme with this name in an `Accept` or `Content-Type`.
    ///
    /// ```
    /// use narthex_core::encode::Escaping;
    ///
    /// assert_eq!(Escaping::named("allow-utf-8"), Some(Escaping::AllowUtf8));
    /// assert_eq!(Escaping::named("utf-8"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|escaping| escaping.as_str() == name)
    }

    /// The name of the scheme.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Underscores => "underscores",
            Self::Dots => "dots",
            Self::Values => "values",
            Self::AllowUtf8 => "allow-utf-8",
        }
    }

    /// Gives `put` the metric name that `parts` are together, as this scheme writes it, piece by piece.
    ///
    /// ```
    /// use narthex_core::encode::Escaping;
    ///
    /// let written = |escaping: Escaping| {
    ///     let mut text = String::new();
    ///     escaping.metric(["http.", "a_é"].into_iter(), |piece| text += piece);
    ///     text
    /// };
    /// assert_eq!(Escaping::ALL.map(written), ["http_a__", "http_dot_a____", "U__http_2e_a___e9_", "http.a_é"]);
    /// ```
    pub fn metric<'n>(self, parts: impl Iterator<Item = &'n str> + Clone, put: impl FnMut(&str)) {
        self.write(parts, true, put);
    }

    /// The same for a label.
    pub fn label(self, name: &str, put: impl FnMut(&str)) {
        self.write([name].into_iter(), false, put);
    }

    fn write<'n>(self, parts: impl Iterator<Item = &'n str> + Clone, metric: bool, mut put: impl FnMut(&str)) {
        if self == Self::Dots && !parts.clone().flat_map(str::chars).next().is_some_and(begins_dotted) {
            return Self::Values.write(parts, metric, put);
        }
        let valid = |at: usize, c: char| match c {
            'a'..='z' | 'A'..='Z' | '_' => true,
            ':' => metric,
            '0'..='9' => at > 0,
            _ => false,
        };
        let chars = || parts.clone().flat_map(str::chars).enumerate();
        let stays = match self {
            Self::AllowUtf8 => true,
            Self::Dots => false,
            Self::Underscores | Self::Values => chars().all(|(at, c)| valid(at, c)),
        };
        if stays {
            return parts.for_each(put);
        }
        if self == Self::Values {
            put("U__");
        }
        let mut bytes = [0; 4];
        for (at, c) in chars() {
            match (self, c) {
                (Self::Underscores, _) if !valid(at, c) => put("_"),
                (Self::Dots, '.') => put("_dot_"),
                (Self::Dots | Self::Values, '_') => put("__"),
                (Self::Dots, _) if !valid(at, c) => put("__"),
                (Self::Values, _) if !valid(at, c) => hex(c, &mut put),
                _ => put(c.encode_utf8(&mut bytes)),
            }
        }
    }
}

impl fmt::Display for Escaping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn begins_dotted(first: char) -> bool {
    first.is_ascii_alphabetic() || matches!(first, '.' | ':')
}

/// The code point between underscores.
fn hex(c: char, put: &mut impl FnMut(&str)) {
    put("_");
    let (code, mut bytes) = (u32::from(c), [0; 4]);
    let digits = code.checked_ilog2().unwrap_or(0) / 4;
    for digit in (0..=digits).rev() {
        let digit = char::from_digit(code >> (4 * digit) & 0xF, 16).unwrap_or('0');
        put(digit.encode_utf8(&mut bytes));
    }
    put("_");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn every_scheme() {
        for (name, [underscores, dots, values]) in [
            ("a_b", ["a_b", "a__b", "a_b"]),
            ("a:b", ["a:b", "a:b", "a:b"]),
            ("a.b", ["a_b", "a_dot_b", "U__a_2e_b"]),
            ("1a", ["_a", "U___31_a", "U___31_a"]),
            ("a1", ["a1", "a1", "a1"]),
            ("\0", ["_", "U___0_", "U___0_"]),
            ("a b\n\"", ["a_b__", "a__b____", "U__a_20_b_a__22_"]),
            ("\u{10FFFF}_", ["__", "U___10ffff___", "U___10ffff___"]),
        ] {
            let written = |escaping: Escaping| {
                let mut text = String::new();
                escaping.metric([name].into_iter(), |piece| text += piece);
                text
            };
            let [first, second, third, whole] = Escaping::ALL.map(written);
            assert_eq!([&*first, &*second, &*third, &*whole], [underscores, dots, values, name], "{name:?}");
        }
        for (escaping, name, expected) in [
            (Escaping::Values, "a:b", "U__a_3a_b"),
            (Escaping::Dots, "a:_", "a____"),
            (Escaping::Dots, "_a", "_a"),
            (Escaping::Dots, "é.a", "U___e9__2e_a"),
            (Escaping::Dots, ".a", "_dot_a"),
        ] {
            let mut label = String::new();
            escaping.label(name, |piece| label += piece);
            assert_eq!(label, expected, "{name:?}");
        }
    }
}
