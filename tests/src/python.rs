//! Programs in Python that have `prometheus_client`, as judges.

use crate::tools;
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What `program` prints when it reads `input`.
///
/// `NARTHEX_PYTHON` names another Python than the one that `cargo xtask test` installs.
pub fn run(program: &str, input: String) -> Result<String> {
    let python = std::env::var_os("NARTHEX_PYTHON").map_or_else(tools::python, PathBuf::from);
    let mut child = Command::new(&python)
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {}, which `cargo xtask test` installs", python.display()))?;
    let stdin = child.stdin.take();
    let feed = std::thread::spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("the program failed: {}", output.status)
    }
    if let Ok(fed) = feed.join() {
        fed?;
    }
    Ok(String::from_utf8(output.stdout)?)
}
