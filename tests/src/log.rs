//! Firmware that logs with defmt.

use crate::board::Board;
use crate::command::{cargo, output};
use crate::qemu;
use anyhow::Result;
use std::fs;

/// The board that all of it is for.
const BOARD: &str = "lm3s6965evb";

/// `cargo xtask qemu defmt`
pub fn example() -> Result<()> {
    print!("{}", logged("embedded-examples", "log-defmt")?);
    Ok(())
}

/// What a package in a workspace of firmware logs until it ends: one line a frame, its level in front.
pub fn logged(workspace: &str, package: &str) -> Result<String> {
    let board = Board::named(BOARD)?;
    let elf = qemu::build(board, workspace, package, package)?;
    let frames = elf.with_extension("frames");
    fs::write(&frames, qemu::bytes(board, &elf)?)?;

    let decode = ["run", "--quiet", "--package", "narthex-tests", "--features", "decode", "--bin", "decode", "--"];
    output(cargo(decode).args([elf, frames]))
}
