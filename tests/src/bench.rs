//! `cargo xtask bench`: the same work beside other libraries.

use crate::command::{firmware_cargo, run as run_command};
use crate::project;
use crate::tools::{self, PEERS, PYTHON_VENV, Tool};
use anyhow::Result;

/// A workspace of its own, so that nobody who builds narthex builds the others.
const WORKSPACE: &str = "tests/bench";

/// `cargo xtask bench [ROW...]`
pub fn run(rows: &[&str]) -> Result<()> {
    cargo_run(["--release", "--"].into_iter().chain(rows.iter().copied()))
}

/// Every row once, quickly: that it runs, not how fast, so that nothing is optimized.
pub fn check() -> Result<()> {
    cargo_run(["--", "--quick"])
}

fn cargo_run<'a>(args: impl IntoIterator<Item = &'a str>) -> Result<()> {
    tools::ensure(&PEERS)?;
    tools::ensure(&[PYTHON_VENV, Tool::PythonPackages])?; // one of the others is the Python client
    run_command(&mut firmware_cargo(&project::path(WORKSPACE), ["run", "--quiet"].into_iter().chain(args)))
}
