//! 64-bit words on targets with native 64-bit atomics.

use core::marker::PhantomData;
use core::sync::atomic::{AtomicU64, Ordering};

/// Proof that the caller is inside [`section`]. Here it excludes nobody: each word is atomic on its own.
#[derive(Clone, Copy)]
pub struct Section<'a>(PhantomData<&'a ()>);

/// Groups updates of several words. Here they are not one step for other threads; but who loads, in a section, words in
/// the opposite order of that in which they are updated sees no later update without the earlier ones.
#[inline]
pub fn section<R>(f: impl FnOnce(Section<'_>) -> R) -> R {
    f(Section(PhantomData))
}

/// A 64-bit word that any context may update.
pub struct Word64(AtomicU64);

impl Word64 {
    /// A word that holds zero.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// The value now.
    #[inline]
    pub fn load(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Replaces the value.
    #[inline]
    pub fn store(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// Adds, wrapping.
    #[inline]
    pub fn add(&self, value: u64) {
        self.0.fetch_add(value, Ordering::Relaxed);
    }

    /// Replaces the value with what `f` makes of it, in one step; answers the old value, as `Err` where `f` declined.
    /// Releases what was done before, for [`update_in`](Self::update_in).
    #[inline]
    pub fn update(&self, mut f: impl FnMut(u64) -> Option<u64>) -> Result<u64, u64> {
        self.0.fetch_update(Ordering::Release, Ordering::Relaxed, &mut f)
    }

    /// [`load`](Self::load) inside a section.
    #[inline]
    pub fn load_in(&self, _: Section<'_>) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// [`store`](Self::store) inside a section.
    #[inline]
    pub fn store_in(&self, _: Section<'_>, value: u64) {
        self.store(value);
    }

    /// [`add`](Self::add) inside a section.
    #[inline]
    pub fn add_in(&self, _: Section<'_>, value: u64) {
        self.0.fetch_add(value, Ordering::Release);
    }

    /// [`update`](Self::update) inside a section.
    #[inline]
    pub fn update_in(&self, _: Section<'_>, f: impl FnMut(u64) -> Option<u64>) -> Result<u64, u64> {
        self.update(f)
    }
}
