use super::member::Member;
use super::snapshot::ERRORS;
use crate::error::{Error, ErrorKind};
use crate::registered::{Collector, Registered, Registration};
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A family's own name, and every name that it exposes.
pub(super) type Exposed = (Arc<str>, Vec<String>);

/// What is registered, in the order of registration, and under which exposed names.
pub(super) struct Book {
    entries: BTreeMap<Registration, Entry>,
    names: HashMap<String, Owner>,
}

struct Entry {
    registered: Registered,
    member: Member,
    names: Vec<String>,
}

struct Owner {
    family: Arc<str>,
    registration: Registration,
}

/// Owns the names of what the registry exposes itself.
const OURS: Registration = Registration(0);

impl Book {
    pub(super) fn new() -> Self {
        let family: Arc<str> = String::from_iter(ERRORS.name()).into();
        let names = ERRORS
            .kind()
            .suffixes()
            .iter()
            .map(|suffix| (format!("{family}{suffix}"), Owner { family: Arc::clone(&family), registration: OURS }));
        Self { entries: BTreeMap::new(), names: names.collect() }
    }

    pub(super) fn insert(
        &mut self,
        member: Member,
        collector: Collector,
        value: Arc<dyn Any + Send + Sync>,
        families: Vec<Exposed>,
    ) -> Result<Registration, Error> {
        let registration = next();
        let mut names = Vec::new();
        for (family, exposed) in families {
            for name in exposed {
                let owner = Owner { family: Arc::clone(&family), registration };
                match self.names.get(&name) {
                    None => {
                        names.push(name.clone());
                        self.names.insert(name, owner);
                    }
                    Some(there) => {
                        let error = self.taken(&name, &owner, there);
                        names.iter().for_each(|name| drop(self.names.remove(name)));
                        return Err(error);
                    }
                }
            }
        }
        self.enter(registration, member, collector, value, names);
        Ok(registration)
    }

    /// Adds what has no names yet.
    pub(super) fn append(
        &mut self,
        member: Member,
        collector: Collector,
        value: Arc<dyn Any + Send + Sync>,
    ) -> Registration {
        let registration = next();
        self.enter(registration, member, collector, value, Vec::new());
        registration
    }

    fn enter(
        &mut self,
        registration: Registration,
        member: Member,
        collector: Collector,
        value: Arc<dyn Any + Send + Sync>,
        names: Vec<String>,
    ) {
        let registered = Registered { registration, collector, value };
        self.entries.insert(registration, Entry { registered, member, names });
    }

    fn taken(&self, name: &str, new: &Owner, there: &Owner) -> Error {
        let (family, other) = (&new.family, &there.family);
        let text = match there.registration {
            OURS => format!("metric {family:?}: the registry itself exposes {name:?}; choose another name"),
            same if same == new.registration => {
                format!("metric {family:?}: the collector exposes {name:?} twice, the other time as {other:?}")
            }
            _ => format!(
                "metric {family:?}: {name:?} is exposed already, by the registered metric {other:?}; \
                 use that, unregister it, or choose another name"
            ),
        };
        let existing = self.entries.get(&there.registration).map(|entry| entry.registered.clone());
        Error::new(ErrorKind::Duplicate, text).with_existing(existing)
    }

    pub(super) fn remove(&mut self, registration: Registration) -> Option<Registered> {
        let entry = self.entries.remove(&registration)?;
        entry.names.iter().for_each(|name| drop(self.names.remove(name)));
        Some(entry.registered)
    }

    pub(super) fn find(&self, name: &str) -> Option<Registered> {
        let owner = self.names.get(name)?;
        self.entries.get(&owner.registration).map(|entry| entry.registered.clone())
    }

    pub(super) fn members(&self) -> Vec<Member> {
        self.entries.values().map(|entry| entry.member.clone()).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

fn next() -> Registration {
    static LAST: AtomicU64 = AtomicU64::new(OURS.0);
    Registration(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}
