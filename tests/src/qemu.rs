//! Running firmware in QEMU.

use crate::board::{self, Board};
use crate::command::{firmware_cargo, run};
use crate::network::{self, Firmware};
use crate::{project, tools};
use anyhow::{Context, Result, bail};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Firmware that takes longer hangs: the slowest takes a few seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// `cargo xtask qemu [BOARD] [FORMAT]`
pub fn example(args: &[&str]) -> Result<()> {
    if let [name, port @ ..] = args
        && let Ok(firmware) = Firmware::named(name)
    {
        return network::serve(firmware, port.first().copied());
    }
    let (board, format) = match args {
        [] => ("lm3s6965evb", "text"),
        [board] => (*board, "text"),
        [board, format @ ("text" | "openmetrics")] => (*board, *format),
        _ => bail!("usage: cargo xtask qemu [BOARD] [text|openmetrics]; there are\n{}", board::list()),
    };
    let board = Board::named(board)?;
    print!("{}", exposition(board, &build_example(board)?, format)?);
    Ok(())
}

/// `cargo xtask qemu rtic`
pub fn rtic() -> Result<()> {
    let board = Board::named("lm3s6965evb")?;
    print!("{}", firmware(board, &build(board, "embedded-examples", "tasks-rtic", "tasks-rtic")?)?);
    Ok(())
}

/// Builds the example firmware of a board; answers its ELF.
pub fn build_example(board: &Board) -> Result<PathBuf> {
    build(board, "embedded-examples", board.package, board.binary)
}

/// Builds a binary of a workspace of firmware; answers its ELF.
pub fn build(board: &Board, workspace: &str, package: &str, binary: &str) -> Result<PathBuf> {
    tools::ensure(&board.tools())?;
    let workspace = project::path(workspace);
    let arguments = ["build", "--quiet", "--release", "--package", package, "--bin", binary, "--target", board.target];
    run(&mut firmware_cargo(&workspace, arguments))?;
    Ok(workspace.join("target").join(board.target).join("release").join(binary))
}

/// What the example firmware of a board exposes.
pub fn exposition(board: &Board, elf: &Path, format: &str) -> Result<String> {
    Ok(text(emulate(board, elf, format, PATIENCE)?))
}

/// Runs firmware to its end and answers what it printed through semihosting.
pub fn firmware(board: &Board, elf: &Path) -> Result<String> {
    Ok(text(bytes(board, elf)?))
}

/// The same for firmware that does not print text.
pub fn bytes(board: &Board, elf: &Path) -> Result<Vec<u8>> {
    emulate(board, elf, "", PATIENCE)
}

fn emulate(board: &Board, elf: &Path, argument: &str, patience: Duration) -> Result<Vec<u8>> {
    let mut qemu = board.qemu();
    // One instruction is 1024 ns, and a processor that sleeps wakes at once: the same firmware does the same, interrupts
    // included, however busy the host is.
    qemu.args(["-serial", "none", "-icount", "shift=10,sleep=off"]);
    qemu.args(["-semihosting-config", &format!("enable=on,target=native,arg={argument}")]);
    qemu.arg("-kernel").arg(elf);
    let what = format!("{} on {}", elf.file_name().unwrap_or_default().to_string_lossy(), board.name);
    to_the_end(&mut qemu, patience).with_context(|| what)
}

/// Runs `command` and answers its stdout; fails with both streams when it fails or takes too long.
fn to_the_end(command: &mut Command, patience: Duration) -> Result<Vec<u8>> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let out = collect(child.stdout.take());
    let err = collect(child.stderr.take());
    let status = wait(&mut child, patience)?;
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    match status {
        Some(status) if status.success() => Ok(out),
        Some(status) => bail!("{status}\n{}{}", text(out), text(err)),
        None => bail!("did not end within {} s\n{}{}", patience.as_secs_f32(), text(out), text(err)),
    }
}

fn collect(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes); // what came before an error is all there is
        }
        bytes
    })
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `None` when it had to be killed.
fn wait(child: &mut Child, patience: Duration) -> Result<Option<std::process::ExitStatus>> {
    let end = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, patience: Duration) -> Result<Vec<u8>> {
        to_the_end(Command::new("sh").args(["-c", script]), patience)
    }

    #[test]
    fn success_is_what_was_printed() {
        assert_eq!(sh("echo out; echo err >&2", PATIENCE).unwrap(), b"out\n");
    }

    #[test]
    fn failure_shows_both_streams() {
        let error = sh("echo out; echo err >&2; exit 3", PATIENCE).unwrap_err().to_string();
        assert_eq!(error, "exit status: 3\nout\nerr\n");
    }

    #[test]
    fn a_hang_is_a_failure() {
        let error = sh("exec sleep 1000", Duration::ZERO).unwrap_err().to_string();
        assert!(error.starts_with("did not end within 0 s"), "{error}");
    }
}
