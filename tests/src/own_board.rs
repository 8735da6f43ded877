//! Firmware for boards that QEMU does not emulate. Each is a workspace of its own, as a user's would be.

use crate::command::{firmware_cargo, run};
use crate::project;
use crate::tools::{self, Tool};
use anyhow::Result;

/// The workspace, and the target that its own configuration names.
const FIRMWARE: [(&str, &str); 2] =
    [("embedded-examples/rp2040", "thumbv6m-none-eabi"), ("embedded-examples/esp32c3", "riscv32imc-unknown-none-elf")];

/// They build, without a warning.
pub fn check() -> Result<()> {
    for (workspace, target) in FIRMWARE {
        tools::ensure(&[Tool::Target(target), Tool::Component("clippy")])?;
        let workspace = project::path(workspace);
        run(&mut firmware_cargo(&workspace, ["build", "--quiet", "--release"]))?;
        run(&mut firmware_cargo(&workspace, ["clippy", "--quiet", "--release", "--", "--deny", "warnings"]))?;
    }
    Ok(())
}
