use super::dated::Dated;
use super::desc::OwnedDesc;
use super::handle::Handle;
use crate::created;
use crate::instrument::Instrument;
use narthex_core::{Collect, CollectError, Desc, Flow, Labels, Sink, Stop};

/// A metric without labels, as its registry sees it.
pub(crate) struct Single<C> {
    desc: OwnedDesc,
    handle: Handle<C>,
}

impl<C: Instrument> Single<C> {
    pub(crate) fn new(desc: OwnedDesc, handle: Handle<C>) -> Self {
        Self { desc, handle }
    }

    fn with_desc(&self, f: impl FnOnce(&Desc<'_>) -> Flow) -> Flow {
        match self.desc.lend(&[]) {
            Ok(desc) => f(&desc),
            Err(_) => Err(Stop::Collector(CollectError::new(&"the metric's name is not valid"))),
        }
    }
}

impl<C: Instrument> Collect for Single<C> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.with_desc(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.with_desc(|desc| match sink.family(desc)? {
            0 => {
                let began = if created::shown() { self.handle.began() } else { None };
                self.handle.sample(desc, 0, &Labels::NONE, &mut Dated { sink, began })
            }
            _ => Ok(()),
        })
    }
}
