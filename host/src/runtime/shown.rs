use narthex_core::LabelValue;
use std::fmt::{Display, Write as _};

/// Anything with `Display` as the value of a label, in a type with `#[derive(LabelSet)]`.
///
/// A look-up formats it, which allocates; keep the handle where that matters. Texts, `bool`, `char`, integers and enums with
/// `#[derive(ClosedLabels)]` need none.
///
/// ```
/// use narthex::{LabelSet, Registry, Shown};
/// use std::net::IpAddr;
///
/// #[derive(LabelSet)]
/// struct Peer {
///     address: Shown<IpAddr>,
///     shard: usize,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::new();
/// let lag = registry.gauge("peer_lag_seconds", "Lag.").label_set::<Peer>().register()?;
/// lag.get(Peer { address: Shown("::1".parse()?), shard: 7 }).set(3);
/// assert_eq!(registry.sample_value("peer_lag_seconds", &[("address", "::1"), ("shard", "7")]), Some(3.0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown<T>(pub T);

impl<T: Display> LabelValue for Shown<T> {
    type Scratch = String;

    fn text<'a>(&'a self, scratch: &'a mut String) -> &'a str {
        scratch.clear();
        let _ = write!(scratch, "{}", self.0); // what cannot be shown to its end is shown to where it can
        scratch
    }
}

impl<T> From<T> for Shown<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}
