//! What needs no program to run: format, lints, structure, documentation.

use crate::board::{BOARDS, Board};
use crate::command::{cargo, firmware_cargo, run as run_command};
use crate::tools::{self, PEERS, Tool};
use crate::{project, size, tidy};
use anyhow::Result;

/// Firmware that is for one board: its workspace, its package, the board.
const FOR_ONE_BOARD: &[(&str, &str, &str)] = &[
    ("embedded-examples", "http-embassy", "lm3s6965evb"),
    ("embedded-examples", "http-smoltcp", "lm3s6965evb"),
    ("embedded-examples", "log-defmt", "lm3s6965evb"),
    ("embedded-examples", "tasks-rtic", "lm3s6965evb"),
    ("embedded-examples", "serial-cortex-m", "lm3s6965evb"),
    ("embedded-examples", "serial-riscv", "virt-imac"),
    ("tests/firmware", "logger", "lm3s6965evb"),
    ("tests/size/http-embeprom", "http-embeprom", "lm3s6965evb"),
    ("tests/size/http-embassy-embeprom", "http-embassy-embeprom", "lm3s6965evb"),
];

/// `cargo xtask lint`
pub fn run() -> Result<()> {
    fmt()?;
    tidy::run()?;
    clippy()?;
    doc()
}

pub fn fmt() -> Result<()> {
    tools::ensure(&[Tool::Component("rustfmt")])?;
    run_command(&mut cargo(["fmt", "--all", "--check"]))?;
    for workspace in project::OTHER_WORKSPACES {
        run_command(&mut firmware_cargo(&project::path(workspace), ["fmt", "--all", "--check"]))?;
    }
    Ok(())
}

pub fn clippy() -> Result<()> {
    tools::ensure(&[Tool::Component("clippy")])?;
    tools::ensure(&PEERS)?; // the comparison is looked at, too
    tools::ensure(&BOARDS.each_ref().map(|board| Tool::Target(board.target)))?;
    let deny = ["--quiet", "--", "--deny", "warnings"];
    run_command(cargo(["clippy", "--workspace", "--all-targets", "--all-features"]).args(deny))?;
    for board in &BOARDS {
        let clippy = ["clippy", "--target", board.target];
        run_command(firmware_cargo(&project::path("tests/firmware"), clippy).args(deny))?;
        let example = ["clippy", "--package", board.package, "--target", board.target];
        run_command(firmware_cargo(&project::path("embedded-examples"), example).args(deny))?;
    }
    for (workspace, package, board) in FOR_ONE_BOARD {
        let clippy = ["clippy", "--package", package, "--target", Board::named(board)?.target];
        run_command(firmware_cargo(&project::path(workspace), clippy).args(deny))?;
    }
    run_command(firmware_cargo(&project::path("tests/bench"), ["clippy"]).args(deny))?;
    let http = ["clippy", "--package", "http", "--package", "requests", "--all-targets"];
    run_command(firmware_cargo(&project::path("embedded-examples"), http).args(deny))?;
    for board in size::boards()? {
        for subject in size::subjects() {
            let clippy = ["clippy", "--target", board.target, "--features", subject];
            run_command(firmware_cargo(&project::path("tests/size"), clippy).args(deny))?;
        }
        let sections = ["clippy", "--package", "sections", "--target", board.target];
        run_command(firmware_cargo(&project::path("tests/size"), sections).args(deny))?;
        let features = ["clippy", "--package", "features", "--features", "again", "--target", board.target];
        run_command(firmware_cargo(&project::path("tests/size"), features).args(deny))?;
    }
    Ok(())
}

pub fn doc() -> Result<()> {
    let mut doc = cargo(["doc", "--workspace", "--no-deps", "--all-features", "--quiet"]);
    run_command(doc.env("RUSTDOCFLAGS", "--deny warnings"))
}
