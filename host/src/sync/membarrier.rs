//! A fence for two sides, of which one costs nothing: Linux interrupts whatever runs a thread of this process, and each
//! meets a full fence at the place where it is.

use rustix::thread::{MembarrierCommand, membarrier};
use std::sync::LazyLock;
use std::sync::atomic::{Ordering, compiler_fence};

/// Whether the kernel has it, and lets this process use it. The first time takes milliseconds.
pub(crate) fn is_available() -> bool {
    static REGISTERED: LazyLock<bool> = LazyLock::new(|| register() && heavy());
    *REGISTERED
}

fn register() -> bool {
    membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok()
}

/// The side of who reads: between a store and a load, which a [`heavy`] one in another thread does not see out of order.
#[inline]
pub(crate) fn light() {
    compiler_fence(Ordering::SeqCst);
}

/// The other side; whether it was one.
#[must_use]
pub(crate) fn heavy() -> bool {
    let barrier = || membarrier(MembarrierCommand::PrivateExpedited).is_ok();
    barrier() || (register() && barrier()) // a process that was forked may have to register again
}
