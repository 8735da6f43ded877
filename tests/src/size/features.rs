//! What each thing costs, beside the same firmware without it.

use super::boards;
use crate::board::Board;
use crate::command::{firmware_cargo, run};
use crate::elf::{Footprint, footprint, panic_symbols};
use crate::{project, tools};
use anyhow::Result;
use std::collections::BTreeMap;

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

/// The tables, and the programs that can panic.
pub fn measure() -> Result<(String, Vec<String>)> {
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

/// A line of a table.
pub fn line(what: &str, numbers: impl Iterator<Item = i64>) -> String {
    let cells: Vec<_> = numbers.map(|number| number.to_string()).collect();
    format!("| {what} | {} |", cells.join(" | "))
}
