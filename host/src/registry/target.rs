use crate::error::{Error, ErrorKind};
use narthex_core::{Collect, Desc, Flow, Kind, LabelNames, Labels, Point, Sample, Sink, name};

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
