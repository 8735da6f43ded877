use super::claims::Claims;
use super::valid::Known;
use crate::registered::Registration;
use crate::runtime::check_state_set;
use crate::sync::Seed;
use narthex_core::{CollectError, Desc, Flow, Sample, Sink, Stop};
use std::collections::HashSet;
use std::sync::Arc;

/// Between a collector and a page: what would make readers refuse the page ends the collector, or drops the family.
pub(super) struct CheckSink<'a> {
    sink: &'a mut dyn Sink,
    claims: &'a Claims,
    /// The number of the collector on the page.
    part: usize,
    registration: Registration,
    /// Whether samples are looked at, and not only names.
    samples: bool,
    begun: HashSet<Arc<str>, Seed>,
    /// The family that samples are of, unless it was dropped.
    family: Option<Known>,
    dropped: Option<String>,
    stop: Option<(Stop, String)>,
}

const WRONG: CollectError = CollectError::new(&"what it gave cannot be exposed");

impl<'a> CheckSink<'a> {
    pub(super) fn new(
        sink: &'a mut dyn Sink,
        claims: &'a Claims,
        part: usize,
        registration: Registration,
        samples: bool,
    ) -> Self {
        let (begun, family, dropped, stop) = (HashSet::default(), None, None, None);
        Self { sink, claims, part, registration, samples, begun, family, dropped, stop }
    }

    /// How the collection ended, and what was wrong with what was given. The collector may have ignored that the sink
    /// takes no more.
    pub(super) fn end(self, outcome: Flow) -> (Flow, Option<String>) {
        match (self.stop, outcome, self.dropped) {
            (Some((Stop::Sink, _)), ..) => (Err(Stop::Sink), None),
            (Some((stop, reason)), ..) => (Err(stop), Some(reason)),
            (None, Err(Stop::Sink), _) => {
                (Err(WRONG.into()), Some("it stopped as if the page were full, which it was not".into()))
            }
            (None, Ok(()), Some(dropped)) => (Err(WRONG.into()), Some(dropped)),
            (None, outcome, _) => (outcome, None),
        }
    }

    /// Remembers that nothing more is taken.
    fn remember<T>(&mut self, outcome: Flow<T>) -> Flow<T> {
        if let Err(stop) = outcome {
            let reason = if let Stop::Collector(error) = stop { error.reason() } else { "" };
            self.stop = Some((stop, reason.into()));
        }
        outcome
    }

    fn refuse<T>(&mut self, reason: String) -> Flow<T> {
        self.stop = Some((WRONG.into(), reason));
        Err(WRONG.into())
    }
}

impl Sink for CheckSink<'_> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        if let Some((stop, _)) = self.stop {
            return Err(stop);
        }
        self.family = None;
        let name = match self.claims.claim(self.part, self.registration, desc) {
            Ok(name) if !self.samples || self.begun.insert(Arc::clone(&name)) => name, // builders' metrics give none twice
            Ok(name) => {
                self.dropped =
                    Some(format!("metric {name:?} was left out the second time: its collector gave it twice"));
                return Ok(usize::MAX);
            }
            Err(taken) => {
                self.dropped = Some(taken);
                return Ok(usize::MAX);
            }
        };
        if let Err(error) = check_state_set(desc.kind(), &name) {
            return self.refuse(error.to_string());
        }
        self.family = Some(Known::new(name, desc.kind()));
        let first = self.sink.family(desc);
        self.remember(first)
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        if let Some((stop, _)) = self.stop {
            return Err(stop);
        }
        let Some(known) = &mut self.family else { return Ok(()) };
        if self.samples
            && let Err(wrong) = known.check(desc, sample)
        {
            return self.refuse(wrong);
        }
        let taken = self.sink.sample(desc, sample);
        self.remember(taken)
    }
}
