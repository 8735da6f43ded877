//! The place of one series' label text, and who may touch it.
//!
//! A slot's state is one word: whether the series is live, how many pins hold the slot, and a fingerprint of the text.
//!
//! * Text is written only inside [`exclusive`](crate::word), into a slot that is neither live nor pinned.
//! * Text is read only while a pin is held, and a pin is taken only on a live slot, in one step with the check.
//! * Removing a series clears the live bit; the slot is free when the last pin has gone.
//!
//! So a handle that outlives its series never meets another one's updates. The fingerprint only saves comparisons:
//! equality of the text decides.

use crate::label::TextArray;
use crate::word::{StateWord, Zero};
use core::cell::UnsafeCell;

const LIVE: u32 = 1 << 31;
const PIN: u32 = 1 << 16;
const PINS: u32 = LIVE - PIN; // all ones: pinned for ever
const FINGERPRINT: u32 = PIN - 1;
const END: u8 = 0xFF; // after each value; never part of UTF-8

/// Why a series could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// Every slot of the family holds a live or a still referenced series.
    Full,
    /// The values, with one byte more for each, do not fit into the text of a slot. They are never cut.
    TextTooLong,
}

impl core::fmt::Display for Refused {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Refused::Full => "the family has no slot left for another series",
            Refused::TextTooLong => "the label values do not fit into the text of a series",
        })
    }
}

impl core::error::Error for Refused {}

/// Label values, one after the other.
pub(super) type Text<const TEXT: usize> = heapless::Vec<u8, TEXT, u16>;

pub(super) struct Slot<const TEXT: usize> {
    state: StateWord,
    text: UnsafeCell<Text<TEXT>>,
}

// SAFETY: the text is written with exclusion while nobody can hold a pin, and read only through a pin.
unsafe impl<const TEXT: usize> Sync for Slot<TEXT> {}

impl<const TEXT: usize> Zero for Slot<TEXT> {
    const ZERO: Self = Self { state: StateWord::new(), text: UnsafeCell::new(Text::new()) };
}

impl<const TEXT: usize> Slot<TEXT> {
    /// A pin, if the slot is live and, as far as the fingerprint tells, holds this text.
    #[inline]
    pub(super) fn pin(&self, fingerprint: u32) -> Option<Pin<'_>> {
        let wanted = LIVE | fingerprint;
        if self.state.load() & (LIVE | FINGERPRINT) != wanted {
            return None;
        }
        self.state.update(|s| (s & (LIVE | FINGERPRINT) == wanted).then(|| pinned(s))).ok()?;
        Some(Pin(&self.state))
    }

    /// A pin, if the slot is live.
    pub(super) fn pin_live(&self) -> Option<Pin<'_>> {
        self.state.update(|s| (s & LIVE != 0).then(|| pinned(s))).ok()?;
        Some(Pin(&self.state))
    }

    pub(super) fn is_free(&self) -> bool {
        self.state.load() & (LIVE | PINS) == 0
    }

    pub(super) fn is_live(&self) -> bool {
        self.state.load() & LIVE != 0
    }

    /// The values of a pinned slot.
    pub(super) fn values<'p>(&'p self, _: &'p Pin<'_>) -> &'p [u8] {
        // SAFETY: a pin is held, so nobody writes.
        let text = unsafe { &*self.text.get() };
        text
    }

    /// Fills a free slot and pins it. `prepare` runs before the series can be seen.
    ///
    /// # Safety
    ///
    /// The caller excludes every other caller of `fill`, and has seen the slot free within that exclusion.
    pub(super) unsafe fn fill(&self, values: &[&str], fingerprint: u32, prepare: impl FnOnce()) -> Pin<'_> {
        // SAFETY: the slot is free and stays so until it is live again, so that nobody reads or writes.
        let text = unsafe { &mut *self.text.get() };
        write(text, values);
        prepare();
        self.state.store(LIVE | PIN | fingerprint);
        Pin(&self.state)
    }
}

/// One reference to a slot.
pub(super) struct Pin<'a>(&'a StateWord);

impl Pin<'_> {
    /// Takes the series out of the family; whether this call did.
    pub(super) fn remove(&self) -> bool {
        self.0.update(|s| (s & LIVE != 0).then_some(s & !LIVE)).is_ok()
    }

    pub(super) fn is_live(&self) -> bool {
        self.0.load() & LIVE != 0
    }
}

