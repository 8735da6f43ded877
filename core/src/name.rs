//! Names of metrics and labels: one validator, at compile time and at run time.
//!
//! The rules are those of the [Prometheus data model](https://prometheus.io/docs/concepts/data_model/).

/// A valid metric name without the suffixes that the encoders add (`_total`, `_bucket`, …).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a>(&'a str);

impl<'a> Name<'a> {
    /// Checks a name: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    ///
    /// # Errors
    ///
    /// [`Invalid`] with the name and the rule it breaks.
    ///
    /// ```
    /// use narthex_core::{Name, Rule};
    ///
    /// assert!(Name::new("wifi_frames_sent").is_ok());
    /// assert_eq!(Name::new("2nd").unwrap_err().rule, Rule::FirstCharacter);
    /// ```
    pub const fn new(name: &'a str) -> Result<Self, Invalid<'a>> {
        match check(name, true) {
            Ok(()) => Ok(Self(name)),
            Err(rule) => Err(Invalid { text: name, rule }),
        }
    }

    /// The name.
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

/// Checks a [`Name`] at compile time.
///
/// ```
/// const UPTIME: narthex_core::Name = narthex_core::name!("uptime_seconds");
/// ```
///
/// ```compile_fail
/// const WRONG: narthex_core::Name = narthex_core::name!("up-time");
/// ```
#[macro_export]
macro_rules! name {
    ($name:expr) => {
        const {
            match $crate::Name::new($name) {
                Ok(name) => name,
                Err(invalid) => invalid.rule.refuse(),
            }
        }
    };
}

/// Valid names of labels: `[a-zA-Z_][a-zA-Z0-9_]*`, not starting with `__`, each once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelNames<'a>(&'a [&'a str]);

impl<'a> LabelNames<'a> {
    /// No labels.
    pub const NONE: Self = Self(&[]);

    /// Checks label names. Each is compared with each: hundreds are nothing, a hundred thousand take seconds.
    ///
    /// # Errors
    ///
    /// [`Invalid`] with the first name that breaks a rule.
    pub const fn new(names: &'a [&'a str]) -> Result<Self, Invalid<'a>> {
        let mut at = 0;
        while at < names.len() {
            let text = names[at];
            if let Err(rule) = check(text, false) {
                return Err(Invalid { text, rule });
            }
            let bytes = text.as_bytes();
            if bytes.len() >= 2 && bytes[0] == b'_' && bytes[1] == b'_' {
                return Err(Invalid { text, rule: Rule::ReservedLabel });
            }
            let mut before = 0;
            while before < at {
                if same(names[before], text) {
                    return Err(Invalid { text, rule: Rule::DuplicateLabel });
                }
                before += 1;
            }
            at += 1;
        }
        Ok(Self(names))
    }

    /// The names, in the order that values are given in.
    pub const fn as_slice(self) -> &'a [&'a str] {
        self.0
    }

    /// Whether `name` is among them.
    pub const fn contains(self, name: &str) -> bool {
        let mut at = 0;
        while at < self.0.len() {
            if same(self.0[at], name) {
                return true;
            }
            at += 1;
        }
        false
    }
}

/// A name, label name, unit or prefix that was refused, and the rule that it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid<'a> {
    /// What was given.
    pub text: &'a str,
    /// The rule that it breaks.
    pub rule: Rule,
}

impl core::fmt::Display for Invalid<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?}: {}", self.text, self.rule)
    }
}

impl core::error::Error for Invalid<'_> {}

macro_rules! rules {
    ($($(#[$meta:meta])* $rule:ident = $text:literal,)*) => {
        /// What a name has to fulfil.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[$meta])* $rule,)*
        }

        impl Rule {
            /// The rule in words.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Rule::$rule => $text,)*
                }
            }

            /// Ends a constant evaluation with the rule.
            #[doc(hidden)]
            #[track_caller]
            pub const fn refuse(self) -> ! {
                match self {
                    $(Rule::$rule => panic!($text),)*
                }
            }
        }
    };
}

rules! {
    /// It is empty.
    Empty = "a name must not be empty",
    /// The first character is wrong.
    FirstCharacter = "a name must start with a letter or an underscore (a metric name also with a colon)",
    /// Another character is wrong.
    Character = "a name may hold only ASCII letters, digits and underscores (a metric name also colons)",
    /// `__name`.
    ReservedLabel = "a label name that starts with two underscores is reserved for Prometheus itself",
    /// `le` of a histogram.
    ReservedLe = "a histogram writes the label \"le\" itself",
    /// `quantile` of a summary.
    ReservedQuantile = "a summary writes the label \"quantile\" itself",
    /// The label that a state set writes.
    ReservedState = "a state set writes a label with the name of the metric itself",
    /// The same label twice.
    DuplicateLabel = "a label name must be given once",
    /// Info and state sets have no unit.
    UnitOfInfo = "an info or a state set cannot have a unit",
    /// The name does not end in the unit.
    UnitNotInName = "the name of a metric with a unit must end in an underscore and the unit",
}

