use narthex_core::{Collect, Desc, Flow, Kind, LabelNames, Labels, Name, Point, Sample, Sink};

/// What is known from the start: an info whose values never change.
pub(super) struct Known {
    desc: Desc<'static>,
    values: Vec<String>,
}

impl Known {
    /// As many values as labels.
    pub(super) const fn new(
        name: Name<'static>,
        help: &'static str,
        labels: LabelNames<'static>,
        values: Vec<String>,
    ) -> Self {
        match Desc::new(Kind::Info, name, help).with_labels(labels) {
            Ok(desc) => Self { desc, values },
            Err(invalid) => invalid.rule.refuse(), // an info writes no label itself
        }
    }
}

impl Collect for Known {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&self.desc)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        if sink.family(&self.desc)? > 0 {
            return Ok(());
        }
        let values: Vec<&str> = self.values.iter().map(String::as_str).collect();
        let labels = Labels::new(self.desc.labels().as_slice(), &values);
        sink.sample(&self.desc, &Sample::new(0, &labels, &Point::Info))
    }
}
