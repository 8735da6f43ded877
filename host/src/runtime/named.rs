//! Series of a family by the names of their labels, and by values of any type.

use super::growing::GrowingFamily;
use super::handle::Handle;
use crate::error::{Error, ErrorKind};
use crate::instrument::Instrument;
use narthex_core::{LabelSet, Refused};
use std::fmt::Display;

impl<L: LabelSet, C: Instrument> GrowingFamily<L, C> {
    /// Takes out every series that has all of these labels; how many it took. No labels are those of no series;
    /// [`clear`](Self::clear) takes out all.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// let jobs = registry.gauge("jobs", "Jobs.").labels(["queue", "state"]).register()?;
    /// jobs.get(["mail", "running"]).inc();
    /// jobs.get(["mail", "waiting"]).inc();
    /// assert_eq!(jobs.remove_by_labels(&[("state", "waiting")])?, 1);
    /// assert!(jobs.remove_by_labels(&[("color", "red")]).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Label`] for a name that is none of the family's; nothing is taken out then.
    pub fn remove_by_labels(&self, labels: &[(&str, &str)]) -> Result<usize, Error> {
        if labels.is_empty() {
            return Ok(0); // a filter that was put together and came out empty shall not take everything
        }
        let names: Vec<&str> = self.label_names().collect();
        let mut wanted = Vec::new();
        for (name, value) in labels {
            match names.iter().position(|own| own == name) {
                Some(at) => wanted.push((at, *value)),
                None => {
                    let text = format!("{name:?} is no label of {:?}; its labels are {names:?}", self.name());
                    return Err(Error::new(ErrorKind::Label, text));
                }
            }
        }
        Ok(self.remove_matching(|values| wanted.iter().all(|(at, value)| values.get(*at) == Some(value))))
    }
}

impl<C: Instrument, const N: usize> GrowingFamily<[&'static str; N], C> {
    /// As [`get`](Self::get), with values that are formatted: numbers, addresses, your own types. That allocates; keep the
    /// handle where it matters, or derive a [`LabelSet`], whose fields may be [`Shown`](crate::Shown).
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// let peers = registry.gauge("peer_lag_seconds", "Lag.").labels(["peer", "shard"]).register()?;
    /// peers.get_display([&std::net::Ipv4Addr::LOCALHOST, &7]).set(3);
    /// assert_eq!(registry.sample_value("peer_lag_seconds", &[("peer", "127.0.0.1"), ("shard", "7")]), Some(3.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_display(&self, labels: [&dyn Display; N]) -> Handle<C> {
        formatted(labels, |values| self.get(values))
    }

    /// As [`try_get`](Self::try_get), with values that are formatted.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn try_get_display(&self, labels: [&dyn Display; N]) -> Result<Handle<C>, Refused> {
        formatted(labels, |values| self.try_get(values))
    }

    /// As [`remove`](Self::remove), with values that are formatted.
    pub fn remove_display(&self, labels: [&dyn Display; N]) -> bool {
        formatted(labels, |values| self.remove(values))
    }
}

fn formatted<R, const N: usize>(labels: [&dyn Display; N], f: impl FnOnce([&str; N]) -> R) -> R {
    let texts = labels.map(ToString::to_string);
    f(texts.each_ref().map(String::as_str))
}
