//! Which word a value type is kept in.

use super::Number;
use crate::word::{Section, Word32, Word64, Zero};

/// A type that a cell can hold: `u32`, `i32`, `f32` in a 32-bit word; `u64`, `i64`, `f64` in a 64-bit word.
///
/// Integers wrap. The trait is sealed.
pub trait Scalar: Copy + PartialOrd + core::fmt::Debug + sealed::Sealed + 'static {
    /// The word that holds it.
    type Word: Zero + 'static;
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// Whether this is an integer type, which a `scale` may be given for.
    const INTEGER: bool;

    /// Reads the word.
    fn load(word: &Self::Word) -> Self;
    /// Replaces the word.
    fn store(word: &Self::Word, value: Self);
    /// Adds to the word in one step.
    fn add(word: &Self::Word, value: Self);
    /// Subtracts from the word in one step.
    fn sub(word: &Self::Word, value: Self);
    /// Replaces the word, in one step, when `f` gives a value.
    fn update(word: &Self::Word, f: impl FnMut(Self) -> Option<Self>);
    /// On its way out.
    fn number(self) -> Number;
}

/// A type that a 64-bit word holds, so that it can take part in a [`section`](crate::word::section).
pub trait Wide: Scalar<Word = Word64> {
    /// Reads inside a section.
    fn load_in(section: Section<'_>, word: &Word64) -> Self;
    /// Adds inside a section.
    fn add_in(section: Section<'_>, word: &Word64, value: Self);
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! integer {
    ($($type:ty, $word:ty, $raw:ty;)*) => {$(
        impl sealed::Sealed for $type {}
        impl Scalar for $type {
            type Word = $word;
            const ZERO: Self = 0;
            const ONE: Self = 1;
            const INTEGER: bool = true;

            #[inline]
            fn load(word: &$word) -> Self {
                word.load() as $type
            }
            #[inline]
            fn store(word: &$word, value: Self) {
                word.store(value as $raw);
            }
            #[inline]
            fn add(word: &$word, value: Self) {
                word.add(value as $raw);
            }
            #[inline]
            fn sub(word: &$word, value: Self) {
                word.add((value as $raw).wrapping_neg());
            }
            #[inline]
            fn update(word: &$word, mut f: impl FnMut(Self) -> Option<Self>) {
                let _ = word.update(|raw| f(raw as $type).map(|v| v as $raw));
            }
            fn number(self) -> Number {
                self.into()
            }
        }
    )*};
}

macro_rules! float {
    ($($type:ty, $word:ty;)*) => {$(
        impl sealed::Sealed for $type {}
        impl Scalar for $type {
            type Word = $word;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const INTEGER: bool = false;

            #[inline]
            fn load(word: &$word) -> Self {
                <$type>::from_bits(word.load())
            }
            #[inline]
            fn store(word: &$word, value: Self) {
                word.store(value.to_bits());
            }
            #[inline]
            fn add(word: &$word, value: Self) {
                Self::update(word, |old| Some(old + value));
            }
            #[inline]
            fn sub(word: &$word, value: Self) {
                Self::update(word, |old| Some(old - value));
            }
            #[inline]
            fn update(word: &$word, mut f: impl FnMut(Self) -> Option<Self>) {
                let _ = word.update(|raw| f(<$type>::from_bits(raw)).map(<$type>::to_bits));
            }
            fn number(self) -> Number {
                self.into()
            }
        }
    )*};
}

integer! {
    u32, Word32, u32;
    i32, Word32, u32;
    u64, Word64, u64;
    i64, Word64, u64;
}

float! {
    f32, Word32;
    f64, Word64;
}

macro_rules! wide_integer {
    ($($type:ty),*) => {$(
        impl Wide for $type {
            #[inline]
            fn load_in(section: Section<'_>, word: &Word64) -> Self {
                word.load_in(section) as $type
            }
            #[inline]
            fn add_in(section: Section<'_>, word: &Word64, value: Self) {
                word.add_in(section, value as u64);
            }
        }
    )*};
}

wide_integer!(u64, i64);

impl Wide for f64 {
    #[inline]
    fn load_in(section: Section<'_>, word: &Word64) -> Self {
        f64::from_bits(word.load_in(section))
    }
    #[inline]
    fn add_in(section: Section<'_>, word: &Word64, value: Self) {
        let _ = word.update_in(section, |raw| Some((f64::from_bits(raw) + value).to_bits()));
    }
}
