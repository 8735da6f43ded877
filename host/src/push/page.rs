use super::group::Group;
use crate::error::{Error, ErrorKind};
use crate::exposition::{Offer, Pages};
use crate::http::body::Work;
use crate::http::coding::GZIP;
use crate::registered::Collector;
use crate::registry::Registry;
use bytes::Bytes;
use narthex_core::encode::{Format, Protobuf, Text};
use narthex_core::{Collect, Desc, Flow, Kind, Sample, Sink};
use std::sync::{Arc, OnceLock};

/// What is pushed is written as.
#[derive(Clone, Copy, Debug)]
pub(super) enum Written {
    Text,
    Protobuf,
}

impl Written {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Text => Text::CONTENT_TYPE,
            Self::Protobuf => Protobuf::CONTENT_TYPE,
        }
    }
}

/// All that a registry exposes, unless a series has a label that the group has: the gateway would write over it.
pub(super) fn whole(registry: &Registry, group: &Group, written: Written, gzip: bool) -> Result<Bytes, Error> {
    let found = Arc::new(OnceLock::new());
    let around = |inner| {
        let checked = Checked { inner, group: group.clone(), found: Arc::clone(&found) };
        Arc::new(checked) as Collector
    };
    let pages: Box<dyn Pages> = match written {
        Written::Text => Offer::of::<Text>().pages_around(registry.clone(), around),
        // a gateway keeps only the last part of a family
        Written::Protobuf => Box::new(Made(Offer::protobuf_around(registry, around))),
    };
    let page = Work::new(pages, gzip.then_some(&GZIP)).whole();
    if let Some((name, label)) = found.get() {
        let text = format!("{name} has a label {label:?}, which the group that is pushed has too; nothing was pushed");
        return Err(Error::new(ErrorKind::Label, text));
    }
    page.map_err(|error| Error::new(ErrorKind::System, "cannot write what is pushed").with_source(error))
}

/// An exposition that is made already.
struct Made(Vec<u8>);

impl Pages for Made {
    fn append(&mut self, to: &mut Vec<u8>, _: usize) -> bool {
        to.append(&mut self.0);
        false
    }
}

/// A collector, and the first of its labels that it may not have.
struct Checked {
    inner: Collector,
    group: Group,
    found: Arc<OnceLock<(String, String)>>,
}

impl Collect for Checked {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.inner.describe(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.inner.collect(&mut CheckSink { of: self, sink })
    }
}

struct CheckSink<'a> {
    of: &'a Checked,
    sink: &'a mut dyn Sink,
}

impl Sink for CheckSink<'_> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        let name = String::from_iter(desc.name());
        if desc.kind() == Kind::StateSet && self.of.group.has(&name) {
            let _ = self.of.found.set((name.clone(), name)); // the label of its states
        }
        self.sink.family(desc)
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        if let Some((label, _)) = sample.labels.iter().find(|(label, _)| self.of.group.has(label)) {
            let _ = self.of.found.set((String::from_iter(desc.name()), label.into()));
        }
        self.sink.sample(desc, sample)
    }
}
