//! What checks the project: `cargo xtask` is the front of it, and the tests of this package use the same pieces.

#![allow(missing_docs, reason = "published nowhere: names speak for those who work on the project")]

pub mod bench;
pub mod board;
pub mod command;
pub mod elf;
pub mod emulator;
pub mod example;
pub mod install;
pub mod lint;
pub mod log;
pub mod network;
pub mod own_board;
pub mod project;
pub mod python;
pub mod qemu;
pub mod serial;
pub mod size;
pub mod test;
pub mod tidy;
pub mod tools;
