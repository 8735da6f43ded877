use super::Builder;
use crate::created;
use crate::error::{Error, ErrorKind};
use crate::instrument::Instrument;
use narthex_core::LabelSet;
use std::time::Duration;

impl<C: Instrument, L> Builder<'_, C, L> {
    /// Records when each series began, and exposes it as `NAME_created`; for all metrics of a program there is
    /// [`enable_created_metrics`](crate::enable_created_metrics), which says what switches it off.
    ///
    /// Counters, histograms and summaries have it; for another kind this does not compile. It takes 16 bytes a series,
    /// allocated together.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// let jobs = registry.counter("jobs_total", "Jobs.").created().labels(["queue"]).register()?;
    /// jobs.get(["mail"]).inc();
    /// assert!(registry.sample_value("jobs_created", &[("queue", "mail")]).is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// ```compile_fail
    /// narthex::Registry::new().gauge("temperature", "").created();
    /// ```
    pub fn created(mut self) -> Self {
        const { assert!(created::has_created(C::KIND), "only counters, histograms and summaries have `_created`") };
        self.parts.created = true;
        self
    }
}

impl<C: Instrument, L: LabelSet + 'static> Builder<'_, C, L> {
    /// Removes series that nobody holds and whose value has not changed for this long.
    ///
    /// For labels whose values come and go: hosts, queues, versions. A series that is asked for again starts at zero,
    /// so give a time that is longer than anything is expected to pause.
    ///
    /// * Values are compared when the family is collected, or is asked for a series beyond its [limit](Self::limit), at
    ///   most eight times in that time; an update stores nothing for it. A series therefore goes up to an eighth, or the
    ///   time between two scrapes, later. What nobody scrapes, sweep [yourself](crate::GrowingFamily::sweep).
    /// * A value that changed and changed back between two looks is taken for unchanged. A histogram or summary has
    ///   changed when its count or sum has, an info when it was set.
    /// * While a [`Handle`](crate::Handle) is kept, its series stays, so that no update is lost.
    /// * How many went, [`expired`](crate::GrowingFamily::expired) tells. It is not exposed: that a series ends says it.
    /// * It takes 32 bytes a series, allocated together.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// const HOUR: Duration = Duration::from_secs(3600);
    /// let peers = registry.gauge("peer_lag", "Lag of a peer.").labels(["peer"]).expire_after(HOUR).register()?;
    /// peers.get(["10.0.0.7"]).set(3);
    ///
    /// let start = Instant::now();
    /// assert_eq!(peers.sweep(start), 0);
    /// assert_eq!(peers.sweep(start + HOUR), 1);
    /// assert!(peers.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire_after(mut self, unchanged: Duration) -> Self {
        self.parts.expire_after = Some(unchanged);
        self
    }
}

/// # Errors
///
/// When series would expire at once.
pub(super) fn check(name: &str, expire_after: Option<Duration>) -> Result<(), Error> {
    match expire_after {
        Some(Duration::ZERO) => {
            let text = format!("metric {name:?}: series would expire at once; give a time longer than zero");
            Err(Error::new(ErrorKind::Expiry, text))
        }
        _ => Ok(()),
    }
}
