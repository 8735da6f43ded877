use narthex_core::{Desc, Flow, Sample, Sink, Timestamp};

/// A sink that takes samples together with when their series began.
pub(super) struct Dated<'a> {
    pub(super) sink: &'a mut dyn Sink,
    pub(super) began: Option<Timestamp>,
}

impl Sink for Dated<'_> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        self.sink.family(desc)
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        let Some(began) = self.began else { return self.sink.sample(desc, sample) };
        let details = sample.details.copied().unwrap_or_default().with_created(began);
        self.sink.sample(desc, &sample.with_details(Some(&details)))
    }
}
