//! Firmware that is scraped over an emulated network card.

use crate::board::Board;
use crate::command::{firmware_cargo, run};
use crate::emulator::Emulator;
use crate::{project, tools};
use anyhow::{Context, Result};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// The board with a network card.
const BOARD: &str = "lm3s6965evb";

/// A firmware that serves its metrics at port 80.
pub struct Firmware {
    /// Its package, and the binary.
    pub name: &'static str,
    /// The workspace of the package.
    pub workspace: &'static str,
    /// Whether it pushes to the gateway that `PUSHGATEWAY` names when it is built.
    pub pushes: bool,
}

/// All of them: each passes the same tests.
pub const FIRMWARE: [Firmware; 2] = [SMOLTCP, EMBASSY];

/// Blocking.
pub const SMOLTCP: Firmware = Firmware { name: "http-smoltcp", workspace: "embedded-examples", pushes: true };
/// Async, with picoserve.
pub const EMBASSY: Firmware = Firmware { name: "http-embassy", workspace: "embedded-examples", pushes: false };

/// A firmware that runs.
pub struct Running {
    pub emulator: Emulator,
    /// Where its port 80 is on this machine.
    pub address: SocketAddrV4,
    pub elf: PathBuf,
}

impl Firmware {
    /// The firmware of this name.
    pub fn named(name: &str) -> Result<&'static Firmware> {
        let known = FIRMWARE.each_ref().map(|firmware| firmware.name).join(", ");
        let firmware = FIRMWARE.iter().find(|firmware| firmware.name == name);
        firmware.with_context(|| format!("no firmware {name}; there is {known}"))
    }

    /// Builds it; `gateway` is a port of this machine, where the firmware is to push to. What pushes is another
    /// image than what does not.
    pub fn build(&self, gateway: Option<u16>) -> Result<PathBuf> {
        let board = Board::named(BOARD)?;
        tools::ensure(&board.tools())?;
        let workspace = project::path(self.workspace);
        let arguments = ["build", "--quiet", "--release", "--package", self.name, "--target", board.target];
        let mut cargo = firmware_cargo(&workspace, arguments);
        match gateway {
            Some(port) => cargo.env("PUSHGATEWAY", format!("10.0.2.2:{port}")), // this machine, as the board sees it
            None => cargo.env_remove("PUSHGATEWAY"),
        };
        static BUILDING: Mutex<()> = Mutex::new(());
        let _alone = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
        run(&mut cargo)?;
        let built = workspace.join("target").join(board.target).join("release").join(self.name);
        let image = built.with_extension(if gateway.is_some() { "pushing" } else { "serving" });
        std::fs::copy(&built, &image)?;
        Ok(image)
    }

    /// Builds it and starts it.
    pub fn start(&self, gateway: Option<u16>) -> Result<Running> {
        start(&self.build(gateway)?, free_port()?)
    }
}

/// Starts an image, and lets this machine reach its port 80 at `port`.
pub fn start(elf: &Path, port: u16) -> Result<Running> {
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    let emulator = Emulator::start(&mut qemu(elf, address)?)?;
    Ok(Running { emulator, address, elf: elf.to_owned() })
}

fn qemu(elf: &Path, address: SocketAddrV4) -> Result<Command> {
    let mut qemu = Board::named(BOARD)?.qemu();
    qemu.args(["-serial", "none", "-nic", &format!("user,model=stellaris,hostfwd=tcp:{address}-:80")]);
    qemu.arg("-kernel").arg(elf);
    Ok(qemu)
}

/// `cargo xtask qemu FIRMWARE [PORT]`: runs until somebody ends it.
pub fn serve(firmware: &Firmware, port: Option<&str>) -> Result<()> {
    let port = match port {
        Some(port) => port.parse().with_context(|| format!("{port} is no port; 8080 would be one"))?,
        None => free_port()?,
    };
    let mut qemu = qemu(&firmware.build(None)?, SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
    println!("open http://127.0.0.1:{port}/metrics; Ctrl-C ends it");
    if firmware.pushes {
        println!("it pushes to http://127.0.0.1:9091, when a Pushgateway is there");
    }
    run(&mut qemu)
}

/// A port that nothing listens at.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
