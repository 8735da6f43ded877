//! How long the critical sections of each call last, which is how long an interrupt waits.

use super::{boards, features::line};
use crate::board::Board;
use crate::qemu;
use anyhow::{Context, Result, ensure};

/// What the program `tests/size/sections` calls a row, and what it is.
const CALLS: [(&str, &str); 14] = [
    ("counter32", "`Counter<u32>`, `Gauge<i32>`, `StateSet`"),
    ("counter64", "`Counter`, `Gauge`"),
    ("float", "`Gauge<f64>`, added to"),
    ("observe", "`observe`, of a `u32`"),
    ("observe float", "`observe`, of an `f64`"),
    ("snapshot", "a histogram's snapshot, 11 bounds"),
    ("look-up", "`Family::get`: the series is there"),
    ("first", "it is made: the first of 8"),
    ("last", "it is made: the last of 8"),
    ("last histogram", "the same, a histogram of 11 bounds"),
    ("refused", "it is refused"),
    ("remove", "`Family::remove`"),
    ("info", "`Info::set`, 28 bytes of text"),
    ("page", "a page of all of these"),
];

/// A table: instructions in the longest section of each call.
pub fn measure() -> Result<String> {
    let boards = boards()?;
    let measured = boards.map(run).into_iter().collect::<Result<Vec<_>>>()?;
    let mut lines = vec![
        format!("| a call | instructions in its longest section, {} | {} |", boards[0].target, boards[1].target),
        "| --- | ---: | ---: |".to_owned(),
    ];
    for (row, what) in CALLS {
        let instructions =
            measured.iter().map(|rows| rows.iter().find(|(name, _)| name == row).map(|(_, taken)| *taken));
        lines.push(line(what, instructions.collect::<Option<Vec<_>>>().context(row)?.into_iter()));
    }
    Ok(lines.join("\n") + "\n")
}

fn run(board: &Board) -> Result<Vec<(String, i64)>> {
    let elf = qemu::build(board, "tests/size", "sections", "sections")?;
    let rows = qemu::firmware(board, &elf)?;
    let rows = rows.lines().map(|row| {
        let (name, taken) = row.split_once('\t').with_context(|| format!("not a row: {row}"))?;
        Ok((name.to_owned(), taken.parse()?))
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    ensure!(rows.len() == CALLS.len(), "{} rows", rows.len());
    Ok(rows)
}
