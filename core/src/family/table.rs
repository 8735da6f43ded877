use crate::cell::Cell;
use crate::label::ClosedLabels;
use crate::word::Zero;

/// One cell for each combination of closed labels: a look-up is an array index and cannot fail.
///
/// Every combination is exposed from the start, at zero.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use narthex_core::{ClosedLabels, Counter, Table};
///
/// #[derive(Clone, Copy, ClosedLabels)]
/// enum Reason { BeaconTimeout, AuthFailed }
///
/// static DISCONNECTS: Table<Reason, Counter> = Table::new();
/// DISCONNECTS.get(Reason::AuthFailed).inc();
/// assert_eq!(DISCONNECTS.get(Reason::AuthFailed).value(), 1);
/// # }
/// ```
pub struct Table<K: ClosedLabels, C: Zero> {
    cells: K::Cells<C>,
}

impl<K: ClosedLabels, C: Cell> Table<K, C> {
    /// A table of zeros.
    pub const fn new() -> Self {
        Self { cells: Zero::ZERO }
    }

    /// The cell with these labels.
    #[inline]
    pub fn get(&self, labels: K) -> &C {
        labels.cell(&self.cells)
    }

    /// Every cell back to its start.
    pub fn reset(&self) {
        self.cells.as_ref().iter().for_each(Cell::reset);
    }

    pub(crate) fn cells(&self) -> &[C] {
        self.cells.as_ref()
    }
}

impl<K: ClosedLabels, C: Cell> Zero for Table<K, C> {
    const ZERO: Self = Self::new();
}

impl<K: ClosedLabels, C: Cell> Default for Table<K, C> {
    fn default() -> Self {
        Self::ZERO
    }
}
