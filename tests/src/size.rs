//! The yardstick: what workload W1 costs, beside others and against the budgets.

mod features;
mod network;
mod page;
mod sections;
mod serial;

pub use network::STACK_OF_NETWORK_FIRMWARE;
pub use page::write as write_page;

use crate::board::Board;
use crate::command::{firmware_cargo, run as run_command};
use crate::elf::{footprint, panic_symbols};
use crate::{project, qemu, tools};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;

/// Subtracted from the others.
const NULL: &str = "null";
/// Says what everybody has to expose.
const FLOOR: &str = "handwritten";
const SUBJECTS: [&str; 4] = ["narthex", "narthex-table", "embeprom", FLOOR];

/// The rows of the table: how each is called here, and by the bench firmware.
const ROWS: [&str; 15] = [
    "flash",
    "RAM",
    "counter inc",
    "counter add",
    "gauge set",
    "look-up first",
    "look-up last",
    "handle inc",
    "observe first",
    "observe middle",
    "observe beyond",
    "render net",
    "render stack",
    "look-up stack",
    "panic symbols",
];

/// The most that a subject may take.
struct Budget {
    subject: &'static str,
    row: &'static str,
    most: u64,
}

/// They hold for the first board.
const BUDGETS: [Budget; 15] = [
    budget("narthex", "flash", 6_800),
    budget("narthex", "RAM", 420),
    budget("narthex-table", "RAM", 260),
    budget("narthex", "counter inc", 9),
    budget("narthex", "look-up first", 170),
    budget("narthex", "look-up last", 280),
    budget("narthex", "handle inc", 12),
    budget("narthex-table", "handle inc", 12),
    budget("narthex", "observe first", 29),
    budget("narthex", "observe middle", 59),
    budget("narthex", "observe beyond", 93),
    budget("narthex", "render net", 14_000),
    budget("narthex", "render stack", 440),
    budget("narthex", "panic symbols", 0),
    budget("narthex-table", "panic symbols", 0),
];

const fn budget(subject: &'static str, row: &'static str, most: u64) -> Budget {
    Budget { subject, row, most }
}

/// What was measured of one subject.
struct Measured {
    rows: BTreeMap<String, u64>,
    exposition: String,
    panics: Vec<String>,
}

/// `cargo xtask size`
pub fn run() -> Result<()> {
    let mut failures = Vec::new();
    for (index, board) in boards()?.into_iter().enumerate() {
        tools::ensure(&board.tools())?;
        let measured = measure_all(board)?;
        let budgets: &[Budget] = if index == 0 { &BUDGETS } else { &[] };
        println!("\n{}", table(board, &measured, budgets));
        failures.extend(verdict(&measured, budgets));
    }
    failures.extend(network::check()?);
    failures.extend(serial::check()?);
    failures.extend(page::check()?);
    if !failures.is_empty() {
        bail!("over budget or wrong:\n    {}", failures.join("\n    "))
    }
    Ok(())
}

/// Where it is measured: with and without compare-and-swap.
pub fn boards() -> Result<[&'static Board; 2]> {
    Ok([Board::named("lm3s6965evb")?, Board::named("microbit")?])
}

/// The features of `tests/size/firmware`, of which it takes one at a time.
pub fn subjects() -> impl Iterator<Item = &'static str> {
    [NULL].into_iter().chain(SUBJECTS)
}

fn measure_all(board: &Board) -> Result<BTreeMap<&'static str, Measured>> {
    let nothing = measure(board, NULL)?;
    let mut all = BTreeMap::new();
    for subject in SUBJECTS {
        let mut measured = measure(board, subject)?;
        for row in ["flash", "RAM"] {
            *measured.rows.entry(row.into()).or_default() -= nothing.rows[row];
        }
        all.insert(subject, measured);
    }
    Ok(all)
}

