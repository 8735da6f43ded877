use super::view::DEVICE;
use crate::parse::ParsedFamily;
use narthex_core::Kind;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Which families the devices expose, by every name that these expose: one name is one thing on a page.
#[derive(Default)]
pub(super) struct Names(HashMap<String, Owner>);

struct Owner {
    family: Box<str>,
    kind: Kind,
    unit: Box<str>,
    /// How many devices have it.
    holders: usize,
}

/// Why a family is not served, or what has changed about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Conflict(pub(super) String);

/// What the relay exposes of itself.
const OURS: &str = "narthex_";

impl Names {
    /// Takes the names of a family for one more device.
    pub(super) fn hold(&mut self, family: &ParsedFamily) -> Result<(), Conflict> {
        let (name, kind, unit) = (family.name(), family.kind(), family.unit());
        if name.starts_with(OURS) {
            return Err(Conflict(format!(
                "{name} begins with {OURS}, as the relay's own metrics do; give it another name"
            )));
        }
        if kind == Kind::StateSet && name == DEVICE {
            return Err(Conflict(format!(
                "{name} is a state set, whose label is called as the one that every series gets; give it another name"
            )));
        }
        for exposed in exposed(family) {
            if let Some(owner) = self.0.get(&exposed)
                && !owner.is(family)
            {
                let text = format!(
                    "{name} is a {kind:?} of unit {unit:?}, and exposes {exposed}, which {}, a {:?} of unit {:?} of \
                     another device, exposes as well; give one another name",
                    owner.family, owner.kind, owner.unit
                );
                return Err(Conflict(text));
            }
        }
        for exposed in exposed(family) {
            let owner = Owner { family: name.into(), kind, unit: unit.into(), holders: 0 };
            self.0.entry(exposed).or_insert(owner).holders += 1;
        }
        Ok(())
    }

    /// Gives back what [`hold`](Self::hold) took.
    pub(super) fn release<'f>(&mut self, families: impl Iterator<Item = &'f ParsedFamily>) {
        for exposed in families.flat_map(exposed) {
            if let Entry::Occupied(mut owner) = self.0.entry(exposed) {
                owner.get_mut().holders -= 1;
                if owner.get().holders == 0 {
                    owner.remove();
                }
            }
        }
    }

    /// Whether two snapshots have the same families in the same order.
    pub(super) fn are_same(before: &[ParsedFamily], now: &[ParsedFamily]) -> bool {
        before.len() == now.len()
            && before.iter().zip(now).all(|(before, now)| {
                (before.name(), before.kind(), before.unit()) == (now.name(), now.kind(), now.unit())
            })
    }

    /// The families that are another thing than they were.
    pub(super) fn changes(before: &[ParsedFamily], now: &[ParsedFamily]) -> Vec<Conflict> {
        let before: HashMap<&str, &ParsedFamily> = before.iter().map(|family| (family.name(), family)).collect();
        let changed = now.iter().filter_map(|family| {
            let was = before.get(family.name())?;
            if (was.kind(), was.unit()) == (family.kind(), family.unit()) {
                return None;
            }
            let of = |family: &ParsedFamily| match family.unit() {
                "" => format!("a {:?}", family.kind()),
                unit => format!("a {:?} in {unit}", family.kind()),
            };
            Some(Conflict(format!("{} was {} and is {} now", family.name(), of(was), of(family))))
        });
        changed.collect()
    }
}

impl Owner {
    fn is(&self, family: &ParsedFamily) -> bool {
        *self.family == *family.name() && self.kind == family.kind() && *self.unit == *family.unit()
    }
}

/// The name of a family, and those of its samples.
fn exposed(family: &ParsedFamily) -> impl Iterator<Item = String> {
    family.kind().suffixes().iter().map(|suffix| format!("{}{suffix}", family.name()))
}
