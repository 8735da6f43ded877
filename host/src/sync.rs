//! What threads of a family meet at. Under `cfg(loom)` loom takes its place and tries every order of events.

#[cfg(loom)]
use loom::sync as source;
#[cfg(not(loom))]
use std::sync as source;
use std::sync::PoisonError;

pub(crate) use source::atomic::{AtomicBool, AtomicU64, Ordering};
pub(crate) use source::{RwLockReadGuard, RwLockWriteGuard};

/// The seeds of a family's hashes: not to be guessed, and the same in each of loom's runs.
#[cfg(loom)]
pub(crate) type Seed = foldhash::fast::FixedState;
#[cfg(not(loom))]
pub(crate) type Seed = foldhash::fast::RandomState;

/// How many shards an index has. Loom tries all orders of all of them.
pub(crate) const SHARDS: usize = if cfg!(loom) { 2 } else { 16 };

/// A lock that a panic does not break: no code of a user runs while one is held.
pub(crate) struct RwLock<T>(source::RwLock<T>);

impl<T> RwLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(source::RwLock::new(value))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
