//! What the checks need from the machine, and how to see whether it is there.

use crate::command::{output, succeeds};
use crate::{install, project};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// Something that a check needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    /// The standard library for a target.
    Target(&'static str),
    /// A component of the toolchain in use.
    Component(&'static str),
    /// A component of the nightly toolchain.
    Nightly(&'static str),
    /// A Debian package; `proof` is a command that succeeds when it is installed.
    Debian { package: &'static str, proof: &'static [&'static str] },
    /// [`PYTHON_PACKAGES`] in a virtual environment of the project.
    PythonPackages,
}

pub const QEMU_ARM: Tool = Tool::Debian { package: "qemu-system-arm", proof: &["qemu-system-arm", "--version"] };
pub const QEMU_RISCV: Tool = Tool::Debian { package: "qemu-system-misc", proof: &["qemu-system-riscv32", "--version"] };
pub const PROMETHEUS: Tool = Tool::Debian { package: "prometheus", proof: &["promtool", "--version"] };
pub const PUSHGATEWAY: Tool =
    Tool::Debian { package: "prometheus-pushgateway", proof: &["prometheus-pushgateway", "--version"] };
pub const NODE_EXPORTER: Tool =
    Tool::Debian { package: "prometheus-node-exporter", proof: &["prometheus-node-exporter", "--version"] };
pub const VICTORIA_METRICS: Tool =
    Tool::Debian { package: "victoria-metrics", proof: &["victoria-metrics", "--version"] };
const GO: Tool = Tool::Debian { package: "golang-go", proof: &["go", "version"] };
const GO_PARSERS: Tool = Tool::Debian {
    package: "golang-github-prometheus-common-dev",
    proof: &["test", "-d", "/usr/share/gocode/src/github.com/prometheus/common/expfmt"],
};
const CHROMIUM: Tool = Tool::Debian { package: "chromium", proof: &["chromium", "--version"] };
const PROTOC: Tool = Tool::Debian { package: "protobuf-compiler", proof: &["protoc", "--version"] };
const PROTOBUF_TYPES: Tool =
    Tool::Debian { package: "libprotobuf-dev", proof: &["test", "-f", "/usr/include/google/protobuf/timestamp.proto"] };
/// What the libraries that narthex is compared with are built with.
pub const PEERS: [Tool; 2] = [PROTOC, PROTOBUF_TYPES];
pub const PYTHON_VENV: Tool =
    Tool::Debian { package: "python3-venv", proof: &["python3", "-c", "import venv, ensurepip"] };

/// What the tests call from Python: packages and their versions.
pub const PYTHON_PACKAGES: [(&str, &str); 2] = [("prometheus_client", "0.26.0"), ("cobs", "1.2.2")];

/// Where the tests find Python with these packages.
pub fn python() -> PathBuf {
    project::path("target/venv/bin/python")
}

/// What the whole of `cargo xtask test` needs.
pub fn all() -> Vec<Tool> {
    let mut tools = vec![QEMU_ARM, QEMU_RISCV, PROMETHEUS, PUSHGATEWAY, NODE_EXPORTER, VICTORIA_METRICS];
    tools.extend([CHROMIUM, GO, GO_PARSERS, PROTOC, PROTOBUF_TYPES, PYTHON_VENV, Tool::PythonPackages]);
    tools.extend(["clippy", "rustfmt"].map(Tool::Component));
    tools.extend(["miri", "rust-src"].map(Tool::Nightly));
    tools.extend(project::CORE_TARGETS.iter().copied().map(Tool::Target));
    tools
}

/// Installs what is missing, or says how.
pub fn ensure(tools: &[Tool]) -> Result<()> {
    let missing = missing(tools)?;
    if missing.is_empty() {
        return Ok(());
    }
    install::install(&missing)?;
    match self::missing(&missing)?.as_slice() {
        [] => Ok(()),
        still => bail!("installed, but still not there: {still:?}"),
    }
}

fn missing(tools: &[Tool]) -> Result<Vec<Tool>> {
    let mut missing = Vec::new();
    for tool in tools {
        if !is_present(*tool)? {
            missing.push(*tool);
        }
    }
    Ok(missing)
}

fn is_present(tool: Tool) -> Result<bool> {
    Ok(match tool {
        Tool::Target(target) => rustup(&["target", "list", "--installed"])?.lines().any(|line| line == target),
        Tool::Component(component) => has_component(&rustup(&["component", "list", "--installed"])?, component),
        Tool::Nightly(component) => {
            rustup(&["toolchain", "list"])?.lines().any(|line| line.starts_with("nightly-"))
                && has_component(&rustup(&["component", "list", "--installed", "--toolchain", "nightly"])?, component)
        }
        Tool::Debian { proof, .. } => succeeds(Command::new(proof[0]).args(&proof[1..])),
        Tool::PythonPackages => {
            let is_installed = |(name, version)| format!("version({name:?}) == {version:?}");
            let all = PYTHON_PACKAGES.map(is_installed).join(" and ");
            let check = format!("from importlib.metadata import version; {all} or exit(1)");
            succeeds(Command::new(python()).args(["-c", &check]))
        }
    })
}

/// Components are listed with the host's triple behind them, except those that have none.
fn has_component(list: &str, component: &str) -> bool {
    list.lines().any(|line| line.strip_prefix(component).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
}

fn rustup(args: &[&str]) -> Result<String> {
    output(Command::new("rustup").args(args)).map_err(|error| error.context("rustup is needed: https://rustup.rs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_with_and_without_a_triple() {
        let list = "miri-x86_64-unknown-linux-gnu\nrust-src\nrust-std-x86_64-unknown-linux-gnu\n";
        assert!(has_component(list, "miri") && has_component(list, "rust-src"));
        assert!(!has_component(list, "mir") && !has_component(list, "clippy"));
    }
}
