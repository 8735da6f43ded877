use crate::sync::{AtomicPtr, Ordering};
use std::ptr;

/// A value that larger ones take the place of. Whoever looks at an earlier one may go on: all stay until the end. They
/// double, so that together they take no more than the last.
pub(super) struct Grown<T>(AtomicPtr<Node<T>>);

struct Node<T> {
    value: T,
    previous: *mut Node<T>,
}

impl<T> Grown<T> {
    pub(super) fn new(value: T) -> Self {
        Self(AtomicPtr::new(Box::into_raw(Box::new(Node { value, previous: ptr::null_mut() }))))
    }

    /// The last one.
    #[inline]
    pub(super) fn get(&self) -> &T {
        // SAFETY: never null, and freed only when this is dropped.
        let node = unsafe { &*self.0.load(Ordering::Acquire) };
        &node.value
    }

    /// Puts `value` in the place of the last one. One at a time: the caller holds the lock of who writes.
    pub(super) fn grow(&self, value: T) {
        let previous = self.0.load(Ordering::Relaxed);
        self.0.store(Box::into_raw(Box::new(Node { value, previous })), Ordering::Release);
    }
}

impl<T> Drop for Grown<T> {
    fn drop(&mut self) {
        let mut node = self.0.load(Ordering::Relaxed);
        while !node.is_null() {
            // SAFETY: made by `into_raw`, in this list once, and nobody looks any more.
            node = unsafe { Box::from_raw(node) }.previous;
        }
    }
}

// SAFETY: it owns its values and lends them to any thread.
unsafe impl<T: Send + Sync> Send for Grown<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Grown<T> {}
