//! What must hold on every target: the host's tests and the boards run the same functions.
#![no_std]

mod cells;
mod expositions;
mod families;
mod groups;
mod guards;
mod protobuf;

pub use protobuf::PAGE as PROTOBUF;

/// An assertion and what it says.
pub type Case = (&'static str, fn());

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Case> {
    [cells::CASES, families::CASES, groups::CASES, guards::CASES, expositions::CASES, protobuf::CASES]
        .into_iter()
        .flatten()
}
