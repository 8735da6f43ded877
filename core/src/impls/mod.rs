//! One file for each foreign crate.

#[cfg(feature = "alloc")]
mod alloc;
#[cfg(feature = "defmt")]
mod defmt;
#[cfg(feature = "embedded-io-v0.7")]
mod embedded_io_v0_7;
