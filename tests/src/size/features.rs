//! What each thing costs, beside the same firmware without it; and whether the documentation says so.

use super::boards;
use crate::board::Board;
use crate::command::{firmware_cargo, run};
use crate::elf::{Footprint, footprint, panic_symbols};
use crate::{project, tools};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;

/// A program of `tests/size/features`, the one that it differs from, and by what.
const WAYS_OUT: [(&str, &str, &str); 7] = [
    ("text", "null", "two counters, a gauge and the text format"),
    ("openmetrics", "null", "the same and OpenMetrics"),
    ("both", "text", "OpenMetrics beside text"),
    ("cursor", "text", "`Cursor` instead of one piece"),
    ("frame", "openmetrics", "frames (`frame`)"),
    ("log_integer", "null", "an integer in the log (defmt itself)"),
    ("log_counter", "log_integer", "a counter instead of the integer (`defmt`)"),
];

/// Metrics are added to this program.
const METRICS_BESIDE: &str = "text";

const METRICS: [(&str, &str); 16] = [
    ("counter", "`Counter`"),
    ("counter_u32", "`Counter<u32>`"),
    ("gauge", "`Gauge`"),
    ("gauge_i32", "`Gauge<i32>`"),
    ("gauge_f32", "`Gauge<f32>`"),
    ("gauge_f64", "`Gauge<f64>`"),
    ("scale", "`Counter` with unit and scale"),
    ("callback", "`GaugeFn<u32>`"),
    ("histogram_3", "`Histogram` of `u32`, 3 bounds"),
    ("histogram_11", "`Histogram` of `u32`, 11 bounds"),
    ("histogram_f64", "`Histogram` of `f64`, 3 bounds"),
    ("summary", "`Summary<u32>`"),
    ("table", "`Table` of 4 counters"),
    ("family", "`Family` of 8 counters, 2 labels, 32 bytes of text"),
    ("info", "`Info`, 16 bytes of text"),
    ("state_set", "`StateSet`"),
];

const PAGE: &str = "docs/your-own-board.md";
const BEGIN: &str = "<!-- measured by `cargo xtask size`; `cargo xtask size --write` writes it anew -->\n";
const END: &str = "<!-- end of what was measured -->\n";

/// How far a figure on the page may be off, in bytes, or a twentieth if that is more: compilers differ.
const SLACK: u64 = 32;

/// Prints the tables; answers what is wrong with them and with the page.
pub fn check() -> Result<Vec<String>> {
    let (measured, panics) = measure()?;
    println!("\n{measured}");
    let page = fs::read_to_string(project::path(PAGE)).context(PAGE)?;
    let (_, quoted, _) = parts(&page)?;
    let stale = differing(quoted, &measured).into_iter();
    let stale =
        stale.map(|line| format!("{PAGE} is stale, `cargo xtask size --write` writes it anew; measured: {line}"));
    Ok(stale.chain(panics).collect())
}

/// Writes the tables into the page: `cargo xtask size --write`.
pub fn write() -> Result<()> {
    let (measured, panics) = measure()?;
    ensure!(panics.is_empty(), "{}", panics.join("\n"));
    let page = fs::read_to_string(project::path(PAGE)).context(PAGE)?;
    let (before, _, after) = parts(&page)?;
    fs::write(project::path(PAGE), format!("{before}{BEGIN}{measured}{END}{after}"))?;
    println!("{measured}");
    Ok(())
}

/// What comes before the tables, the tables, what comes after.
fn parts(page: &str) -> Result<(&str, &str, &str)> {
    let cut = page.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?)));
    let (before, (quoted, after)) = cut.with_context(|| format!("{PAGE} has no place for the tables"))?;
    Ok((before, quoted, after))
}

/// The tables, and the programs that can panic.
fn measure() -> Result<(String, Vec<String>)> {
    let (mut built, mut panics) = (Vec::new(), Vec::new());
    for board in boards()? {
        tools::ensure(&board.tools())?;
        let once = programs(board, &[], &mut panics)?;
        built.push(Built { once, twice: programs(board, &["--features", "again"], &mut panics)? });
    }
    panics.sort();
    panics.dedup();
    let targets = boards()?.map(|board| board.target);
    let mut lines = vec![
        format!("| a way out | flash, {} | RAM | flash, {} | RAM |", targets[0], targets[1]),
        format!("| --- |{}", " ---: |".repeat(4)),
    ];
    for (program, without, what) in WAYS_OUT {
        let costs = built.iter().flat_map(|built| built.difference(program, without));
        lines.push(line(what, costs));
    }
    lines.extend([
        String::new(),
        format!(
            "| a metric | first, {} | each further | first, {} | each further | RAM each |",
            targets[0], targets[1]
        ),
        format!("| --- |{}", " ---: |".repeat(5)),
    ]);
    for (program, what) in METRICS {
        let flash =
            built.iter().flat_map(|built| [built.difference(program, METRICS_BESIDE)[0], built.further(program)]);
        lines.push(line(what, flash.chain([built[0].ram(program)])));
    }
    Ok((lines.join("\n") + "\n", panics))
}

