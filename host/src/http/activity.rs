//! What connections are doing, for those who may have to end one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;

/// All connections of an endpoint.
#[derive(Default)]
pub(super) struct Crowd {
    /// Counts: which connection has waited longer is a question of order.
    moments: AtomicU64,
    /// One of them waits for a request now.
    pub(super) idle: Notify,
}

/// One connection. It changes this in its own task, answer by answer.
pub(super) struct Activity {
    state: AtomicU64,
    crowd: Arc<Crowd>,
}

/// It never had a request.
const NEW: u64 = 0;
/// An answer is being made.
const ANSWERING: u64 = u64::MAX;
/// All of it is made, and not all has been sent.
const SENDING: u64 = u64::MAX - 1;

impl Activity {
    pub(super) fn new(crowd: Arc<Crowd>) -> Self {
        Self { state: AtomicU64::new(NEW), crowd }
    }

    /// An answer is under way until what is answered is dropped and everything is [`flushed`](Self::flushed).
    pub(super) fn answer(self: &Arc<Self>) -> Answering {
        self.state.store(ANSWERING, Ordering::Release);
        Answering(Arc::clone(self))
    }

    /// The system has everything that there was to send. Whether that was the end of an answer.
    pub(super) fn flushed(&self) -> bool {
        let ended = self.state.load(Ordering::Acquire) == SENDING;
        if ended {
            self.state.store(self.crowd.moments.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Release);
            self.crowd.idle.notify_one();
        }
        ended
    }

    pub(super) fn has_served(&self) -> bool {
        self.state.load(Ordering::Acquire) != NEW
    }

    /// Since which moment it waits for a request, if it does; one that never had one comes before all others.
    pub(super) fn waits_since(&self) -> Option<u64> {
        Some(self.state.load(Ordering::Acquire)).filter(|state| ![ANSWERING, SENDING].contains(state))
    }
}

/// See [`Activity::answer`].
pub(super) struct Answering(Arc<Activity>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.state.store(SENDING, Ordering::Release);
    }
}
