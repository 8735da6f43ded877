use super::Registry;
use super::exposed::all_names;
use crate::registered::Registration;
use crate::sync::Seed;
use narthex_core::Desc;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Who has which name on a page: a page with a name twice is refused whole by its readers.
///
/// A name that is registered belongs to what it is registered for; another belongs to the first that gives it. What was
/// decided once stays so for the page, because a page goes on by the number of a family.
pub(super) struct Claims {
    registry: Registry,
    owners: Mutex<HashMap<Box<str>, Owner, Seed>>,
}

struct Owner {
    /// The number of the collector on the page; nothing for one that need not be asked.
    part: Option<usize>,
    family: Arc<str>,
}

impl Claims {
    pub(super) fn new(registry: Registry) -> Self {
        Self { registry, owners: Mutex::default() }
    }

    /// Gives a family's names to a part of the page.
    ///
    /// # Errors
    ///
    /// What else has one of them, in words.
    pub(super) fn claim(&self, part: usize, registration: Registration, desc: &Desc<'_>) -> Result<Arc<str>, String> {
        let family: Arc<str> = String::from_iter(desc.name()).into();
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner); // no code of a user runs meanwhile
        let (mut taken, mut is_new) = (None, false);
        all_names(desc, |name| {
            let owner = match owners.get(name) {
                Some(owner) => owner,
                None => match self.registry.owner(name, registration) {
                    Some(family) => owners.entry(name.into()).or_insert(Owner { part: None, family }),
                    None => {
                        is_new = true;
                        return true;
                    }
                },
            };
            let mine = owner.part == Some(part) && owner.family == family;
            if !mine {
                let other = &owner.family;
                taken =
                    Some(format!("metric {family:?} was left out: {name:?} is exposed already, by metric {other:?}"));
            }
            mine
        });
        if let Some(taken) = taken {
            return Err(taken);
        }
        if is_new {
            all_names(desc, |name| {
                owners.insert(name.into(), Owner { part: Some(part), family: Arc::clone(&family) });
                true
            });
        }
        Ok(family)
    }
}
