//! Values whose start is all zero.

/// A value that starts as zero, so that a `static` of it lives in `.bss` and costs no flash.
///
/// Stable Rust has no const trait functions; this constant stands in for a `const fn new`.
#[diagnostic::on_unimplemented(message = "`{Self}` has no start that is all zero", label = "`Zero` is not implemented")]
pub trait Zero {
    /// The start.
    const ZERO: Self;
}

impl<T: Zero, const N: usize> Zero for [T; N] {
    const ZERO: Self = [const { T::ZERO }; N];
}

impl Zero for crate::word::Word32 {
    const ZERO: Self = Self::new();
}

impl Zero for crate::word::Word64 {
    const ZERO: Self = Self::new();
}
