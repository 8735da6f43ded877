//! Running other programs.

use crate::project;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::{Command, Stdio};

/// Cargo in the root workspace.
pub fn cargo<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new("cargo");
    command.args(args).current_dir(project::root());
    command
}

/// Cargo in a workspace of firmware, whose own settings hold.
pub fn firmware_cargo<'a>(workspace: &Path, args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = cargo(args);
    command.current_dir(workspace);
    for host in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(host);
    }
    command
}

/// Says what it runs and lets it print.
pub fn run(command: &mut Command) -> Result<()> {
    let directory = command.get_current_dir().and_then(|directory| directory.strip_prefix(project::root()).ok());
    eprintln!("{}$ {}", directory.unwrap_or(Path::new("")).display(), text(command));
    let status = command.status().with_context(|| format!("cannot start {}", text(command)))?;
    if !status.success() {
        bail!("`{}`: {status}", text(command))
    }
    Ok(())
}

/// What it prints on stdout.
pub fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {}", text(command)))?;
    if !output.status.success() {
        bail!("`{}`: {}", text(command), output.status)
    }
    String::from_utf8(output.stdout).with_context(|| format!("what `{}` printed", text(command)))
}

/// Whether it succeeds; what it prints is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// What somebody would type.
fn text(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| {
        let value = value?.to_string_lossy();
        Some(format!("{}={}", name.to_string_lossy(), quoted(&value)))
    });
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    variables.chain(words.map(|word| quoted(&word.to_string_lossy()))).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    if word.contains([' ', '\n']) { format!("'{word}'") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_reads_as_it_would_be_typed() {
        let mut command = cargo(["test", "--doc"]);
        command.env("RUSTFLAGS", "--cfg loom").env_remove("CARGO_TARGET_DIR");
        assert_eq!(text(&command), "RUSTFLAGS='--cfg loom' cargo test --doc");
    }

    #[test]
    fn failures_name_the_command() {
        let error = run(Command::new("false").arg("x")).unwrap_err();
        assert_eq!(error.to_string(), "`false x`: exit status: 1");
        assert!(!succeeds(&mut Command::new("no-such-program")));
    }
}