impl Clone for Pin<'_> {
    fn clone(&self) -> Self {
        let _ = self.0.update(|s| Some(pinned(s)));
        Pin(self.0)
    }
}

impl Drop for Pin<'_> {
    #[inline]
    fn drop(&mut self) {
        let _ = self.0.update(|s| (s & PINS != PINS).then(|| s.wrapping_sub(PIN)));
    }
}

fn pinned(state: u32) -> u32 {
    if state & PINS == PINS { state } else { state.wrapping_add(PIN) }
}

/// Sixteen bits that tell most texts apart.
#[inline]
pub(super) fn fingerprint(values: &[&str]) -> u32 {
    let mut hash = 0_u32;
    for value in values {
        for byte in value.bytes() {
            hash = hash.wrapping_mul(31).wrapping_add(u32::from(byte));
        }
        hash = hash.wrapping_mul(31);
    }
    (hash ^ (hash >> 16)) & FINGERPRINT
}

/// Whether `text` is exactly `values`.
#[inline]
pub(super) fn equal(text: &[u8], values: &[&str]) -> bool {
    let mut text = text.iter();
    for value in values {
        for byte in value.as_bytes() {
            if text.next() != Some(byte) {
                return false;
            }
        }
        if text.next() != Some(&END) {
            return false;
        }
    }
    text.as_slice().is_empty()
}

pub(super) fn fits<const TEXT: usize>(values: &[&str]) -> Result<(), Refused> {
    let len = values.iter().fold(0_usize, |sum, v| sum.saturating_add(v.len()).saturating_add(1));
    if len <= TEXT { Ok(()) } else { Err(Refused::TextTooLong) }
}

/// Replaces `text` by `values`, which fit.
pub(super) fn write<const TEXT: usize>(text: &mut Text<TEXT>, values: &[&str]) {
    text.clear();
    for value in values {
        for byte in value.bytes().chain([END]) {
            let _ = text.push(byte);
        }
    }
}

/// The values in `text`, as many as the array holds.
pub(super) fn read<'a, T: TextArray<'a>>(mut text: &'a [u8]) -> T {
    let mut values = T::EMPTY;
    for value in values.as_mut() {
        let end = text.iter().position(|byte| *byte == END).unwrap_or(text.len());
        let (head, rest) = text.split_at_checked(end).unwrap_or_default();
        // SAFETY: `write` put a whole `&str` before each END, a byte that UTF-8 never holds.
        *value = unsafe { core::str::from_utf8_unchecked(head) };
        text = rest.get(1..).unwrap_or_default();
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kept_exactly() {
        for values in [["", ""], ["GET", "200"], ["ab", "c"], ["a", "bc"], ["é\u{10FFFF}", "\0"]] {
            let mut text = Text::<16>::new();
            assert_eq!(fits::<16>(&values), Ok(()));
            write(&mut text, &values);
            assert_eq!(read::<[&str; 2]>(&text), values);
            assert!(equal(&text, &values));
            assert!(!equal(&text, &[values[0]]));
            assert!(!equal(&text, &[values[0], values[1], ""]));
        }
        let mut text = Text::<16>::new();
        write(&mut text, &["ab", "c"]);
        assert!(!equal(&text, &["a", "bc"]));
        assert_eq!(fits::<8>(&["GET", "200"]), Ok(()));
        assert_eq!(fits::<7>(&["GET", "200"]), Err(Refused::TextTooLong));
    }

    #[test]
    fn pins_saturate_and_never_free_the_slot() {
        let slot = Slot::<4>::ZERO;
        // SAFETY: nobody else knows the slot, and it is new.
        let pin = unsafe { slot.fill(&["a"], 7, || ()) };
        for _ in 0..40_000 {
            core::mem::forget(pin.clone());
            if cfg!(miri) && slot.state.load() & PINS == 64 * PIN {
                slot.state.store(LIVE | PINS | 7);
            }
        }
        for _ in 0..40_000 {
            drop(Pin(&slot.state));
        }
        assert!(pin.remove());
        drop(pin);
        assert!(!slot.is_free() && !slot.is_live());
    }
}
