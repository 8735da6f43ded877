//! Where there is no barrier of that kind, and nobody asks for it: a fence would cost a reader as much as a pin.

pub(crate) fn is_available() -> bool {
    false
}

#[inline]
pub(crate) fn light() {}

#[must_use]
pub(crate) fn heavy() -> bool {
    false
}
