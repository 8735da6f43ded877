//! What `#[derive(MetricGroup)]` writes its constants with.
//!
//! A rule that is broken ends the constant's evaluation at the caller, whose span the derive chooses.

use crate::collect::{Flow, Stop};
use crate::desc::{Desc, Kind, Prefix};
use crate::name::{ComposedName, LabelNames, Name, Rule, same};

/// What the type of a field says about the metric.
#[derive(Clone, Copy)]
pub struct Field {
    kind: Kind,
    integer: bool,
    labels: usize,
    names: &'static [&'static str],
    refuses: bool,
}

/// Namespace and subsystem.
pub type Group<'a> = (&'a str, &'a str);

impl Field {
    pub const fn new(kind: Kind, integer: bool, labels: usize, names: &'static [&'static str], refuses: bool) -> Self {
        Self { kind, integer, labels, names, refuses }
    }

    pub const fn compose<'a>(
        self,
        (namespace, subsystem): Group<'a>,
        name: &'a str,
        unit: &'a str,
    ) -> ComposedName<'a> {
        ComposedName::new(namespace, subsystem, name, unit, self.kind)
    }
}

/// `composed` is made of `given` and of parts that have been checked.
#[track_caller]
pub const fn desc(
    field: Field,
    _: ((), ()),
    composed: &'static [u8],
    given: &str,
    help: &'static str,
) -> Desc<'static> {
    if given.is_empty() {
        Rule::Empty.refuse()
    }
    let Ok(composed) = core::str::from_utf8(composed) else { Rule::Character.refuse() };
    match Name::new(composed) {
        Ok(name) => Desc::new(field.kind, name, help),
        Err(invalid) => invalid.rule.refuse(),
    }
}

#[track_caller]
pub const fn scaled(field: Field, desc: Desc<'static>, scale: i8) -> Desc<'static> {
    if !field.integer {
        panic!("a scale moves the decimal point of integers, and the values of this metric are none: leave it out")
    }
    desc.with_scale(scale)
}

/// The last step: with as many label names as the type has labels.
#[track_caller]
pub const fn labelled(field: Field, desc: Desc<'static>, given: &'static [&'static str]) -> Desc<'static> {
    if !field.names.is_empty() && !given.is_empty() {
        panic!("the type of this field names its labels: leave out `labels(...)`")
    }
    if field.labels == 0 && !given.is_empty() {
        panic!("this metric has no labels: put it into a `Family` or a `Table`, or leave out `labels(...)`")
    }
    let names = if field.names.is_empty() { given } else { field.names };
    if names.len() != field.labels {
        panic!("give each label of this field a name, in order: #[metrics(labels(\"first\", \"second\"))]")
    }
    with_labels(desc, names)
}

/// Refuses a metric that exposes a name which one of `earlier` exposes as well; each comes with what to say then.
#[track_caller]
pub const fn distinct((field, desc): Described<'_>, earlier: &[(Described<'_>, &str)]) {
    let mut at = 0;
    while at < earlier.len() {
        let ((other_field, other), message) = earlier[at];
        if desc.collides(other)
            || field.refuses && desc.refusals().collides(other)
            || other_field.refuses && desc.collides(&other.refusals())
        {
            panic!("{}", message)
        }
        at += 1;
    }
}

/// What the type of a field says, and the description made with it.
pub type Described<'a> = (Field, &'a Desc<'a>);

/// Checks what a name starts with, or, after an underscore, ends with.
#[track_caller]
pub const fn part_of_name(text: &str) {
    if let Err(invalid) = Name::new(text) {
        invalid.rule.refuse()
    }
}

#[track_caller]
pub const fn with_unit(desc: Desc<'static>, unit: &'static str) -> Desc<'static> {
    match desc.with_unit(unit) {
        Ok(desc) => desc,
        Err(invalid) => invalid.rule.refuse(),
    }
}

#[track_caller]
pub const fn with_labels(desc: Desc<'static>, names: &'static [&'static str]) -> Desc<'static> {
    match desc.with_labels(label_names(names)) {
        Ok(desc) => desc,
        Err(invalid) => invalid.rule.refuse(),
    }
}

#[track_caller]
const fn label_names(names: &'static [&'static str]) -> LabelNames<'static> {
    match LabelNames::new(names) {
        Ok(names) => names,
        Err(invalid) => invalid.rule.refuse(),
    }
}

/// Checks the last of some label names; those before it have their own check.
#[track_caller]
pub const fn last_label(names: &[&str]) {
    if let (Err(invalid), [.., last]) = (LabelNames::new(names), names)
        && same(invalid.text, last)
    {
        invalid.rule.refuse()
    }
}

#[track_caller]
pub const fn prefix(text: &'static str) -> Prefix<'static> {
    match Prefix::new(text) {
        Ok(prefix) => prefix,
        Err(invalid) => invalid.rule.refuse(),
    }
}

/// Goes on after a nested group that failed, unless the sink is full; `outcome` keeps the first failure.
pub fn keep_on(nested: Flow, outcome: &mut Flow) -> Flow {
    match nested {
        Err(Stop::Collector(_)) => {
            if outcome.is_ok() {
                *outcome = nested;
            }
            Ok(())
        }
        other => other,
    }
}
