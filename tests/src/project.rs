//! Where things are.

use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> PathBuf {
    // What `cargo run` says now, not what it said to the compiler: checkouts may share a target directory.
    let tests = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    tests.parent().map_or(tests.clone(), Path::to_owned)
}

/// A file or directory of the repository.
pub fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

/// The target directory of the root workspace; `directory` inside it.
pub fn target(directory: &str) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| path("target"), PathBuf::from).join(directory)
}

/// The targets that core is built for: without and with atomics, 32 and 64 bits.
pub const CORE_TARGETS: &[&str] = &[
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv8m.main-none-eabihf",
    "riscv32imc-unknown-none-elf",
    "riscv32imac-unknown-none-elf",
    "i686-unknown-linux-gnu",
    "x86_64-unknown-linux-gnu",
];

/// Workspaces that the root workspace does not contain: of firmware, and of what it is compared with.
pub const OTHER_WORKSPACES: &[&str] = &[
    "tests/bench",
    "tests/size",
    "tests/firmware",
    "embedded-examples",
    "tests/size/http-embeprom",
    "tests/size/http-embassy-embeprom",
    "embedded-examples/rp2040",
    "embedded-examples/esp32c3",
];
