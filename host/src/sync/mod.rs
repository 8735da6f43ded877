//! What threads of a family meet at. Under `cfg(loom)` loom takes its place and tries every order of events.

#[cfg_attr(any(loom, miri), path = "fences.rs")]
#[cfg_attr(all(not(any(loom, miri)), target_os = "linux"), path = "membarrier.rs")]
#[cfg_attr(all(not(any(loom, miri)), not(target_os = "linux")), path = "no_membarrier.rs")]
pub(crate) mod asymmetric;

#[cfg(loom)]
use loom::sync as source;
#[cfg(not(loom))]
use std::sync as source;
use std::sync::{PoisonError, TryLockError};

pub(crate) use source::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

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

/// Up to how many it is kept sparse. Loom is to see searches that are long.
pub(crate) const SPARSE_TABLE: usize = if cfg!(loom) { 0 } else { 1024 };

/// How many of its entries are looked at together, a power of two as well.
pub(crate) const BUCKET: usize = if cfg!(loom) { 2 } else { 4 };

/// How many hazards a thread has. Loom is to see them run out.
pub(crate) const HAZARDS: usize = if cfg!(loom) { 2 } else { 16 };

/// What each thread has, from a constant.
#[cfg(not(loom))]
macro_rules! each_thread {
    ($($(#[$doc:meta])* static $name:ident: $of:ty = $value:expr;)*) => {
        std::thread_local! { $($(#[$doc])* static $name: $of = const { $value };)* }
    };
}
#[cfg(loom)]
macro_rules! each_thread {
    ($($(#[$doc:meta])* static $name:ident: $of:ty = $value:expr;)*) => {
        loom::thread_local! { $($(#[$doc])* static $name: $of = $value;)* }
    };
}
pub(crate) use each_thread;

/// What a process has one of; under loom, each of its runs, which drops it before the threads' own data: so it leaks.
#[cfg(not(loom))]
macro_rules! only_one {
    (fn $name:ident() -> $of:ty) => {
        fn $name() -> &'static $of {
            static ONLY: std::sync::LazyLock<$of> = std::sync::LazyLock::new(<$of>::default);
            &ONLY
        }
    };
}
#[cfg(loom)]
macro_rules! only_one {
    (fn $name:ident() -> $of:ty) => {
        fn $name() -> &'static $of {
            loom::lazy_static! { static ref ONLY: &'static $of = Box::leak(Box::default()); }
            *ONLY
        }
    };
}
pub(crate) use only_one;

/// A lock that a panic does not break: no code of a user runs while one is held.
pub(crate) struct Mutex<T>(source::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(source::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> source::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn try_lock(&self) -> Option<source::MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}
