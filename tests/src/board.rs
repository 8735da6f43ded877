//! The emulated boards.

use crate::tools::{self, Tool};
use anyhow::{Context, Result};
use std::process::Command;

/// A board that QEMU emulates.
pub struct Board {
    /// What it is called here: the machine's name, where that has one processor.
    pub name: &'static str,
    /// Its processor, for people.
    pub core: &'static str,
    /// The target that its firmware is built for.
    pub target: &'static str,
    /// The package of the example that runs on it.
    pub package: &'static str,
    /// The binary of that package.
    pub binary: &'static str,
    emulator: Emulator,
    machine: &'static str,
    options: &'static [&'static str],
}

struct Emulator {
    program: &'static str,
    tool: Tool,
}

pub static BOARDS: [Board; 6] = [
    cortex_m("microbit", "Cortex-M0", "thumbv6m-none-eabi"),
    cortex_m("lm3s6965evb", "Cortex-M3", "thumbv7m-none-eabi"),
    cortex_m("mps2-an386", "Cortex-M4F", "thumbv7em-none-eabihf"),
    cortex_m("mps2-an505", "Cortex-M33", "thumbv8m.main-none-eabihf"),
    virt("virt-imac", "RISC-V RV32IMAC", "riscv32imac-unknown-none-elf", &["-bios", "none"]),
    virt(
        "virt-imc",
        "RISC-V RV32IMC, as in the ESP32-C3",
        "riscv32imc-unknown-none-elf",
        // An atomic instruction is illegal, as on the real ones.
        &["-bios", "none", "-cpu", "rv32,a=off"],
    ),
];

const fn cortex_m(name: &'static str, core: &'static str, target: &'static str) -> Board {
    let emulator = Emulator { program: "qemu-system-arm", tool: tools::QEMU_ARM };
    let package = "sensor-cortex-m";
    Board { name, core, target, package, binary: name, emulator, machine: name, options: &[] }
}

const fn virt(name: &'static str, core: &'static str, target: &'static str, options: &'static [&'static str]) -> Board {
    let emulator = Emulator { program: "qemu-system-riscv32", tool: tools::QEMU_RISCV };
    let package = "sensor-riscv";
    Board { name, core, target, package, binary: package, emulator, machine: "virt", options }
}

impl Board {
    /// The board of this name.
    pub fn named(name: &str) -> Result<&'static Board> {
        let board = BOARDS.iter().find(|board| board.name == name);
        board.with_context(|| format!("no board {name}; there are\n{}", list()))
    }

    /// What it takes to build for the board and to run it.
    pub fn tools(&self) -> [Tool; 2] {
        [Tool::Target(self.target), self.emulator.tool]
    }

    /// QEMU as this board, with neither display nor monitor; what it runs and how it is connected is left to name.
    pub fn qemu(&self) -> Command {
        let mut qemu = Command::new(self.emulator.program);
        qemu.args(["-machine", self.machine, "-display", "none", "-monitor", "none"]).args(self.options);
        qemu
    }
}

/// A line for each board: its name and its processor.
pub fn list() -> String {
    BOARDS.each_ref().map(|board| format!("    {:12} {}", board.name, board.core)).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::CORE_TARGETS;

    #[test]
    fn a_wrong_name_is_answered_with_the_boards_and_their_processors() {
        let error = Board::named("mps2").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("no board mps2; there are\n    microbit     Cortex-M0\n"), "{error}");
        assert_eq!(error.lines().count(), 1 + BOARDS.len());
    }

    #[test]
    fn core_is_built_for_every_board() {
        assert_eq!(BOARDS.iter().find(|board| !CORE_TARGETS.contains(&board.target)).map(|board| board.name), None);
    }
}