fn measure(board: &Board, subject: &str) -> Result<Measured> {
    let workspace = project::path("tests/size");
    let arguments = ["build", "--quiet", "--release", "--bins", "--target", board.target, "--features", subject];
    run_command(&mut firmware_cargo(&workspace, arguments))?;
    let built = workspace.join("target").join(board.target).join("release");

    let printed = qemu::firmware(board, &built.join("bench")).with_context(|| subject.to_owned())?;
    let (rows, exposition) = printed.split_once("---\n").context("the bench printed no exposition")?;
    let mut rows = rows.lines().map(parse_row).collect::<Result<BTreeMap<_, _>>>()?;

    let size = footprint(&built.join("size"))?;
    let panics = panic_symbols(&built.join("size"))?;
    rows.extend([
        ("flash".into(), size.flash),
        ("RAM".into(), size.ram),
        ("panic symbols".into(), panics.len() as u64),
    ]);
    Ok(Measured { rows, exposition: exposition.into(), panics })
}

fn parse_row(line: &str) -> Result<(String, u64)> {
    let (name, value) = line.split_once('\t').with_context(|| format!("not a row: {line}"))?;
    Ok((name.into(), value.parse().with_context(|| format!("not a number: {line}"))?))
}

fn table(board: &Board, measured: &BTreeMap<&str, Measured>, budgets: &[Budget]) -> String {
    let mut lines = vec![
        format!("| {} | {} |", board.target, SUBJECTS.join(" | ")),
        format!("| --- |{}", " ---: |".repeat(SUBJECTS.len())),
    ];
    for row in ROWS {
        let cells = SUBJECTS.map(|subject| {
            let value = measured[subject].rows[row];
            match budgets.iter().find(|budget| (budget.subject, budget.row) == (subject, row)) {
                Some(budget) => format!("{value} (of {})", budget.most),
                None => value.to_string(),
            }
        });
        lines.push(format!("| {row} | {} |", cells.join(" | ")));
    }
    lines.push("\nBytes and instructions; flash and RAM beyond the empty firmware.".into());
    lines.join("\n")
}

fn verdict(measured: &BTreeMap<&str, Measured>, budgets: &[Budget]) -> Vec<String> {
    let mut failures = Vec::new();
    for Budget { subject, row, most } in budgets {
        let taken = measured[subject].rows[*row];
        if taken > *most {
            failures.push(format!("{row} of {subject}: {taken}, budget {most}"));
        }
    }
    for (subject, of) in measured {
        if of.exposition != measured[FLOOR].exposition {
            failures.push(format!("{subject} does not expose what {FLOOR} does:\n{}", of.exposition));
        }
        // Peers may panic; we may not, whether or not the board has budgets.
        if subject.starts_with("narthex") && !of.panics.is_empty() {
            failures.push(format!("{subject} can panic: {}", of.panics.join(", ")));
        }
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(flash: u64, exposition: &str, panics: &[&str]) -> Measured {
        let panics = panics.iter().map(|&symbol| symbol.into()).collect();
        Measured { rows: [("flash".into(), flash)].into(), exposition: exposition.into(), panics }
    }

    #[test]
    fn a_failure_names_row_measured_and_budget() {
        let budgets = [Budget { subject: "narthex", row: "flash", most: 6800 }];
        let all = |flash| [(FLOOR, measured(1, "x 1\n", &["p"])), ("narthex", measured(flash, "x 1\n", &[]))].into();
        assert!(verdict(&all(6800), &budgets).is_empty());
        assert_eq!(verdict(&all(6801), &budgets), ["flash of narthex: 6801, budget 6800"]);
    }

    #[test]
    fn another_exposition_or_a_panic_fails_without_a_budget() {
        let all = [(FLOOR, measured(1, "x 1\n", &[])), ("narthex", measured(1, "x 2\n", &["core::panicking::panic"]))];
        assert_eq!(
            verdict(&all.into(), &[]),
            ["narthex does not expose what handwritten does:\nx 2\n", "narthex can panic: core::panicking::panic"]
        );
    }
}
