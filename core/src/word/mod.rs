//! The only place with atomics and target `cfg`.
//!
//! A [`Word32`] or [`Word64`] is one machine word that main code and interrupts may update at once.
//!
//! | | 32 bits | 64 bits | [`section`] |
//! | --- | --- | --- | --- |
//! | 64-bit atomics (x86, x86-64, aarch64, riscv64, …) | atomic | atomic | nothing |
//! | 32-bit atomics (Cortex-M3/M4/M7/M33, riscv32imac) | atomic | critical section | critical section |
//! | no compare-and-swap (Cortex-M0, riscv32imc, AVR) | critical section | critical section | critical section |
//!
//! `portable_atomic::AtomicU64` is not used where it is not native: its fallback there is a spin lock, which an
//! interrupt that touches the same word would spin on for ever.

#[cfg_attr(target_has_atomic = "64", path = "word32.rs")]
#[cfg_attr(not(target_has_atomic = "64"), path = "section32.rs")]
#[allow(dead_code, reason = "a state word is never added to")]
#[allow(clippy::duplicate_mod, reason = "one source, two words: which one a target uses for which differs")]
mod state32;
#[cfg_attr(not(target_has_atomic = "32"), path = "section32.rs")]
#[allow(dead_code, reason = "only a state word is peeked at")]
mod word32;
#[cfg_attr(not(target_has_atomic = "64"), path = "section64.rs")]
mod word64;
mod zero;

/// A word that is compared and replaced more often than added to: in a section where sections are cheap.
pub(crate) use state32::Word32 as StateWord;
pub use word32::Word32;
pub use word64::{Section, Word64, section};
pub use zero::Zero;

impl Default for Word32 {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Word64 {
    fn default() -> Self {
        Self::new()
    }
}

/// Runs `f` with exclusion between threads and interrupts alike, on every target.
///
/// For the rare structural change (a series inserted, an info replaced); never for an update of a number.
pub(crate) fn exclusive<R>(f: impl FnOnce(critical_section::CriticalSection<'_>) -> R) -> R {
    critical_section::with(f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_update() {
        let w = Word64::new();
        w.store(u64::MAX);
        w.add(2);
        assert_eq!(w.load(), 1);
        assert_eq!(w.update(|v| if v == 1 { Some(7) } else { None }), Ok(1));
        assert_eq!(w.update(|_| None), Err(7));

        let w = Word32::new();
        w.store(u32::MAX);
        w.add(3);
        assert_eq!(w.load(), 2);
        assert_eq!(w.update(|v| v.checked_mul(2)), Ok(2));
        assert_eq!(w.load(), 4);
    }

    #[test]
    fn a_section_reads_and_writes_several_words() {
        let (a, b) = (Word64::new(), Word64::new());
        section(|s| {
            a.add_in(s, 1);
            b.store_in(s, 5);
        });
        assert_eq!(section(|s| (a.load_in(s), b.load_in(s))), (1, 5));
    }
}
