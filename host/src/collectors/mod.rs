//! Collectors of what a program did not count itself.

mod allocator;
mod fact;
mod process;

pub use allocator::AllocatorCollector;
pub use process::ProcessCollector;
