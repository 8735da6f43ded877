//! The tables in the documentation: they say what is measured.

use super::{features, sections};
use crate::project;
use anyhow::{Context, Result, ensure};
use std::fs;

const PAGE: &str = "docs/your-own-board.md";
const BEGIN: &str = "<!-- measured by `cargo xtask size`; `cargo xtask size --write` writes it anew -->\n";
const END: &str = "<!-- end of what was measured -->\n";

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

/// The tables, and what is wrong with the programs.
fn measure() -> Result<(String, Vec<String>)> {
    let (costs, panics) = features::measure()?;
    Ok((format!("{costs}\n{}", sections::measure()?), panics))
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
        (Some(quoted), Some(measured)) => quoted.abs_diff(measured) <= slack(measured.unsigned_abs()),
        _ => quoted == measured,
    }
}

/// How far a figure on the page may be off: compilers differ.
fn slack(measured: u64) -> u64 {
    if measured < 64 { 4 } else { (measured / 20).max(32) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_stale_when_a_figure_is_far_off_or_a_line_differs() {
        let measured = "| a | flash |\n| b | 1000 | 8 |\n| c | 10 | 400 |\n";
        assert!(differing(measured, measured).is_empty());
        assert!(differing("| a | flash |\n| b | 960 | 8 |\n| c | 14 | 410 |\n", measured).is_empty());
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
