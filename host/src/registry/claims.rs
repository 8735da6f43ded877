use super::book::Owners;
use super::exposed::all_names;
use crate::registered::Registration;
use crate::sync::Seed;
use narthex_core::Desc;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Who has which name on a page: a page with a name twice is refused whole by its readers.
///
/// A name that was registered when the page began belongs to what it was registered for; another belongs to the first that
/// gives it. What was decided once stays so for the page, because a page goes on by the number of a family.
pub(super) struct Claims {
    registered: Arc<Owners>,
    claimed: Mutex<HashMap<Box<str>, Claim, Seed>>,
}

struct Claim {
    /// The number of the collector on the page.
    part: usize,
    family: Arc<str>,
}

impl Claims {
    pub(super) fn new(registered: Arc<Owners>) -> Self {
        Self { registered, claimed: Mutex::default() }
    }

    /// Gives a family's names to a part of the page.
    ///
    /// # Errors
    ///
    /// What else has one of them, in words.
    pub(super) fn claim(&self, part: usize, registration: Registration, desc: &Desc<'_>) -> Result<Arc<str>, String> {
        let family: Arc<str> = String::from_iter(desc.name()).into();
        let mut claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner); // no code of a user runs meanwhile
        let (mut taken, mut is_new) = (None, false);
        all_names(desc, |name| {
            let (is_mine, other) = match (self.registered.get(name), claimed.get(name)) {
                (Some(owner), _) if owner.registration != registration => (false, &owner.family),
                (_, Some(claim)) => (claim.part == part && claim.family == family, &claim.family),
                _ => {
                    is_new = true;
                    return true;
                }
            };
            if !is_mine {
                let text = format!("metric {family:?} was left out: {name:?} is exposed already, by metric {other:?}");
                taken = Some(text);
            }
            is_mine
        });
        if let Some(taken) = taken {
            return Err(taken);
        }
        if is_new {
            all_names(desc, |name| {
                claimed.insert(name.into(), Claim { part, family: Arc::clone(&family) });
                true
            });
        }
        Ok(family)
    }
}
