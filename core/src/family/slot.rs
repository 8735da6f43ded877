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

use crate::cell::Cell;
use crate::word::{StateWord, Zero};
use core::cell::UnsafeCell;

const FINGERPRINT: u32 = LIVE - 1;
const LIVE: u32 = 1 << 16;
const PIN: u32 = 1 << 17;
const PINNED_FOR_EVER: u32 = u32::MAX - PIN + 1; // or more

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

pub(super) struct Slot<C, const TEXT: usize> {
    state: StateWord,
    text: UnsafeCell<Text<TEXT>>,
    pub(super) cell: C,
}

// SAFETY: the text is written with exclusion while nobody can hold a pin, and read only through a pin.
unsafe impl<C: Sync, const TEXT: usize> Sync for Slot<C, TEXT> {}

impl<C: Zero, const TEXT: usize> Zero for Slot<C, TEXT> {
    const ZERO: Self = Self { state: StateWord::new(), text: UnsafeCell::new(Text::new()), cell: C::ZERO };
}

impl<C: Cell, const TEXT: usize> Slot<C, TEXT> {
    /// A pin, if the slot is live and, as far as the fingerprint tells, holds this text.
    #[inline]
    fn pin(&self, fingerprint: u32) -> Option<Pin<'_>> {
        let candidate = |state| state & (LIVE | FINGERPRINT) == LIVE | fingerprint;
        if !candidate(self.state.peek()) {
            return None;
        }
        self.state.update(|s| candidate(s).then(|| pinned(s))).ok()?;
        Some(Pin(&self.state))
    }

    /// A pin, if the slot is live.
    pub(super) fn pin_live(&self) -> Option<Pin<'_>> {
        self.state.update(|s| (s & LIVE != 0).then(|| pinned(s))).ok()?;
        Some(Pin(&self.state))
    }

    pub(super) fn is_free(&self) -> bool {
        self.state.load() < LIVE
    }

    pub(super) fn is_live(&self) -> bool {
        self.state.load() & LIVE != 0
    }

    /// The values of a pinned slot.
    pub(super) fn values<'p>(&'p self, _: &'p Pin<'_>) -> &'p [u8] {
        // SAFETY: a pin is held, so nobody writes.
        unsafe { &*self.text.get() }
    }

    /// Makes a free slot a live series that starts at zero, and pins it.
    ///
    /// # Safety
    ///
    /// The caller excludes every other caller of `fill`, and has seen the slot free within that exclusion.
    pub(super) unsafe fn fill(&self, values: &[&str]) -> Pin<'_> {
        // SAFETY: the slot is free and stays so until it is live again, so that nobody reads or writes.
        let text = unsafe { &mut *self.text.get() };
        write(text, values);
        self.cell.reset();
        self.state.store(PIN | LIVE | Key::of(values).fingerprint);
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
        let _ = self.0.update(|s| (s < PINNED_FOR_EVER).then(|| s.wrapping_sub(PIN)));
    }
}

#[inline]
fn pinned(state: u32) -> u32 {
    state.checked_add(PIN).unwrap_or(state)
}

/// The live slot that holds exactly these values, pinned.
#[inline(never)]
pub(super) fn find<'s, C: Cell, const TEXT: usize>(
    slots: &'s [Slot<C, TEXT>],
    values: &[&str],
) -> Option<(&'s C, Pin<'s>)> {
    let key = Key::of(values);
    slots.iter().find_map(|slot| {
        let pin = slot.pin(key.fingerprint)?;
        key.equals(slot.values(&pin)).then_some((&slot.cell, pin))
    })
}

/// Values that are looked for.
pub(super) struct Key<'k> {
    values: &'k [&'k str],
    /// How long their text is.
    len: usize,
    /// Sixteen bits of the lengths and of the first and last bytes.
    pub(super) fingerprint: u32,
}

impl<'k> Key<'k> {
    #[inline]
    pub(super) fn of(values: &'k [&'k str]) -> Self {
        let (mut len, mut print) = (values.len(), 0_u32);
        let mut add = |part: u32| print = print.rotate_left(5).wrapping_add(part);
        for value in values {
            let value = value.as_bytes();
            len = len.wrapping_add(value.len()); // cannot wrap: the values are in memory
            if let [first, .., last] | [first @ last] = value {
                add(value.len() as u32);
                add(u32::from(*first));
                add(u32::from(*last));
            }
        }
        Self { values, len, fingerprint: (print ^ (print >> 16)) & FINGERPRINT }
    }

    /// Whether `text` is exactly these values.
    ///
    /// The marks need no look: text that is as long as the values and agrees in every byte of theirs has its marks,
    /// which are no such byte, in the same places.
    #[inline]
    fn equals(&self, text: &[u8]) -> bool {
        if text.len() != self.len {
            return false;
        }
        let mut rest = text;
        for value in self.values {
            // SAFETY: the text has as many bytes as the values, and one more for each value.
            let (head, tail) = unsafe { rest.split_at_unchecked(value.len()) };
            if head.iter().zip(value.as_bytes()).any(|(a, b)| a != b) {
                return false;
            }
            // SAFETY: as above.
            rest = unsafe { tail.get_unchecked(1..) };
        }
        true
    }
}

pub(super) fn fits<const TEXT: usize>(values: &[&str]) -> Result<(), Refused> {
    if Key::of(values).len <= TEXT { Ok(()) } else { Err(Refused::TextTooLong) }
}

/// Replaces `text` by `values`, which fit.
pub(super) fn write<const TEXT: usize>(text: &mut Text<TEXT>, values: &[&str]) {
    text.clear();
    for value in values {
        let _ = text.extend_from_slice(value.as_bytes());
        let _ = text.push(END);
    }
}

/// The values in `text`, as many as the array holds.
#[inline]
pub(super) fn read<'a>(mut text: &'a [u8], values: &mut [&'a str]) {
    for value in values {
        let end = text.iter().position(|byte| *byte == END).unwrap_or(text.len());
        let (head, rest) = text.split_at_checked(end).unwrap_or_default();
        // SAFETY: `write` put a whole `&str` before each END, a byte that UTF-8 never holds.
        *value = unsafe { core::str::from_utf8_unchecked(head) };
        text = rest.split_first().map_or(rest, |(_, rest)| rest);
    }
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
            let mut read_back = [""; 2];
            read(&text, &mut read_back);
            assert_eq!(read_back, values);
            assert!(Key::of(&values).equals(&text));
            assert!(!Key::of(&[values[0]]).equals(&text));
            assert!(!Key::of(&[values[0], values[1], ""]).equals(&text));
        }
        let mut text = Text::<16>::new();
        write(&mut text, &["ab", "c"]);
        assert!(!Key::of(&["a", "bc"]).equals(&text));
        assert_eq!(fits::<8>(&["GET", "200"]), Ok(()));
        assert_eq!(fits::<7>(&["GET", "200"]), Err(Refused::TextTooLong));
    }

    #[test]
    fn pins_saturate_and_never_free_the_slot() {
        let slot = Slot::<crate::Counter, 4>::ZERO;
        // SAFETY: nobody else knows the slot, and it is new.
        let pin = unsafe { slot.fill(&["a"]) };
        slot.state.update(|s| Some(s + PIN * 32_700)).unwrap();
        for _ in 0..100 {
            core::mem::forget(pin.clone());
        }
        for _ in 0..40_000 {
            drop(Pin(&slot.state));
        }
        assert!(pin.remove());
        drop(pin);
        assert!(!slot.is_free() && !slot.is_live());
    }
}
