use super::Registry;
use super::book::New;
use super::exposed::exposed;
use super::part::Member;
use crate::error::{Error, ErrorKind};
use crate::registered::Collector;
use crate::runtime::OwnedDesc;
use narthex_core::{Collect, Desc, Flow, Kind, Labels, Point, Sample, Sink};
use std::sync::Arc;

impl Registry {
    /// Says what the metrics of this registry are of: exposed before all others, as `target_info`.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// registry.set_target_info(&[("service_name", "mail"), ("env", "prod")])?;
    /// assert_eq!(registry.sample_value("target_info", &[("service_name", "mail"), ("env", "prod")]), Some(1.0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Labels may be called as OpenTelemetry does it, `service.name`: readers that do not ask for
    /// [such names](crate::encode::Escaping) get `service_name`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Label`](crate::ErrorKind::Label) for a label name that is not valid or there twice, [`ErrorKind::Duplicate`](crate::ErrorKind::Duplicate) when a metric
    /// exposes `target` or `target_info`. What was set before stays then.
    pub fn set_target_info(&self, labels: &[(&str, &str)]) -> Result<(), Error> {
        let target = Arc::new(Target::new(labels)?);
        let collector: Collector = target.clone();
        let families = exposed(&collector)?;
        self.free_in_nested(&families)?;
        let _before = {
            let mut book = self.write_book();
            let before = book.remove_target();
            book.insert_target(New { member: Member::Collector, collector, value: target, scope: None }, families)?;
            before
        };
        Ok(())
    }

    /// What was [said](Self::set_target_info) of the target.
    pub fn target_info(&self) -> Option<Vec<(String, String)>> {
        Some(self.book().target()?.downcast_ref::<Target>()?.facts.clone())
    }

    /// Exposes no `target_info` any more; to set no labels exposes one without labels.
    pub fn clear_target_info(&self) {
        let _target = self.write_book().remove_target();
    }
}

/// What the metrics of a registry are of: `target_info`.
pub(super) struct Target {
    pub(super) facts: Vec<(String, String)>,
    desc: OwnedDesc,
}

impl Target {
    pub(super) fn new(facts: &[(&str, &str)]) -> Result<Self, Error> {
        let refused = |error: Error| Error::new(ErrorKind::Label, format!("{error}; nothing was set"));
        let mut desc = OwnedDesc {
            kind: Kind::Info,
            name: "target".into(),
            help: "What these metrics are of.".into(),
            unit: String::new(),
            labels: facts.iter().map(|(name, _)| (*name).into()).collect(),
            utf8: None,
        };
        desc.escape().and_then(|()| desc.check()).map_err(refused)?;
        Ok(Self { facts: facts.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(), desc })
    }
}

impl Collect for Target {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.desc.with(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.desc.with(|desc| {
            if sink.family(desc)? > 0 {
                return Ok(());
            }
            let values: Vec<&str> = self.facts.iter().map(|(_, value)| &**value).collect();
            let labels = Labels::new(desc.labels().as_slice(), &values);
            sink.sample(desc, &Sample::new(0, &labels, &Point::Info))
        })
    }
}
