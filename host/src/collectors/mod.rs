//! Collectors of what a program did not count itself.

mod process;

pub use process::ProcessCollector;
