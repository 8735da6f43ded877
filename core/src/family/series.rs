use super::slot::Pin;
use core::ops::Deref;

/// A handle to one series of a family; it dereferences to the cell.
///
/// Keep it where the look-up would cost too much. It blocks nobody, and may be used in any context. When the series is
/// removed, the handle goes on counting where nobody sees it, never into another series; its slot is free again when
/// the last handle is dropped.
///
/// The handle that `get` gives when it had to refuse is [inert](Series::is_inert): its cell belongs to no series.
pub struct Series<'a, C> {
    cell: &'a C,
    pin: Option<Pin<'a>>,
}

impl<'a, C> Series<'a, C> {
    #[inline]
    pub(super) fn new(cell: &'a C, pin: Option<Pin<'a>>) -> Self {
        Self { cell, pin }
    }

    /// Whether this stands for a series that was refused.
    pub fn is_inert(&self) -> bool {
        self.pin.is_none()
    }

    /// Whether the series is part of the family: not refused, and not removed since.
    pub fn is_exposed(&self) -> bool {
        self.pin.as_ref().is_some_and(Pin::is_live)
    }
}

impl<C> Deref for Series<'_, C> {
    type Target = C;

    #[inline]
    fn deref(&self) -> &C {
        self.cell
    }
}

impl<C> Clone for Series<'_, C> {
    fn clone(&self) -> Self {
        Self { cell: self.cell, pin: self.pin.clone() }
    }
}

impl<C: core::fmt::Debug> core::fmt::Debug for Series<'_, C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Series").field("cell", self.cell).field("exposed", &self.is_exposed()).finish()
    }
}
