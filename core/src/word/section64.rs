//! 64-bit words on targets without native 64-bit atomics.

use core::cell::Cell;
use critical_section::{CriticalSection, Mutex};

/// Proof that the caller is inside [`section`]: nothing that the critical section masks can run.
pub type Section<'a> = CriticalSection<'a>;

/// Groups updates of several words into one step for everything that the critical section masks.
#[inline]
pub fn section<R>(f: impl FnOnce(Section<'_>) -> R) -> R {
    critical_section::with(f)
}

/// A 64-bit word that any context may update.
pub struct Word64(Mutex<Cell<u64>>);

impl Word64 {
    /// A word that holds zero.
    pub const fn new() -> Self {
        Self(Mutex::new(Cell::new(0)))
    }

    /// The value now.
    #[inline]
    pub fn load(&self) -> u64 {
        section(|s| self.load_in(s))
    }

    /// Replaces the value.
    #[inline]
    pub fn store(&self, value: u64) {
        section(|s| self.store_in(s, value));
    }

    /// Adds, wrapping.
    #[inline]
    pub fn add(&self, value: u64) {
        section(|s| self.add_in(s, value));
    }

    /// Replaces the value with what `f` makes of it, in one step; answers the old value, as `Err` where `f` declined.
    #[inline]
    pub fn update(&self, f: impl FnMut(u64) -> Option<u64>) -> Result<u64, u64> {
        section(|s| self.update_in(s, f))
    }

    /// [`load`](Self::load) inside a section.
    #[inline]
    pub fn load_in(&self, s: Section<'_>) -> u64 {
        self.0.borrow(s).get()
    }

    /// [`store`](Self::store) inside a section.
    #[inline]
    pub fn store_in(&self, s: Section<'_>, value: u64) {
        self.0.borrow(s).set(value);
    }

    /// [`add`](Self::add) inside a section.
    #[inline]
    pub fn add_in(&self, s: Section<'_>, value: u64) {
        let cell = self.0.borrow(s);
        cell.set(cell.get().wrapping_add(value));
    }

    /// [`update`](Self::update) inside a section.
    #[inline]
    pub fn update_in(&self, s: Section<'_>, mut f: impl FnMut(u64) -> Option<u64>) -> Result<u64, u64> {
        let cell = self.0.borrow(s);
        let old = cell.get();
        cell.set(f(old).ok_or(old)?);
        Ok(old)
    }
}
