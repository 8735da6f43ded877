//! What firmware takes that sends its metrics over a serial line.

use crate::board::Board;
use crate::elf::{footprint, panic_symbols};
use crate::serial::{build, start};
use anyhow::Result;

const BOARD: &str = "microbit";

/// The most that it may take: text with rodata, and RAM with the stack.
const BUDGET: [(&str, u64); 2] = [("flash", 12_000), ("RAM", 2_000)];

/// How often each form is asked for before the stack is looked at: a timer interrupts it some thousand times.
const PAGES: usize = 20;

/// Prints what it takes; answers what is over budget.
pub fn check() -> Result<Vec<String>> {
    let board = Board::named(BOARD)?;
    let elf = build(board)?;
    let (emulator, mut line) = start(board, &elf)?;
    for _ in 0..PAGES {
        line.snapshot()?;
        line.page()?;
    }
    let (size, stack) = (footprint(&elf)?, emulator.stack_high_water(&elf)?);
    println!(
        "\nserial on {BOARD}: flash {} (of {}), RAM {} (of {}): {} statics, {stack} stack\n\n\
         Bytes; the stack is the most that it held while pages were sent as text and in frames.",
        size.flash,
        BUDGET[0].1,
        size.ram + stack,
        BUDGET[1].1,
        size.ram
    );
    Ok(verdict([size.flash, size.ram + stack], &panic_symbols(&elf)?))
}

fn verdict(taken: [u64; 2], panics: &[String]) -> Vec<String> {
    let over = BUDGET.iter().zip(taken).filter(|((_, most), taken)| taken > most);
    let mut failures: Vec<_> =
        over.map(|((what, most), taken)| format!("{what} of serial: {taken}, budget {most}")).collect();
    if !panics.is_empty() {
        failures.push(format!("serial can panic: {}", panics.join(", ")));
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_what_was_measured_and_the_budget() {
        assert!(verdict([12_000, 2_000], &[]).is_empty());
        assert_eq!(verdict([12_001, 2_000], &[]), ["flash of serial: 12001, budget 12000"]);
        assert_eq!(
            verdict([1, 2_001], &["core::panicking::panic".into()]),
            ["RAM of serial: 2001, budget 2000", "serial can panic: core::panicking::panic"]
        );
    }
}
