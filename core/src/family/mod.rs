//! Many series of one metric.

#[expect(clippy::module_inception, reason = "the file holds the type that the room is named after")]
mod family;
mod info;
mod series;
#[expect(unsafe_code, reason = "label text is shared memory, guarded by the slot's state word")]
mod slot;
mod state_set;
mod table;

pub use family::Family;
pub use info::Info;
pub use series::Series;
pub use slot::Refused;
pub use state_set::StateSet;
pub use table::Table;
