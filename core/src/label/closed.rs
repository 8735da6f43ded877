use crate::word::Zero;

/// An enum without data whose variants are the values of a label, or the states of a state set.
///
/// Derive it with `#[derive(ClosedLabels)]`.
#[diagnostic::on_unimplemented(
    message = "the values of `{Self}` are not a closed set",
    label = "closed labels are `bool`, or enums with `#[derive(ClosedLabels)]`",
    note = "labels whose values are not known beforehand go into a `Family`: `#[derive(LabelSet)]`"
)]
pub trait LabelEnum: Copy + 'static {
    /// The text of each variant, in order; at least one.
    const VALUES: &'static [&'static str];
    /// Which variant this is.
    fn index(self) -> usize;
}

impl LabelEnum for bool {
    const VALUES: &'static [&'static str] = &["false", "true"];

    fn index(self) -> usize {
        usize::from(self)
    }
}

/// A label set with a known number of values: the key of a `Table`, where a look-up is an array index.
///
/// Derive it for an enum (one label, called like the enum) or for a struct whose fields are such enums:
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use narthex_core::{ClosedLabels, Counter, Table};
///
/// #[derive(Clone, Copy, ClosedLabels)]
/// enum Reason { BeaconTimeout, AuthFailed }
///
/// static DISCONNECTS: Table<Reason, Counter> = Table::new();
/// DISCONNECTS.get(Reason::BeaconTimeout).inc(); // reason="beacon_timeout"
/// # }
/// ```
pub trait ClosedLabels: Copy {
    /// The names of the labels.
    const NAMES: &'static [&'static str];
    /// `[C; N]` with a place for each combination of values.
    type Cells<C: Zero>: Zero + AsRef<[C]>;
    /// `[&'static str; L]`.
    type Values: AsRef<[&'static str]>;
    /// The cell of this combination.
    fn cell<C: Zero>(self, cells: &Self::Cells<C>) -> &C;
    /// The values of the combination at `index`.
    fn values(index: usize) -> Self::Values;
}
