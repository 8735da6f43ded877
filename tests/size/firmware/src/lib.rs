//! The subject that the chosen feature names.
#![no_std]

#[cfg(feature = "embeprom")]
pub use subject_embeprom::Embeprom as Chosen;
#[cfg(feature = "handwritten")]
pub use subject_handwritten::Handwritten as Chosen;
#[cfg(feature = "narthex")]
pub use subject_narthex::Narthex as Chosen;
#[cfg(feature = "null")]
pub use subject_null::Null as Chosen;
