use super::dated::Dated;
use super::desc::OwnedDesc;
use super::handle::Handle;
use crate::created;
use crate::instrument::Instrument;
use narthex_core::{Collect, Desc, Flow, Labels, Sink};

/// A metric without labels, as its registry sees it.
pub(crate) struct Single<C> {
    desc: OwnedDesc,
    handle: Handle<C>,
}

impl<C: Instrument> Single<C> {
    pub(crate) fn new(desc: OwnedDesc, handle: Handle<C>) -> Self {
        Self { desc, handle }
    }
}

impl<C: Instrument> Collect for Single<C> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.desc.with(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.desc.with(|desc| match sink.family(desc)? {
            0 => {
                let began = if created::shown() { self.handle.began() } else { None };
                self.handle.sample(desc, 0, &Labels::NONE, &mut Dated { sink, began })
            }
            _ => Ok(()),
        })
    }
}
