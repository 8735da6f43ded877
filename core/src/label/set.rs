/// The type of a label set whose values are not known beforehand: the key of a `Family`.
///
/// Implemented for `[&'static str; L]`, whose names are given where it is used, and by `#[derive(LabelSet)]` for
/// structs whose fields are the labels:
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use narthex_core::{ClosedLabels, Counter, Family, LabelSet};
///
/// #[derive(Clone, Copy, ClosedLabels)]
/// enum Method { Get, Post }
///
/// #[derive(LabelSet)]
/// struct Request<'a> { path: &'a str, method: Method, status: u16 }
///
/// static REQUESTS: Family<Request, Counter, 16> = Family::new();
/// REQUESTS.get(Request { path: "/", method: Method::Get, status: 200 }).inc();
/// # }
/// ```
pub trait LabelSet {
    /// How many labels there are.
    const LEN: usize;
    /// Their names; empty for an array.
    const NAMES: &'static [&'static str];
    /// The same set with text that is borrowed for as long as a look-up takes.
    type Of<'a>;
    /// `[&str; LEN]`.
    type Texts<'a>: TextArray<'a>;
    /// Gives `f` the values as text, in the order of the names.
    fn with<R>(set: &Self::Of<'_>, f: impl FnOnce(&[&str]) -> R) -> R;
}

/// `[&str; L]`.
pub trait TextArray<'a>: AsRef<[&'a str]> + AsMut<[&'a str]> {
    /// All empty.
    const EMPTY: Self;
}

impl<'a, const L: usize> TextArray<'a> for [&'a str; L] {
    const EMPTY: Self = [""; L];
}

impl<const L: usize> LabelSet for [&'static str; L] {
    const LEN: usize = L;
    const NAMES: &'static [&'static str] = &[];
    type Of<'a> = [&'a str; L];
    type Texts<'a> = [&'a str; L];

    #[inline(always)]
    fn with<R>(set: &[&str; L], f: impl FnOnce(&[&str]) -> R) -> R {
        f(set)
    }
}
