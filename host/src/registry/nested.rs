//! Registries in registries.

use super::book::{Owners, exposed_already};
use super::exposed::Exposed;
use super::failure::Guarded;
use super::part::Part;
use super::scope::Scope;
use super::snapshot::Snapshot;
use super::{Inner, Registry};
use crate::error::{Error, ErrorKind};
use crate::registered::Registered;
use narthex_core::{Collect, CollectError, Desc, Flow, Sink};
use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

/// The registry that a collector is, owned or borrowed.
pub(super) fn registry(collector: &dyn Any) -> Option<Registry> {
    let shared = || collector.downcast_ref::<Arc<Registry>>().map(|registry| &**registry);
    let fixed = || collector.downcast_ref::<&'static Registry>().copied();
    let boxed = || collector.downcast_ref::<Box<Registry>>().map(|registry| &**registry);
    collector.downcast_ref::<Registry>().or_else(shared).or_else(fixed).or_else(boxed).cloned()
}

impl Registry {
    /// The collectors for one page, those of nested registries among them: each has a position of its own there. And who
    /// has which name at the same moment.
    pub(super) fn parts(&self) -> Flow<(Vec<Part>, Arc<Owners>)> {
        let only = self.0.only.as_ref();
        let (taken, owners) = {
            let book = self.book(); // not for longer: a source may use the registry
            (book.taken_out(self.0.scope.as_ref(), only), book.owners())
        };
        let mut parts = Vec::with_capacity(taken.len());
        self.once(|| {
            taken.into_iter().for_each(|taken| taken.parts(&mut parts));
            Ok(())
        })?;
        if let Some(only) = only {
            let wanted = parts.into_iter().filter(|part| part.has_any(only));
            parts = wanted.map(|part| part.around(|collector| only.of(collector))).collect();
        }
        Ok((parts, owners))
    }

    /// What is registered here and exposes a name, the family, and the scope that it is in.
    pub(super) fn exposer(&self, name: &str) -> Option<(Registered, String, Option<Arc<Scope>>)> {
        if let Some((registered, family, scope)) = self.book().find(name) {
            return Some((registered.clone(), family.to_string(), scope.cloned()));
        }
        let nested = self.book().nested();
        nested.into_iter().find_map(|nested| {
            let family = match &nested.scope {
                None => nested.registry.exposes(name)?,
                Some(scope) => scope.outer_name(&nested.registry.exposes(scope.inner_name(name)?)?),
            };
            Some((nested.registered, family, nested.scope))
        })
    }

    /// The family that exposes a name in this part of a registry.
    fn exposes(&self, name: &str) -> Option<String> {
        let (registered, family, scope) = self.once(|| Ok(self.exposer(name))).ok()??;
        let is_in = |outer: &Arc<Scope>| scope.is_some_and(|scope| scope.is_in(outer));
        let is_wanted = || {
            let mut wanted = false;
            let _ = Guarded::new(registered.collector()).describe(&mut |desc| {
                wanted |= desc.suffix_of(name).is_some() && self.wants(desc);
                Ok(())
            });
            wanted
        };
        let is_here = self.0.scope.as_ref().is_none_or(is_in) && (self.0.only.is_none() || is_wanted());
        is_here.then_some(family)
    }

    /// # Errors
    ///
    /// When a nested registry has one of the names.
    pub(super) fn free_in_nested(&self, families: &[Exposed]) -> Result<(), Error> {
        let is_nested = |name: &&String| self.book().find(name).is_none();
        if self.book().nested().is_empty() {
            return Ok(());
        }
        for Exposed { family, names } in families {
            for name in names.iter().filter(is_nested) {
                if let Some((existing, other, _)) = self.exposer(name) {
                    let error = Error::new(ErrorKind::Duplicate, exposed_already(family, name, &other));
                    return Err(error.with_existing(Some(existing)));
                }
            }
        }
        Ok(())
    }

    /// Runs `f`, unless this thread is in the middle of the same for this registry.
    fn once<T>(&self, f: impl FnOnce() -> Flow<T>) -> Flow<T> {
        thread_local!(static INSIDE: RefCell<Vec<*const Inner>> = const { RefCell::new(Vec::new()) });
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                INSIDE.with_borrow_mut(Vec::pop);
            }
        }

        let this = Arc::as_ptr(&self.0);
        if INSIDE.with_borrow(|inside| inside.contains(&this)) {
            return Err(CollectError::new(&"a registry contains itself").into());
        }
        INSIDE.with_borrow_mut(|inside| inside.push(this));
        let _leave = Leave;
        f()
    }
}

/// A registry in a collector of another kind. The registry that an exposition starts from counts the failures; this one
/// answers with the first of its own, when all that it has has been collected.
impl Collect for Registry {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        let snapshot = Snapshot::new(self, self.parts()?);
        self.once(|| snapshot.describe_parts(each))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        let snapshot = Snapshot::new(self, self.parts()?);
        self.once(|| snapshot.collect_parts(sink, &mut |_, _| {}))
    }
}
