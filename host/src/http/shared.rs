//! Scrapes that overlap have one exposition.

use super::body::Work;
use super::coding::Coding;
use super::negotiate::Chosen;
use crate::registry::Registry;
use bytes::Bytes;
use narthex_core::encode::Escaping;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::spawn_blocking;

/// The expositions that are being made, by format and coding.
pub(super) struct Shares {
    to_come: Mutex<Vec<(Key, Weak<Shared>)>>,
    in_memory: Arc<Semaphore>,
}

/// How many pages there may be in memory, with those that slow readers still take.
const PAGES: usize = 16;

type Key = (&'static str, Escaping, Option<&'static str>);

/// An exposition that several readers wait for.
pub(super) struct Shared {
    page: watch::Receiver<Option<Bytes>>,
    /// Until the first reader wants it.
    start: Mutex<Option<Start>>,
}

struct Start {
    work: Work,
    scrape: OwnedSemaphorePermit,
    page: OwnedSemaphorePermit,
    made: watch::Sender<Option<Bytes>>,
}

impl Default for Shares {
    fn default() -> Self {
        Self { to_come: Mutex::default(), in_memory: Arc::new(Semaphore::new(PAGES)) }
    }
}

impl Shares {
    /// The exposition that is being made, or the start of a new one if there is a `scrape` and room to be had.
    pub(super) fn join(
        &self,
        registry: &Registry,
        chosen: Chosen,
        coding: Option<&'static Coding>,
        scrape: impl FnOnce() -> Option<OwnedSemaphorePermit>,
    ) -> Option<Arc<Shared>> {
        let mut shares = self.to_come.lock().unwrap_or_else(PoisonError::into_inner);
        shares.retain(|(_, shared)| shared.upgrade().is_some_and(|shared| shared.is_to_come()));
        let key = (chosen.offer.content_type, chosen.escaping(), coding.map(|coding| coding.name));
        let known = shares.iter().find(|(of, _)| *of == key).and_then(|(_, shared)| shared.upgrade());
        known.or_else(|| {
            let (scrape, page) = (scrape()?, Arc::clone(&self.in_memory).try_acquire_owned().ok()?);
            let work = Work::new(chosen.offer.pages(registry.clone(), chosen.escaping()), coding);
            let (made, to_come) = watch::channel(None);
            let shared =
                Arc::new(Shared { page: to_come, start: Mutex::new(Some(Start { work, scrape, page, made })) });
            shares.push((key, Arc::downgrade(&shared)));
            Some(shared)
        })
    }
}

impl Shared {
    fn is_to_come(&self) -> bool {
        self.page.borrow().is_none() && self.page.has_changed().is_ok()
    }

    /// The whole page. The first who waits has it made; it is, even if that reader goes, and others may still join.
    pub(super) async fn page(self: Arc<Self>) -> io::Result<Bytes> {
        let mut page = self.page.clone();
        let start = self.start.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Start { work, scrape, page, made }) = start {
            spawn_blocking(move || {
                let whole = work.whole();
                drop(scrape); // who finds it made may make another
                if let Ok(bytes) = whole {
                    made.send_replace(Some(Bytes::from_owner(Held { bytes, _page: page })));
                }
                drop(self); // not before: until then it can be joined
            });
        } else {
            drop(self);
        }
        let page = page.wait_for(Option::is_some).await.map_err(|_| io::Error::other("the exposition failed"))?;
        Ok(page.clone().unwrap_or_default())
    }
}

/// A page in memory, as long as somebody reads it.
struct Held {
    bytes: Bytes,
    _page: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
