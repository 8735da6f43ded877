//! Collectors of what a program did not count itself.

mod allocator;
mod build_info;
mod fact;
mod known;
mod platform;
mod process;

pub use allocator::AllocatorCollector;
pub use build_info::BuildInfoCollector;
pub use platform::PlatformCollector;
pub use process::ProcessCollector;
