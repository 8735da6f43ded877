//! The example firmware exposes on every board, to the byte, what its metrics expose on the host.

use crate::board::BOARDS;
use crate::{project, qemu, tools};
use anyhow::{Context, Result, ensure};
use std::io::Write;
use std::process::{Command, Stdio};

/// Each format and the file that says what is exposed in it; `tests/tests/example_app.rs` holds the host to the same.
const GOLDEN: [(&str, &str); 2] = [("text", "exposition.txt"), ("openmetrics", "exposition.openmetrics.txt")];

pub fn check() -> Result<()> {
    tools::ensure(&[tools::PROMETHEUS])?;
    for board in &BOARDS {
        let elf = qemu::build_example(board)?;
        for (format, file) in GOLDEN {
            let path = project::path("embedded-examples/app/golden").join(file);
            let golden = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let exposed = qemu::exposition(board, &elf, format)?;
            ensure!(exposed == golden, "{} does not expose {file}, but:\n{exposed}", board.name);
            if format == "text" {
                promtool(&exposed)?;
            }
        }
        eprintln!("{}: exposes what the host does", board.name);
    }
    Ok(())
}

/// `promtool check metrics` has nothing to say.
pub fn promtool(page: &str) -> Result<()> {
    let mut promtool = Command::new("promtool");
    let mut child = promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("no stdin")?.write_all(page.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "promtool check metrics: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