impl core::fmt::Display for Rule {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A metric name put together from namespace, subsystem, name and unit, as the official clients do it.
///
/// The parts are joined by underscores, empty ones left out. `_total` at the end of a counter and `_info` at the end of
/// an info is taken off, because the encoders write it. The unit is added unless the name ends in it.
///
/// ```
/// use narthex_core::{ComposedName, Kind};
///
/// let name = ComposedName::new("wifi", "", "sent_total", "bytes", Kind::Counter);
/// assert!(name.bytes().eq(*b"wifi_sent_bytes")); // exposed as wifi_sent_bytes_total
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ComposedName<'a> {
    parts: [&'a str; 5],
    stem: usize,
    unit: &'a str,
}

impl<'a> ComposedName<'a> {
    /// Joins the parts. The result is not checked: that is [`Name::new`]'s work.
    pub const fn new(
        namespace: &'a str,
        subsystem: &'a str,
        name: &'a str,
        unit: &'a str,
        kind: crate::desc::Kind,
    ) -> Self {
        let parts = [namespace, join(namespace), subsystem, join(subsystem), name];
        let mut this = Self { parts, stem: 0, unit: "" };
        let mut at = 0;
        while at < parts.len() {
            this.stem += parts[at].len();
            at += 1;
        }
        let suffix = match kind {
            crate::desc::Kind::Counter => "_total",
            crate::desc::Kind::Info => "_info",
            _ => "",
        };
        if this.ends_with(suffix, 0) {
            this.stem -= suffix.len();
        }
        let ends_in_unit = this.ends_with(unit, 0) && this.ends_with("_", unit.len());
        if !(unit.is_empty() || ends_in_unit) {
            this.unit = unit;
        }
        this
    }

    /// How long the name is, in bytes.
    pub const fn len(&self) -> usize {
        self.stem + join(self.unit).len() + self.unit.len()
    }

    /// Whether nothing is left of the name.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name, in a constant of the right length.
    pub const fn to_array<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        let mut at = 0;
        while at < N && at < self.len() {
            bytes[at] = self.byte(at);
            at += 1;
        }
        bytes
    }

    /// The bytes of the name.
    pub fn bytes(&self) -> impl Iterator<Item = u8> {
        (0..self.len()).map(|at| self.byte(at))
    }

    const fn byte(&self, mut at: usize) -> u8 {
        if at >= self.stem {
            at -= self.stem;
            return if at == 0 { b'_' } else { self.unit.as_bytes()[at - 1] };
        }
        let mut part = 0;
        while at >= self.parts[part].len() {
            at -= self.parts[part].len();
            part += 1;
        }
        self.parts[part].as_bytes()[at]
    }

    /// Whether the stem, without its last `less` bytes, ends in `suffix`.
    const fn ends_with(&self, suffix: &str, less: usize) -> bool {
        let end = self.stem - less;
        if end < suffix.len() {
            return false;
        }
        let mut at = 0;
        while at < suffix.len() {
            if self.byte(end - suffix.len() + at) != suffix.as_bytes()[at] {
                return false;
            }
            at += 1;
        }
        true
    }
}

const fn join(part: &str) -> &'static str {
    if part.is_empty() { "" } else { "_" }
}

const fn check(name: &str, metric: bool) -> Result<(), Rule> {
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return Err(Rule::Empty);
    }
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {}
            b':' if metric => {}
            b'0'..=b'9' if at > 0 => {}
            _ if at == 0 => return Err(Rule::FirstCharacter),
            _ => return Err(Rule::Character),
        }
        at += 1;
    }
    Ok(())
}

/// `a == b`, in constants too.
pub(crate) const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desc::Kind;
    use std::string::String;

    #[test]
    fn metric_names() {
        for (name, verdict) in [
            ("a", None),
            ("_x:y9", None),
            (":rule", None),
            ("", Some(Rule::Empty)),
            ("9a", Some(Rule::FirstCharacter)),
            ("a-b", Some(Rule::Character)),
            ("a b", Some(Rule::Character)),
            ("a\n", Some(Rule::Character)),
            ("é", Some(Rule::FirstCharacter)),
        ] {
            assert_eq!(Name::new(name).err().map(|e| e.rule), verdict, "{name:?}");
        }
    }

    #[test]
    fn label_names() {
        let rule = |names| LabelNames::new(names).err().map(|e| (e.text, e.rule));
        assert_eq!(rule(&[]), None);
        assert_eq!(rule(&["method", "_x", "le"]), None);
        assert_eq!(rule(&["a", ""]), Some(("", Rule::Empty)));
        assert_eq!(rule(&["a:b"]), Some(("a:b", Rule::Character)));
        assert_eq!(rule(&["__name__"]), Some(("__name__", Rule::ReservedLabel)));
        assert_eq!(rule(&["a", "b", "a"]), Some(("a", Rule::DuplicateLabel)));
    }

    #[test]
    fn names_are_composed_as_the_official_clients_do() {
        let compose = |ns, sub, name, unit, kind| {
            String::from_utf8(ComposedName::new(ns, sub, name, unit, kind).bytes().collect()).unwrap()
        };
        use Kind::{Counter, Gauge, Histogram, Info};
        for (parts, expected) in [
            (("", "", "x_total", "bytes", Counter), "x_bytes"),
            (("ns", "sub", "x", "", Gauge), "ns_sub_x"),
            (("", "sub", "x", "", Gauge), "sub_x"),
            (("", "", "seconds", "seconds", Gauge), "seconds_seconds"),
            (("ns", "", "seconds", "seconds", Gauge), "ns_seconds"),
            (("", "", "x_seconds", "seconds", Histogram), "x_seconds"),
            (("", "", "x_total", "", Gauge), "x_total"),
            (("a", "", "total", "", Counter), "a"),
            (("", "", "_total", "", Counter), ""),
            (("", "", "build_info", "", Info), "build"),
            (("", "a", "b", "a_b", Gauge), "a_b_a_b"),
            (("x", "a", "b", "a_b", Gauge), "x_a_b"),
        ] {
            let (ns, sub, name, unit, kind) = parts;
            assert_eq!(compose(ns, sub, name, unit, kind), expected);
        }
        assert_eq!(&ComposedName::new("a", "", "b", "s", Gauge).to_array::<5>(), b"a_b_s");
    }
}
