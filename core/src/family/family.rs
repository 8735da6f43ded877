use super::Series;
use super::slot::{Pin, Refused, Slot, find, fits, read};
use crate::cell::Cell;
use crate::label::{LabelSet, TextArray};
use crate::word::{Word32, Zero, exclusive};
use core::marker::PhantomData;

/// Up to `N` series of a cell `C`, told apart by a label set `L` whose values need not be known beforehand.
///
/// `TEXT` bytes hold the label values of one series, one byte more for each value included. Text that does not fit is
/// refused, never cut. A look-up compares at most `N` slots; hold a [`Series`] where that is too much, and use a
/// [`Table`](super::Table) where the values are known.
///
/// ```
/// use narthex_core::{Counter, Family};
///
/// static REQUESTS: Family<[&'static str; 2], Counter, 8> = Family::new();
/// REQUESTS.get(["GET", "200"]).inc();
/// assert_eq!(REQUESTS.get(["GET", "200"]).value(), 1);
/// assert!(REQUESTS.remove(["GET", "200"]));
/// assert_eq!(REQUESTS.get(["GET", "200"]).value(), 0);
/// ```
pub struct Family<L, C, const N: usize, const TEXT: usize = 32> {
    slots: [Slot<C, TEXT>; N],
    spare: C,
    refused: Word32,
    labels: PhantomData<fn(L)>,
}

impl<L: LabelSet, C: Cell, const N: usize, const TEXT: usize> Family<L, C, N, TEXT> {
    /// A family without series.
    pub const fn new() -> Self {
        Self { slots: Zero::ZERO, spare: Zero::ZERO, refused: Word32::new(), labels: PhantomData }
    }

