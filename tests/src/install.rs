//! Installing tools, where that is allowed.

use crate::command::{output, run};
use crate::project;
use crate::tools::{PYTHON_PACKAGES, Tool};
use anyhow::{Result, bail};
use std::process::{Command, Stdio};

/// What to run to get some tools.
#[derive(Default)]
struct Plan {
    rustup: Vec<String>,
    packages: Vec<&'static str>,
    /// Whether to make the project's own virtual environment.
    venv: bool,
}

/// Installs `missing`, or fails with the one command that would.
pub fn install(missing: &[Tool]) -> Result<()> {
    let plan = plan(missing);
    if let Some(command) = plan.system_command()
        && !is_allowed()?
    {
        bail!("some tools are missing; this installs them:\n\n    {command}\n")
    }
    for command in &plan.rustup {
        run(Command::new("sh").args(["-c", command]))?;
    }
    if !plan.packages.is_empty() {
        run(&mut as_root(&without_services(&apt_get(&plan.packages)))?)?;
    }
    if plan.venv {
        make_venv()?;
    }
    Ok(())
}

fn plan(missing: &[Tool]) -> Plan {
    let mut plan = Plan::default();
    let (mut targets, mut components, mut nightly) = (String::new(), String::new(), Vec::new());
    for tool in missing {
        match tool {
            Tool::Target(target) => targets += &format!(" {target}"),
            Tool::Component(component) => components += &format!(" {component}"),
            Tool::Nightly(component) => nightly.push(*component),
            Tool::Debian { package, .. } => plan.packages.push(package),
            Tool::PythonPackages => plan.venv = true,
        }
    }
    if !targets.is_empty() {
        plan.rustup.push(format!("rustup target add{targets}"));
    }
    if !components.is_empty() {
        plan.rustup.push(format!("rustup component add{components}"));
    }
    if !nightly.is_empty() {
        // Also adds to a nightly that is there.
        plan.rustup.push(format!("rustup toolchain install nightly --profile minimal -c {}", nightly.join(",")));
    }
    plan
}

impl Plan {
    /// The one command for everything outside the project's own directories.
    fn system_command(&self) -> Option<String> {
        let mut commands = self.rustup.clone();
        if !self.packages.is_empty() {
            commands.push(format!("sudo sh -c '{}'", apt_get(&self.packages)));
        }
        (!commands.is_empty()).then(|| commands.join(" && "))
    }
}

fn apt_get(packages: &[&str]) -> String {
    let options = "-o DPkg::Lock::Timeout=300 --no-install-recommends -y";
    format!("apt-get update && apt-get install {options} {}", packages.join(" "))
}

/// Debian starts the services that it installs, and a Prometheus of its own would sit on our port. This file is how it
/// is told not to.
fn without_services(command: &str) -> String {
    format!(
        "guard=/usr/sbin/policy-rc.d
if [ ! -e $guard ]; then
    trap 'rm -f $guard' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\\nexit 101\\n' > $guard && chmod 755 $guard
fi
{command}"
    )
}

fn as_root(script: &str) -> Result<Command> {
    let mut command = if is_root()? {
        Command::new("sh")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "sh"]);
        sudo
    };
    command.args(["-c", script]).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    Ok(command)
}

fn is_root() -> Result<bool> {
    Ok(output(Command::new("id").arg("-u"))?.trim() == "0")
}

fn is_allowed() -> Result<bool> {
    Ok(std::env::var_os("CI").is_some() || is_root()?)
}

fn make_venv() -> Result<()> {
    let venv = project::path("target/venv");
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    let packages = PYTHON_PACKAGES.map(|(name, version)| format!("{name}=={version}"));
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(venv.join("bin/python")).args(quiet).args(packages))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::{PROMETHEUS, QEMU_ARM};

    #[test]
    fn one_command_for_everything_that_is_missing() {
        let missing = [
            Tool::Target("thumbv6m-none-eabi"),
            QEMU_ARM,
            Tool::Nightly("miri"),
            Tool::Target("thumbv7m-none-eabi"),
            Tool::PythonPackages,
            Tool::Nightly("rust-src"),
            PROMETHEUS,
        ];
        let plan = plan(&missing);
        assert!(plan.venv);
        assert_eq!(
            plan.system_command().unwrap(),
            "rustup target add thumbv6m-none-eabi thumbv7m-none-eabi && \
             rustup toolchain install nightly --profile minimal -c miri,rust-src && \
             sudo sh -c 'apt-get update && apt-get install -o DPkg::Lock::Timeout=300 --no-install-recommends -y \
             qemu-system-arm prometheus'"
        );
    }

    #[test]
    fn the_virtual_environment_needs_no_permission() {
        assert_eq!(plan(&[Tool::PythonPackages]).system_command(), None);
    }
}
