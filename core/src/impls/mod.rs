//! One file for each foreign crate.

#[cfg(feature = "alloc")]
mod alloc;
#[cfg(feature = "defmt")]
mod defmt;
#[cfg(all(feature = "defmt", feature = "frame"))]
mod defmt_frame;
#[cfg(feature = "embedded-io-v0.7")]
mod embedded_io_v0_7;