    /// The series with these labels, made if it is not there, starting at zero.
    ///
    /// When it cannot be made, the handle is inert and the refusal is counted; the count is exposed as
    /// `NAME_refused_total` once it is not zero.
    #[inline]
    pub fn get(&self, labels: L::Of<'_>) -> Series<'_, C> {
        L::with(&labels, |values| match self.find_or_insert(values) {
            Ok(series) => series,
            Err(_) => {
                self.refused.add(1);
                Series::new(&self.spare, None)
            }
        })
    }

    /// The series with these labels, made if it is not there.
    ///
    /// # Errors
    ///
    /// [`Refused`] when the family is full or the text too long; nothing is changed or counted.
    pub fn try_get(&self, labels: L::Of<'_>) -> Result<Series<'_, C>, Refused> {
        L::with(&labels, |values| self.find_or_insert(values))
    }

    /// Takes a series out; whether it was there. Made again, it starts at zero.
    pub fn remove(&self, labels: L::Of<'_>) -> bool {
        L::with(&labels, |values| find(&self.slots, values).is_some_and(|(_, pin)| pin.remove()))
    }

    /// Takes out every series whose values, in the order of the label names, `matching` accepts; how many it took.
    pub fn remove_matching(&self, mut matching: impl FnMut(&[&str]) -> bool) -> usize {
        let mut removed = 0;
        self.each(0, &mut |_, values, _, pin| {
            removed += usize::from(matching(values) && pin.remove());
            Ok::<(), core::convert::Infallible>(())
        })
        .unwrap_or_default();
        removed
    }

    /// Takes out every series.
    pub fn clear(&self) {
        for slot in &self.slots {
            if let Some(pin) = slot.pin_live() {
                pin.remove();
            }
        }
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.is_live()).count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many calls of [`get`](Self::get) were refused, modulo 2^32.
    pub fn refused(&self) -> u32 {
        self.refused.load()
    }

    /// Each live series from slot `from` on: the slot, the values, the cell.
    pub(crate) fn each_series<E>(
        &self,
        from: usize,
        f: &mut impl FnMut(usize, &[&str], &C) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each(from, &mut |index, values, cell, _| f(index, values, cell))
    }

    fn each<E>(&self, from: usize, f: &mut impl FnMut(usize, &[&str], &C, &Pin<'_>) -> Result<(), E>) -> Result<(), E> {
        for (index, slot) in self.slots.iter().enumerate().skip(from) {
            if let Some(pin) = slot.pin_live() {
                let mut values = L::Texts::EMPTY;
                read(slot.values(&pin), values.as_mut());
                f(index, values.as_ref(), &slot.cell, &pin)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn find_or_insert(&self, values: &[&str]) -> Result<Series<'_, C>, Refused> {
        self.find(values).map_or_else(|| self.insert(values), Ok)
    }

    #[inline]
    fn find(&self, values: &[&str]) -> Option<Series<'_, C>> {
        find(&self.slots, values).map(|(cell, pin)| Series::new(cell, Some(pin)))
    }

    #[cold]
    #[inline(never)]
    fn insert(&self, values: &[&str]) -> Result<Series<'_, C>, Refused> {
        fits::<TEXT>(values)?;
        exclusive(|_| {
            if let Some(series) = self.find(values) {
                return Ok(series);
            }
            let slot = self.slots.iter().find(|slot| slot.is_free()).ok_or(Refused::Full)?;
            #[expect(unsafe_code, reason = "the one place that fills slots")]
            // SAFETY: every insertion is inside `exclusive`, and the slot is free.
            let pin = unsafe { slot.fill(values) };
            Ok(Series::new(&slot.cell, Some(pin)))
        })
    }
}

impl<L: LabelSet, C: Cell, const N: usize, const TEXT: usize> Zero for Family<L, C, N, TEXT> {
    const ZERO: Self = Self::new();
}

impl<L: LabelSet, C: Cell, const N: usize, const TEXT: usize> Default for Family<L, C, N, TEXT> {
    fn default() -> Self {
        Self::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::super::slot::Key;
    use super::*;
    use crate::{Counter, Gauge};

    type Small = Family<[&'static str; 1], Counter, 2, 4>;

    #[test]
    fn full_is_counted_and_never_a_panic() {
        let f = Small::new();
        f.get(["a"]).inc();
        f.get(["b"]).inc_by(2);
        let inert = f.get(["c"]);
        inert.inc();
        assert!(inert.is_inert() && !inert.is_exposed());
        assert_eq!(f.try_get(["d"]).unwrap_err(), Refused::Full);
        assert_eq!(f.try_get(["long"]).unwrap_err(), Refused::TextTooLong);
        assert_eq!((f.get(["a"]).value(), f.get(["b"]).value(), f.refused(), f.len()), (1, 2, 1, 2));
    }

    #[test]
    fn a_removed_series_never_gets_anothers_updates() {
        let f = Small::new();
        let a = f.get(["a"]);
        a.inc();
        assert!(f.remove(["a"]) && !f.remove(["a"]));
        a.inc();
        assert!(!a.is_exposed() && !a.is_inert());
        f.get(["b"]).inc(); // takes the other slot: `a` is still held
        assert!(f.get(["c"]).is_inert());
        let again = a.clone();
        drop(a);
        assert!(f.get(["c"]).is_inert());
        drop(again);
        assert_eq!(f.get(["c"]).value(), 0);
        assert_eq!(f.len(), 2);
    }

    #[test]
    fn removal_by_predicate_and_of_all() {
        let f = Family::<[&'static str; 2], Gauge, 4>::new();
        for (a, b) in [("x", "1"), ("x", "2"), ("y", "1")] {
            f.get([a, b]).inc();
        }
        assert_eq!(f.remove_matching(|values| values[0] == "x"), 2);
        assert_eq!(f.len(), 1);
        f.clear();
        assert!(f.is_empty());
        assert_eq!(f.get(["x", "1"]).value(), 0);
    }

    #[test]
    fn equality_is_identity_and_not_the_fingerprint() {
        let (a, b) = ("abc", "axc");
        assert_eq!(Key::of(&[a]).fingerprint, Key::of(&[b]).fingerprint);
        let f = Small::new();
        f.get([a]).inc();
        f.get([b]).inc_by(5);
        assert_eq!((f.get([a]).value(), f.get([b]).value()), (1, 5));
    }

    #[test]
    fn race_for_series() {
        let family = Family::<[&'static str; 1], Counter, 3, 4>::new();
        let rounds = if cfg!(miri) { 8 } else { 2_000 };
        let counted = Counter::<u64>::new();
        family.get(["k"]); // never removed, so that no increment of it may be lost
        std::thread::scope(|scope| {
            for keys in [["a", "b"], ["b", "c"]] {
                let (family, counted) = (&family, &counted);
                scope.spawn(move || {
                    for round in 0..rounds {
                        for key in keys {
                            family.get([key]).inc();
                        }
                        family.get(["k"]).inc();
                        counted.inc();
                        if round % 3 == 0 {
                            family.remove([keys[round % 2]]);
                        }
                    }
                });
            }
            scope.spawn(|| {
                for _ in 0..rounds {
                    let _ = family.each_series(0, &mut |_, values, _| {
                        assert!(["a", "b", "c", "k"].contains(&values[0]), "{values:?}");
                        Ok::<(), ()>(())
                    });
                }
            });
        });
        assert_eq!(family.get(["k"]).value(), counted.value());
    }
}
