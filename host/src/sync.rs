//! What threads of a family meet at. Under `cfg(loom)` loom takes its place and tries every order of events.

#[cfg(loom)]
use loom::sync as source;
#[cfg(not(loom))]
use std::sync as source;
use std::sync::PoisonError;

pub(crate) use source::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

#[cfg(loom)]
pub(crate) use loom::cell::UnsafeCell;

/// What loom has to check every access: here it is nothing more.
#[cfg(not(loom))]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(loom))]
impl<T> UnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    #[inline]
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// The seeds of a family's hashes: not to be guessed, and the same in each of loom's runs.
#[cfg(loom)]
pub(crate) type Seed = foldhash::fast::FixedState;
#[cfg(not(loom))]
pub(crate) type Seed = foldhash::fast::RandomState;

/// How many series are allocated together. Loom keeps a record of each.
pub(crate) const CHUNK: usize = if cfg!(loom) { 2 } else { 16 };

/// How many entries the table of a family without series has, a power of two. Loom is to see it grow.
pub(crate) const SMALLEST_TABLE: usize = if cfg!(loom) { 2 } else { 8 };

/// A lock that a panic does not break: no code of a user runs while one is held.
pub(crate) struct Mutex<T>(source::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(source::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> source::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
