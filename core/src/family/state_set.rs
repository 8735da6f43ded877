use crate::cell::Cell;
use crate::label::LabelEnum;
use crate::word::{Word32, Zero};
use core::marker::PhantomData;

/// Which of a closed set of states holds; always exactly one, the first at the start.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use narthex_core::{ClosedLabels, StateSet};
///
/// #[derive(Clone, Copy, ClosedLabels)]
/// enum Link { Down, Joining, Up }
///
/// static LINK: StateSet<Link> = StateSet::new();
/// LINK.set(Link::Up);
/// assert_eq!(LINK.state(), "up");
/// # }
/// ```
pub struct StateSet<E> {
    index: Word32,
    states: PhantomData<fn(E)>,
}

impl<E: LabelEnum> StateSet<E> {
    /// In the first state.
    pub const fn new() -> Self {
        Self { index: Word32::new(), states: PhantomData }
    }

    /// Changes the state.
    #[inline]
    pub fn set(&self, state: E) {
        self.index.store(state.index() as u32);
    }

    /// The state now.
    pub fn state(&self) -> &'static str {
        E::VALUES.get(self.index()).copied().unwrap_or_default()
    }

    pub(crate) fn index(&self) -> usize {
        self.index.load() as usize
    }
}

impl<E: LabelEnum> Zero for StateSet<E> {
    const ZERO: Self = Self::new();
}

impl<E: LabelEnum> Default for StateSet<E> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<E: LabelEnum> Cell for StateSet<E> {
    fn reset(&self) {
        self.index.store(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_state_is_on() {
        let s = StateSet::<bool>::new();
        assert_eq!(s.state(), "false");
        s.set(true);
        assert_eq!((s.state(), s.index()), ("true", 1));
    }
}
