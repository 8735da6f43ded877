use narthex_core::Collect;
use std::any::Any;
use std::sync::Arc;

pub(crate) type Collector = Arc<dyn Collect + Send + Sync>;

/// The receipt for a registered collector: what [`Registry::unregister`](crate::Registry::unregister) takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registration(pub(crate) u64);

/// Something that is registered.
#[derive(Clone)]
pub struct Registered {
    pub(crate) registration: Registration,
    pub(crate) collector: Collector,
    pub(crate) value: Arc<dyn Any + Send + Sync>,
}

impl Registered {
    /// Its receipt.
    pub fn registration(&self) -> Registration {
        self.registration
    }

    /// The collector.
    pub fn collector(&self) -> &Arc<dyn Collect + Send + Sync> {
        &self.collector
    }

    /// What was registered, if it is a `T`: the [`Handle`](crate::Handle) or [`GrowingFamily`](crate::GrowingFamily)
    /// that a builder gave, or the type that [`register`](crate::Registry::register) was given.
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        self.value.downcast_ref()
    }
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Registered").field(&self.registration.0).finish()
    }
}
