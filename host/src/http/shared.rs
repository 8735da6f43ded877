//! Scrapes that overlap have one exposition.

use super::body::Work;
use super::coding::Coding;
use super::negotiate::Chosen;
use crate::registry::Registry;
use bytes::Bytes;
use narthex_core::encode::Escaping;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{OnceCell, OwnedSemaphorePermit};
use tokio::task::spawn_blocking;

/// The expositions that are being made, by format and coding.
#[derive(Default)]
pub(super) struct Shares(Mutex<Vec<(Key, Weak<Shared>)>>);

type Key = (&'static str, Escaping, Option<&'static str>);

/// An exposition that several readers wait for.
pub(super) struct Shared {
    page: OnceCell<Bytes>,
    chosen: Chosen,
    coding: Option<&'static Coding>,
    registry: Registry,
    _scrape: OwnedSemaphorePermit,
}

impl Shares {
    /// The exposition that is being made, or the start of a new one if there is a `scrape` to be had.
    pub(super) fn join(
        &self,
        registry: &Registry,
        chosen: Chosen,
        coding: Option<&'static Coding>,
        scrape: impl FnOnce() -> Option<OwnedSemaphorePermit>,
    ) -> Option<Arc<Shared>> {
        let mut shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shares.retain(|(_, shared)| shared.upgrade().is_some_and(|shared| !shared.page.initialized()));
        let key = (chosen.offer.content_type, chosen.escaping(), coding.map(|coding| coding.name));
        let known = shares.iter().find(|(of, _)| *of == key).and_then(|(_, shared)| shared.upgrade());
        known.or_else(|| {
            let (page, registry) = (OnceCell::new(), registry.clone());
            let shared = Arc::new(Shared { page, chosen, coding, registry, _scrape: scrape()? });
            shares.push((key, Arc::downgrade(&shared)));
            Some(shared)
        })
    }
}

impl Shared {
    /// The whole page. The first who waits makes it; when that reader goes, the next one does.
    pub(super) async fn page(self: Arc<Self>) -> io::Result<Bytes> {
        let make = || async {
            let work = Work::new(self.chosen.offer.pages(self.registry.clone(), self.chosen.escaping()), self.coding);
            spawn_blocking(|| work.whole()).await.map_err(io::Error::other)?
        };
        self.page.get_or_try_init(make).await.cloned()
    }
}
