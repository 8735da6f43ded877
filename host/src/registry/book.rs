use super::member::Member;
use super::restricted::Names;
use super::scope::Scope;
use super::snapshot::ERRORS;
use crate::error::{Error, ErrorKind};
use crate::registered::{Collector, Registered, Registration};
use std::any::Any;
use std::collections::{BTreeMap, HashMap, HashSet};
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
    scope: Option<Arc<Scope>>,
    names: Vec<String>,
}

struct Owner {
    family: Arc<str>,
    registration: Registration,
}

/// Owns the names of what the registry exposes itself.
const OURS: Registration = Registration(0);
/// What the metrics are of: the first of them.
pub(super) const TARGET: Registration = Registration(1);

/// What is to be registered.
pub(super) struct New {
    pub(super) member: Member,
    pub(super) collector: Collector,
    pub(super) value: Arc<dyn Any + Send + Sync>,
    pub(super) scope: Option<Arc<Scope>>,
}

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

    pub(super) fn insert(&mut self, new: New, families: Vec<Exposed>) -> Result<Registration, Error> {
        self.insert_as(next(), new, families)
    }

    pub(super) fn insert_as(
        &mut self,
        registration: Registration,
        new: New,
        families: Vec<Exposed>,
    ) -> Result<Registration, Error> {
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
        self.enter(registration, new, names);
        Ok(registration)
    }

    /// Adds what has no names yet.
    pub(super) fn append(&mut self, new: New) -> Registration {
        let registration = next();
        self.enter(registration, new, Vec::new());
        registration
    }

    fn enter(&mut self, registration: Registration, new: New, names: Vec<String>) {
        let New { member, collector, value, scope } = new;
        let registered = Registered { registration, collector, value };
        self.entries.insert(registration, Entry { registered, member, scope, names });
    }

    pub(super) fn get(&self, registration: Registration) -> Option<&Registered> {
        self.entries.get(&registration).map(|entry| &entry.registered)
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

    /// What is in a scope, in order.
    pub(super) fn members(&self, scope: Option<&Arc<Scope>>) -> Vec<Member> {
        self.within(scope).map(|entry| entry.member.clone()).collect()
    }

    /// What of that exposes one of these names, or cannot say what it exposes.
    pub(super) fn members_of(&self, names: &Names, scope: Option<&Arc<Scope>>) -> Vec<Member> {
        let owners: HashSet<Registration> =
            names.iter().filter_map(|name| self.names.get(name)).map(|owner| owner.registration).collect();
        let is_wanted = |entry: &&Entry| entry.names.is_empty() || owners.contains(&entry.registered.registration);
        self.within(scope).filter(is_wanted).map(|entry| entry.member.clone()).collect()
    }

    pub(super) fn may_block(&self, scope: Option<&Arc<Scope>>) -> bool {
        self.within(scope).any(|entry| entry.member.may_block())
    }

    fn within(&self, scope: Option<&Arc<Scope>>) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(move |entry| match scope {
            None => true,
            Some(scope) => entry.scope.as_ref().is_some_and(|of| of.is_in(scope)),
        })
    }

    pub(super) fn len(&self, scope: Option<&Arc<Scope>>) -> usize {
        self.within(scope).count()
    }
}

fn next() -> Registration {
    static LAST: AtomicU64 = AtomicU64::new(TARGET.0);
    Registration(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}
