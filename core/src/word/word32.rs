//! 32-bit words on targets with 32-bit compare-and-swap.

use portable_atomic::{AtomicU32, Ordering};

/// A 32-bit word that any context may update.
pub struct Word32(AtomicU32);

impl Word32 {
    /// A word that holds zero.
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// The value now.
    #[inline]
    pub fn load(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }

    /// The value now or a moment ago, to save work that turns out not to be needed.
    #[inline]
    pub(crate) fn peek(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Replaces the value.
    #[inline]
    pub fn store(&self, value: u32) {
        self.0.store(value, Ordering::Release);
    }

    /// Adds, wrapping.
    #[inline]
    pub fn add(&self, value: u32) {
        self.0.fetch_add(value, Ordering::Relaxed);
    }

    /// Replaces the value with what `f` makes of it, in one step; answers the old value, as `Err` where `f` declined.
    #[inline]
    pub fn update(&self, mut f: impl FnMut(u32) -> Option<u32>) -> Result<u32, u32> {
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, &mut f)
    }
}
