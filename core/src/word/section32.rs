//! 32-bit words on targets without compare-and-swap.

use core::cell::Cell;
use critical_section::Mutex;

/// A 32-bit word that any context may update.
pub struct Word32(Mutex<Cell<u32>>);

impl Word32 {
    /// A word that holds zero.
    pub const fn new() -> Self {
        Self(Mutex::new(Cell::new(0)))
    }

    /// The value now.
    pub fn load(&self) -> u32 {
        critical_section::with(|cs| self.0.borrow(cs).get())
    }

    /// Replaces the value.
    pub fn store(&self, value: u32) {
        critical_section::with(|cs| self.0.borrow(cs).set(value));
    }

    /// Adds, wrapping.
    pub fn add(&self, value: u32) {
        critical_section::with(|cs| {
            let cell = self.0.borrow(cs);
            cell.set(cell.get().wrapping_add(value));
        });
    }

    /// Replaces `old` by `new` in one step, or answers what is there instead; now and then that is `old` itself.
    #[inline]
    pub fn replace(&self, old: u32, new: u32) -> Result<(), u32> {
        self.update(|now| (now == old).then_some(new)).map(drop)
    }

    /// Replaces the value with what `f` makes of it, in one step; answers the old value, as `Err` where `f` declined.
    pub fn update(&self, mut f: impl FnMut(u32) -> Option<u32>) -> Result<u32, u32> {
        critical_section::with(|cs| {
            let cell = self.0.borrow(cs);
            let old = cell.get();
            cell.set(f(old).ok_or(old)?);
            Ok(old)
        })
    }
}
