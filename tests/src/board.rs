//! The emulated boards.

use anyhow::{Context, Result};

/// A board that QEMU emulates.
pub struct Board {
    /// What QEMU calls it.
    pub name: &'static str,
    /// The target that its firmware is built for.
    pub target: &'static str,
}

pub const BOARDS: [Board; 2] = [
    Board { name: "lm3s6965evb", target: "thumbv7m-none-eabi" },
    Board { name: "microbit", target: "thumbv6m-none-eabi" },
];

impl Board {
    /// The board of this name.
    pub fn named(name: &str) -> Result<&'static Board> {
        let known = BOARDS.each_ref().map(|board| board.name).join(", ");
        BOARDS.iter().find(|board| board.name == name).with_context(|| format!("no board {name}; there are {known}"))
    }
}
