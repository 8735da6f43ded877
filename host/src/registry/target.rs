use super::book::{New, TARGET};
use super::member::Member;
use super::{Registry, exposed};
use crate::error::{Error, ErrorKind};
use crate::registered::Collector;
use narthex_core::{Collect, Desc, Flow, Kind, LabelNames, Labels, Point, Sample, Sink, name};
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
    /// # Errors
    ///
    /// [`ErrorKind::Label`](crate::ErrorKind::Label) for a label name that is not valid or there twice, [`ErrorKind::Duplicate`](crate::ErrorKind::Duplicate) when a metric
    /// exposes `target` or `target_info`. What was set before stays then.
    pub fn set_target_info(&self, labels: &[(&str, &str)]) -> Result<(), Error> {
        let target = Arc::new(Target::new(labels)?);
        let member = Member::Collector(Arc::clone(&target) as Collector);
        let new = New { member, collector: Arc::clone(&target) as Collector, value: target.clone(), scope: None };
        let names = exposed(&*target)?;
        let mut book = self.write_book();
        book.remove(TARGET);
        book.insert_as(TARGET, new, names).map(drop)
    }

    /// What was [said](Self::set_target_info) of the target.
    pub fn target_info(&self) -> Option<Vec<(String, String)>> {
        Some(self.book().get(TARGET)?.downcast_ref::<Target>()?.0.clone())
    }

    /// Exposes no `target_info` any more.
    pub fn clear_target_info(&self) {
        self.write_book().remove(TARGET);
    }
}

/// What the metrics of a registry are of: `target_info`.
pub(super) struct Target(pub(super) Vec<(String, String)>);

const DESC: Desc<'static> = Desc::new(Kind::Info, name!("target"), "What these metrics are of.");

impl Target {
    pub(super) fn new(labels: &[(&str, &str)]) -> Result<Self, Error> {
        let names: Vec<&str> = labels.iter().map(|(name, _)| *name).collect();
        LabelNames::new(&names).map_err(|invalid| {
            Error::new(ErrorKind::Label, format!("label {invalid} of target_info; nothing was set"))
        })?;
        Ok(Self(labels.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()))
    }
}

impl Collect for Target {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&DESC)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        if sink.family(&DESC)? > 0 {
            return Ok(());
        }
        let (names, values): (Vec<&str>, Vec<&str>) = self.0.iter().map(|(name, value)| (&**name, &**value)).unzip();
        sink.sample(&DESC, &Sample::new(0, &Labels::new(&names, &values), &Point::Info))
    }
}
