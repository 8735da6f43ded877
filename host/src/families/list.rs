use super::MetricFamily;
use crate::error::{Error, ErrorKind};
use narthex_core::{Collect, Desc, Flow, Sink};
use std::collections::HashMap;

/// Families that are exposed together, no two under one name.
#[derive(Clone, Debug, Default)]
#[must_use = "families are exposed when they are registered, or collected"]
pub struct MetricFamilies(Vec<MetricFamily>);

impl MetricFamilies {
    /// These families.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Duplicate`] when two would expose a sample or a family under one name.
    pub fn new(families: impl IntoIterator<Item = MetricFamily>) -> Result<Self, Error> {
        let families: Vec<_> = families.into_iter().collect();
        let mut names = HashMap::new();
        for (at, family) in families.iter().enumerate() {
            for suffix in family.desc.kind.suffixes() {
                let name = format!("{}{suffix}", family.desc.name);
                if let Some(before) = names.insert(name.clone(), at).and_then(|before| families.get(before)) {
                    let text = format!("{:?} exposes {name:?} too; rename one", before.desc.name);
                    return Err(family.error(ErrorKind::Duplicate, &text));
                }
            }
        }
        Ok(Self(families))
    }
}

impl Collect for MetricFamilies {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.0.iter().try_for_each(|family| family.describe(each))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.0.iter().try_for_each(|family| family.collect(sink))
    }
}
