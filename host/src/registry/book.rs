use super::exposed::Exposed;
use super::part::{Member, Taken};
use super::restricted::Names;
use super::scope::Scope;
use super::snapshot::ERRORS;
use super::{Registry, exposed::all_names};
use crate::error::{Error, ErrorKind};
use crate::registered::{Collector, Registered, Registration};
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is registered, in the order of registration, and under which exposed names.
pub(super) struct Book {
    entries: BTreeMap<Registration, Entry>,
    /// Shared with the pages that are being made: each goes by what was registered when it began.
    names: Arc<Owners>,
    nested: BTreeSet<Registration>,
    /// What the metrics are of: before all others.
    target: Option<Registration>,
}

struct Entry {
    registered: Registered,
    member: Member,
    scope: Option<Arc<Scope>>,
    names: Vec<String>,
}

/// Which family of what has a name.
pub(super) type Owners = HashMap<String, Owner>;

#[derive(Clone)]
pub(super) struct Owner {
    pub(super) family: Arc<str>,
    pub(super) registration: Registration,
}

/// Owns the names of what the registry exposes itself.
const OURS: Registration = Registration(0);

/// What is to be registered; `collector` is in the scope.
pub(super) struct New {
    pub(super) member: Member,
    pub(super) collector: Collector,
    pub(super) value: Arc<dyn Any + Send + Sync>,
    pub(super) scope: Option<Arc<Scope>>,
}

/// A registry in this one, and where it is registered.
pub(super) struct Nested {
    pub(super) registered: Registered,
    pub(super) scope: Option<Arc<Scope>>,
    pub(super) registry: Registry,
}

impl Book {
    pub(super) fn new() -> Self {
        let family: Arc<str> = String::from_iter(ERRORS.name()).into();
        let mut names = HashMap::new();
        all_names(&ERRORS, |name| {
            names.insert(name.to_string(), Owner { family: Arc::clone(&family), registration: OURS });
            true
        });
        Self { entries: BTreeMap::new(), names: Arc::new(names), nested: BTreeSet::new(), target: None }
    }

    pub(super) fn insert(&mut self, new: New, families: Vec<Exposed>) -> Result<Registration, Error> {
        let registration = next();
        let mut names = Vec::new();
        for Exposed { family, names: exposed } in families {
            for name in exposed {
                let owner = Owner { family: Arc::clone(&family), registration };
                match self.names.get(&name) {
                    None => {
                        names.push(name.clone());
                        Arc::make_mut(&mut self.names).insert(name, owner);
                    }
                    Some(there) => {
                        let error = self.taken(&name, &owner, there);
                        self.free(&names);
                        return Err(error);
                    }
                }
            }
        }
        // a registry is asked for its names whenever one is looked for: they come and go
        if let Member::Registry(_) = new.member {
            self.free(&std::mem::take(&mut names));
            self.nested.insert(registration);
        }
        self.enter(registration, new, names);
        Ok(registration)
    }

    pub(super) fn insert_target(&mut self, new: New, families: Vec<Exposed>) -> Result<(), Error> {
        self.target = Some(self.insert(new, families)?);
        Ok(())
    }

    pub(super) fn target(&self) -> Option<&Registered> {
        self.entries.get(&self.target?).map(|entry| &entry.registered)
    }

    pub(super) fn remove_target(&mut self) -> Option<Registered> {
        self.remove(self.target?)
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

    fn taken(&self, name: &str, new: &Owner, there: &Owner) -> Error {
        let (family, other) = (&new.family, &there.family);
        let text = match there.registration {
            OURS => format!("metric {family:?}: the registry itself exposes {name:?}; choose another name"),
            same if same == new.registration => {
                format!("metric {family:?}: the collector exposes {name:?} twice, the other time as {other:?}")
            }
            _ => exposed_already(family, name, other),
        };
        let existing = self.entries.get(&there.registration).map(|entry| entry.registered.clone());
        Error::new(ErrorKind::Duplicate, text).with_existing(existing)
    }

    pub(super) fn remove(&mut self, registration: Registration) -> Option<Registered> {
        let entry = self.entries.remove(&registration)?;
        self.target.take_if(|target| *target == registration);
        self.free(&entry.names);
        self.nested.remove(&registration);
        Some(entry.registered)
    }

    fn free(&mut self, names: &[String]) {
        if !names.is_empty() {
            let owners = Arc::make_mut(&mut self.names);
            names.iter().for_each(|name| drop(owners.remove(name)));
        }
    }

    /// What exposes a name, the family, and the scope that it is in.
    pub(super) fn find(&self, name: &str) -> Option<(&Registered, &str, Option<&Arc<Scope>>)> {
        let owner = self.names.get(name)?;
        let entry = self.entries.get(&owner.registration)?;
        Some((&entry.registered, &owner.family, entry.scope.as_ref()))
    }

    /// The registries in this one.
    pub(super) fn nested(&self) -> Vec<Nested> {
        let nested = |registration| {
            let Entry { registered, member: Member::Registry(registry), scope, .. } = self.entries.get(registration)?
            else {
                return None;
            };
            Some(Nested { registered: registered.clone(), scope: scope.clone(), registry: registry.clone() })
        };
        self.nested.iter().filter_map(nested).collect()
    }

    /// Who has which name.
    pub(super) fn owners(&self) -> Arc<Owners> {
        Arc::clone(&self.names)
    }

    /// What is in a scope, in order; of that, what exposes one of these names or cannot say what it exposes.
    pub(super) fn taken_out(&self, scope: Option<&Arc<Scope>>, only: Option<&Arc<Names>>) -> Vec<Taken> {
        let taken = |entry: &Entry| Taken {
            registration: entry.registered.registration,
            collector: Arc::clone(&entry.registered.collector),
            member: entry.member.clone(),
            scope: entry.scope.clone(),
        };
        self.within(scope, only).map(taken).collect()
    }

    pub(super) fn may_block(&self, scope: Option<&Arc<Scope>>, only: Option<&Arc<Names>>) -> bool {
        self.within(scope, only).any(|entry| !matches!(entry.member, Member::Metric))
    }

    pub(super) fn len(&self, scope: Option<&Arc<Scope>>, only: Option<&Arc<Names>>) -> usize {
        self.within(scope, only).count()
    }

    fn within(&self, scope: Option<&Arc<Scope>>, only: Option<&Arc<Names>>) -> impl Iterator<Item = &Entry> {
        let wanted = only.map(|only| {
            let owners = only.iter().filter_map(|name| self.names.get(name));
            owners.map(|owner| owner.registration).collect::<HashSet<_>>()
        });
        let target = self.target.and_then(|target| self.entries.get(&target));
        let others = self.entries.values().filter(move |entry| Some(entry.registered.registration) != self.target);
        target.into_iter().chain(others).filter(move |entry| {
            let is_wanted =
                |wanted: &HashSet<_>| entry.names.is_empty() || wanted.contains(&entry.registered.registration);
            let is_in = |scope: &Arc<Scope>| entry.scope.as_ref().is_some_and(|of| of.is_in(scope));
            scope.is_none_or(is_in) && wanted.as_ref().is_none_or(is_wanted)
        })
    }
}

/// What is wrong with a name that something else has.
pub(super) fn exposed_already(family: &str, name: &str, other: &str) -> String {
    format!(
        "metric {family:?}: {name:?} is exposed already, by the registered metric {other:?}; \
         use that, unregister it, or choose another name"
    )
}

fn next() -> Registration {
    static LAST: AtomicU64 = AtomicU64::new(OURS.0);
    Registration(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}
