//! Metrics that are named at run time: one cell, or a family that grows.

mod dated;
mod desc;
mod growing;
#[expect(unsafe_code, reason = "what a reader may still look at is not freed")]
mod grown;
#[expect(unsafe_code, reason = "a handle is a pin on a slot that threads share")]
mod handle;
#[expect(unsafe_code, reason = "a thread points at its own, which are there for ever")]
mod hazard;
mod limbo;
mod marks;
mod named;
#[expect(unsafe_code, reason = "it holds the store, which the last of its holders frees")]
mod owner;
mod shown;
mod single;
#[expect(unsafe_code, reason = "the content of a slot is shared memory, guarded by its state")]
mod slot;
#[expect(unsafe_code, reason = "slots stay where they are, and the last one to hold the store frees it")]
mod store;
mod table;
#[expect(unsafe_code, reason = "a pointer to a length and bytes: half of what a boxed slice takes")]
mod text;

pub(crate) use desc::{OwnedDesc, check_state_set, composed};
pub use growing::GrowingFamily;
pub use handle::Handle;
pub(crate) use marks::Lifetime;
pub use shown::Shown;
pub(crate) use single::Single;
