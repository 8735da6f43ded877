//! One file for each foreign crate.

#[cfg(feature = "alloc")]
mod alloc;
#[cfg(feature = "defmt")]
mod defmt;
#[cfg(all(feature = "defmt", feature = "frame"))]
mod defmt_frame;
#[cfg(feature = "embedded-io-async-v0.7")]
pub mod embedded_io_async_v0_7;
#[cfg(feature = "embedded-io-v0.7")]
mod embedded_io_v0_7;
#[cfg(feature = "picoserve-v0.20")]
pub mod picoserve_v0_20;
#[cfg(feature = "std")]
mod std;