/// What was built for one board: the programs, and the same with each thing twice.
struct Built {
    once: Programs,
    twice: Programs,
}

type Programs = BTreeMap<&'static str, Footprint>;

impl Built {
    /// Flash and RAM of what a program has and another has not.
    fn difference(&self, program: &str, without: &str) -> [i64; 2] {
        let (with, without) = (self.once[program], self.once[without]);
        [with.flash as i64 - without.flash as i64, with.ram as i64 - without.ram as i64]
    }

    /// Flash of the second one.
    fn further(&self, program: &str) -> i64 {
        self.twice[program].flash as i64 - self.once[program].flash as i64
    }

    /// RAM of one, of two that lie side by side.
    fn ram(&self, program: &str) -> i64 {
        (self.twice[program].ram as i64 - self.once[METRICS_BESIDE].ram as i64) / 2
    }
}

fn programs(board: &Board, features: &[&str], panics: &mut Vec<String>) -> Result<Programs> {
    let workspace = project::path("tests/size");
    let build = ["build", "--quiet", "--release", "--package", "features", "--bins", "--target", board.target];
    run(firmware_cargo(&workspace, build).args(features))?;
    let built = workspace.join("target").join(board.target).join("release");
    let mut programs = BTreeMap::new();
    for program in WAYS_OUT.iter().flat_map(|row| [row.0, row.1]).chain(METRICS.map(|row| row.0)) {
        programs.insert(program, footprint(&built.join(program))?);
        let symbols = panic_symbols(&built.join(program))?;
        if !symbols.is_empty() {
            panics.push(format!("{program} on {} can panic: {}", board.name, symbols.join(", ")));
        }
    }
    Ok(programs)
}

fn line(what: &str, numbers: impl Iterator<Item = i64>) -> String {
    let cells: Vec<_> = numbers.map(|number| number.to_string()).collect();
    format!("| {what} | {} |", cells.join(" | "))
}

/// The measured lines that the quoted ones do not agree with.
fn differing<'m>(quoted: &str, measured: &'m str) -> Vec<&'m str> {
    let mut quoted = quoted.lines();
    let mut differs = |line: &&str| quoted.next().is_none_or(|quoted| !agree(quoted, line));
    let mut lines: Vec<&str> = measured.lines().filter(|line| differs(line)).collect();
    if quoted.next().is_some() {
        lines.push("(no more lines)");
    }
    lines
}

fn agree(quoted: &str, measured: &str) -> bool {
    let (quoted, measured): (Vec<_>, Vec<_>) = (quoted.split(" | ").collect(), measured.split(" | ").collect());
    quoted.len() == measured.len() && quoted.iter().zip(&measured).all(|(quoted, measured)| close(quoted, measured))
}

/// Whether two cells are the same text, or numbers close to each other.
fn close(quoted: &str, measured: &str) -> bool {
    let number = |cell: &str| cell.trim_end_matches(" |").parse::<i64>().ok();
    match (number(quoted), number(measured)) {
        (Some(quoted), Some(measured)) => quoted.abs_diff(measured) <= (measured.unsigned_abs() / 20).max(SLACK),
        _ => quoted == measured,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_stale_when_a_figure_is_far_off_or_a_line_differs() {
        let measured = "| a | flash |\n| b | 1000 | 8 |\n| c | 10 | 400 |\n";
        assert!(differing(measured, measured).is_empty());
        assert!(differing("| a | flash |\n| b | 960 | 8 |\n| c | 30 | 410 |\n", measured).is_empty());
        assert_eq!(differing("| a | flash |\n| b | 949 | 8 |\n| c | 10 | 400 |\n", measured), ["| b | 1000 | 8 |"]);
        assert_eq!(differing("| a | flash |\n| b | 1000 | 8 |\n", measured), ["| c | 10 | 400 |"]);
        assert_eq!(differing(&format!("{measured}| d |\n"), measured), ["(no more lines)"]);
    }

    #[test]
    fn the_page_has_a_place_for_the_tables() {
        let page = format!("before\n{BEGIN}| x |\n{END}after\n");
        assert_eq!(parts(&page).unwrap(), ("before\n", "| x |\n", "after\n"));
        assert!(parts("before\n").is_err());
    }
}
