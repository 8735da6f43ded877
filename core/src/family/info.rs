use super::slot::{Refused, Text, fits, read, write};
use crate::label::{LabelSet, TextArray};
use crate::word::{Zero, exclusive};
use core::cell::RefCell;
use core::marker::PhantomData;
use critical_section::Mutex;

/// Facts that do not change while the program runs: a version, a board revision, a reset reason.
///
/// Nothing is exposed until it is [`set`](Info::set). `TEXT` bytes hold the values, one byte more for each included.
///
/// ```
/// use narthex_core::Info;
///
/// static FIRMWARE: Info<[&'static str; 2]> = Info::new();
/// FIRMWARE.set(["1.4.2", "rev-b"]).unwrap();
/// ```
pub struct Info<L, const TEXT: usize = 64> {
    text: Mutex<RefCell<Text<TEXT>>>,
    labels: PhantomData<fn(L)>,
}

impl<L: LabelSet, const TEXT: usize> Info<L, TEXT> {
    /// An info that is not set.
    pub const fn new() -> Self {
        Self { text: Mutex::new(RefCell::new(Text::new())), labels: PhantomData }
    }

    /// Replaces all values.
    ///
    /// # Errors
    ///
    /// [`Refused::TextTooLong`]; the values stay as they were.
    pub fn set(&self, labels: L::Of<'_>) -> Result<(), Refused> {
        L::with(&labels, |values| {
            fits::<TEXT>(values)?;
            exclusive(|cs| {
                if let Ok(mut text) = self.text.borrow(cs).try_borrow_mut() {
                    write(&mut text, values);
                }
            });
            Ok(())
        })
    }

    /// Gives `f` the values, unless none were set.
    pub fn with<R>(&self, f: impl FnOnce(&[&str]) -> R) -> Option<R> {
        let mut text = Text::<TEXT>::new();
        exclusive(|cs| {
            if let Ok(now) = self.text.borrow(cs).try_borrow() {
                let _ = text.extend_from_slice(&now); // as large
            }
        });
        let mut values = L::Texts::EMPTY;
        read(&text, values.as_mut());
        (!text.is_empty()).then(|| f(values.as_ref()))
    }
}

impl<L: LabelSet, const TEXT: usize> Zero for Info<L, TEXT> {
    const ZERO: Self = Self::new();
}

impl<L: LabelSet, const TEXT: usize> Default for Info<L, TEXT> {
    fn default() -> Self {
        Self::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn replaced_whole_or_not_at_all() {
        let info = Info::<[&'static str; 2], 8>::new();
        assert_eq!(info.with(|_| ()), None);
        info.set(["", ""]).unwrap();
        assert_eq!(info.with(|values| values.join("|")), Some("|".to_string()));
        info.set(["1.2", "b"]).unwrap();
        assert_eq!(info.set(["1.2.3-rc", "b"]), Err(Refused::TextTooLong));
        assert_eq!(info.with(|values| values.join("|")), Some("1.2|b".to_string()));
    }
}
