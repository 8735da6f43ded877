use crate::registered::Registered;
use narthex_core::{Invalid, Rule};

/// What went wrong, where, and what would be right.
///
/// Match on [`kind`](Self::kind); the text is for people.
///
/// A library that may be set up twice, or code without a place to keep a metric, takes what is registered already. It has
/// the type that the builder gave: a `Handle` without labels, a `GrowingFamily` with them.
///
/// ```
/// use narthex::{Counter, Error, GrowingFamily, Registry};
///
/// type Jobs = GrowingFamily<[&'static str; 1], Counter>;
///
/// fn jobs(registry: &Registry) -> Result<Jobs, Error> {
///     registry.counter("jobs_total", "Jobs.").labels(["queue"]).register().or_else(|error| {
///         let existing = error.existing().and_then(|existing| existing.downcast_ref::<Jobs>().cloned());
///         existing.ok_or(error) // something else has the name
///     })
/// }
///
/// # fn main() -> Result<(), Error> {
/// let registry = Registry::new();
/// jobs(&registry)?.get(["mail"]).inc();
/// assert_eq!(jobs(&registry)?.get(["mail"]).value(), 1);
///
/// registry.gauge("workers", "Workers.").register()?;
/// let taken = registry.counter("workers", "Workers.").register().map(drop);
/// assert!(taken.unwrap_err().existing().is_some_and(|existing| existing.downcast_ref::<Jobs>().is_none()));
/// # Ok(())
/// # }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    existing: Option<Registered>,
    source: Option<std::io::Error>,
}

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A metric's name.
    Name,
    /// A label name.
    Label,
    /// A unit.
    Unit,
    /// The bounds of a histogram.
    Buckets,
    /// The states of a state set.
    States,
    /// The time after which series expire.
    Expiry,
    /// The labels of an exemplar.
    Exemplar,
    /// An amount that a counter would go down by, or become NaN.
    Amount,
    /// A value that its metric cannot have: of another kind, or with what that kind has not.
    Value,
    /// A name that is exposed already, of which [`Error::existing`] has what exposes it; or a series that is there.
    Duplicate,
    /// An option that a metric which is read from a function cannot have.
    Callback,
    /// A collector that cannot say what it exposes.
    Collector,
    /// An address that something else listens at.
    AddressInUse,
    /// An address that cannot be listened at.
    Address,
    /// A certificate or a key.
    Tls,
    /// The hash of a password, or the name that it is for.
    Password,
    /// A header of requests.
    Header,
    /// A device that cannot be told from another, or is none.
    Device,
    /// A file that could not be written.
    File,
    /// A Pushgateway that did not take what was pushed.
    Gateway,
    /// The operating system gave no thread or no event loop.
    System,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), existing: None, source: None }))
    }

    pub(crate) fn invalid(what: &str, invalid: Invalid<'_>) -> Self {
        let kind = match invalid.rule {
            Rule::UnitOfInfo | Rule::UnitNotInName => ErrorKind::Unit,
            _ if what.starts_with("unit") => ErrorKind::Unit,
            Rule::ReservedLabel | Rule::ReservedLe | Rule::ReservedQuantile | Rule::ReservedState => ErrorKind::Label,
            Rule::DuplicateLabel => ErrorKind::Label,
            _ if what.starts_with("label") => ErrorKind::Label,
            _ => ErrorKind::Name,
        };
        let mut message = format!("{what} {invalid}");
        if let Rule::FirstCharacter | Rule::Character = invalid.rule {
            message.push_str(&format!("; {:?} would do", valid(invalid.text, kind == ErrorKind::Name)));
        }
        Self::new(kind, message)
    }

    /// The same error, at a place.
    pub(crate) fn at(mut self, place: &str) -> Self {
        self.0.message = format!("{place} {}", self.0.message);
        self
    }

    pub(crate) fn with_existing(mut self, existing: Option<Registered>) -> Self {
        self.0.existing = existing;
        self
    }

    pub(crate) fn with_source(mut self, source: std::io::Error) -> Self {
        self.0.source = Some(source);
        self
    }

    /// What kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What the operating system said, when that is the error.
    ///
    /// ```
    /// let error = narthex::write_to_textfile("/nowhere/jobs.prom", &narthex::Registry::new()).unwrap_err();
    /// assert_eq!(error.io().unwrap().kind(), std::io::ErrorKind::NotFound);
    /// ```
    pub fn io(&self) -> Option<&std::io::Error> {
        self.0.source.as_ref()
    }

    /// What is registered already under the name, when that is the error.
    ///
    /// ```
    /// use narthex::{Counter, Handle, Registry};
    ///
    /// # fn main() -> Result<(), narthex::Error> {
    /// let registry = Registry::new();
    /// let first = registry.counter("jobs_total", "Jobs.").register()?;
    /// first.inc();
    ///
    /// let error = registry.counter("jobs_total", "Jobs.").register().unwrap_err();
    /// let existing = error.existing().unwrap();
    /// assert_eq!(existing.downcast_ref::<Handle<Counter>>().unwrap().value(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn existing(&self) -> Option<&Registered> {
        self.0.existing.as_ref()
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)?;
        self.0.source.iter().try_for_each(|source| write!(f, ": {source}"))
    }
}

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Error").field("kind", &self.0.kind).field("message", &self.to_string()).finish()
    }
}

impl std::error::Error for Error {}

/// A name of allowed characters that is as near to `text` as can be.
fn valid(text: &str, metric: bool) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || (metric && c == ':');
    let name: String = text.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}
