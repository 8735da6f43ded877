use super::kept::Kept;
use narthex_core::{Counter, Number, Scalar};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What a family asks for exemplars, if anything.
#[derive(Default)]
pub struct Provider {
    pub(super) ask: Option<Box<Ask>>,
    /// What it gave, and could not be taken.
    pub(super) refused: Arc<Counter>,
}

/// Takes names and values of the labels that a provider of exemplars has for an update; see
/// [`exemplars_from`](crate::Builder::exemplars_from).
pub type GiveExemplar<'a> = dyn FnMut(&[(&str, &str)]) + 'a;

type Ask = dyn Fn(&mut GiveExemplar<'_>) + Send + Sync;

thread_local! {
    /// Whether a provider is being asked, which may count something itself.
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

impl Provider {
    pub(crate) fn new(ask: impl Fn(&mut GiveExemplar<'_>) + Send + Sync + 'static) -> Self {
        Self { ask: Some(Box::new(ask)), ..Self::default() }
    }

    #[inline]
    pub(super) fn ask(&self, value: impl Scalar) -> Option<Kept> {
        self.ask.as_ref().and_then(|ask| self.ask_for(ask, value.number()))
    }

    fn ask_for(&self, ask: &Ask, value: Number) -> Option<Kept> {
        if ASKING.replace(true) {
            return None;
        }
        let mut given = Ok(None);
        let outcome = catch_unwind(AssertUnwindSafe(|| ask(&mut |labels| given = Kept::new(labels, value))));
        ASKING.set(false);
        match (outcome, given) {
            (Ok(()), Ok(kept)) => kept,
            (outcome, _) => {
                self.refused.inc();
                outcome.unwrap_or_else(std::mem::forget); // what was thrown may throw again when it is dropped
                None
            }
        }
    }
}
