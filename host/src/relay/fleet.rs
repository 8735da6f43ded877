use super::names::{Conflict, Names};
use super::view::Shown;
use crate::parse::Exposition;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What each device said last.
pub(super) struct Fleet {
    devices: Vec<Member>,
    names: Names,
    stale_after: Duration,
}

struct Member {
    name: Arc<str>,
    latest: Option<Latest>,
    /// When the last snapshot came, however old.
    heard: Option<Instant>,
}

/// A snapshot that is served.
struct Latest {
    exposition: Arc<Exposition>,
    /// The families that no other device has as something else, by number.
    served: Arc<[usize]>,
    at: Instant,
}

impl Fleet {
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n str>, stale_after: Duration) -> Self {
        let devices = names.map(|name| Member { name: name.into(), latest: None, heard: None }).collect();
        Self { devices, names: Names::default(), stale_after }
    }

    /// Takes a snapshot of a device in place of the one before; answers what of it is not served, or is another thing
    /// than it was.
    pub(super) fn accept(&mut self, device: usize, exposition: Exposition, now: Instant) -> Vec<Conflict> {
        self.expire(now);
        let Some(member) = self.devices.get_mut(device) else { return Vec::new() };
        member.heard = Some(now);
        let before = member.latest.take();
        if let Some(latest) = &before
            && latest.served.len() == exposition.families().len()
            && Names::are_same(latest.exposition.families(), exposition.families())
        {
            let served = Arc::clone(&latest.served);
            member.latest = Some(Latest { exposition: exposition.into(), served, at: now });
            return Vec::new();
        }
        let mut conflicts = Vec::new();
        if let Some(latest) = &before {
            self.names.release(latest.families());
            conflicts.extend(Names::changes(latest.exposition.families(), exposition.families()));
        }
        let mut served = Vec::new();
        for (number, family) in exposition.families().iter().enumerate() {
            match self.names.hold(family) {
                Ok(()) => served.push(number),
                Err(conflict) => conflicts.push(conflict),
            }
        }
        let served = served.into();
        self.devices[device].latest = Some(Latest { exposition: exposition.into(), served, at: now });
        conflicts
    }

    /// Forgets what was said too long ago.
    fn expire(&mut self, now: Instant) {
        for member in &mut self.devices {
            if let Some(latest) = member.latest.take_if(|latest| now.duration_since(latest.at) > self.stale_after) {
                self.names.release(latest.families());
            }
        }
    }

    /// Every device as it is now.
    pub(super) fn shown(&mut self, now: Instant) -> Vec<Shown> {
        self.expire(now);
        let shown = self.devices.iter().map(|member| Shown {
            name: Arc::clone(&member.name),
            age: member.heard.map(|heard| now.duration_since(heard)),
            latest: member.latest.as_ref().map(|latest| (Arc::clone(&latest.exposition), Arc::clone(&latest.served))),
        });
        shown.collect()
    }
}

impl Latest {
    fn families(&self) -> impl Iterator<Item = &crate::parse::ParsedFamily> {
        self.served.iter().filter_map(|number| self.exposition.families().get(*number))
    }
}
