//! The same work with narthex, with other libraries, and with as little as possible: `cargo xtask bench`.

mod allocator;
mod budget;
mod encode;
mod input;
mod library;
mod meanwhile;
mod measure;
mod row;
mod rows;
mod scrape;

use anyhow::{Result, bail};
use measure::Measuring;
use rows::ROWS;
use std::time::Duration;

const THOROUGH: Measuring =
    Measuring { rounds: 41, section: Duration::from_millis(4), longest: Duration::from_secs(8) };
const QUICK: Measuring = Measuring { rounds: 1, section: Duration::from_micros(200), longest: Duration::ZERO };

/// `[--quick] [ROW...]`: all rows, or those whose names begin so.
fn main() -> Result<()> {
    let (options, names): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|arg| arg.starts_with('-'));
    if options.iter().any(|option| option != "--quick") {
        bail!("no such option: {}; there is only --quick", options.join(" "))
    }
    if let Some(unknown) = names.iter().find(|name| ROWS.iter().all(|row| !row.name.starts_with(*name))) {
        bail!("no row {unknown}; there are {}", ROWS.iter().map(|row| row.name).collect::<Vec<_>>().join(", "))
    }
    let how = if options.is_empty() { &THOROUGH } else { &QUICK };
    budget::print_head();
    for row in ROWS.iter().filter(|row| names.is_empty() || names.iter().any(|name| row.name.starts_with(name))) {
        row.run(how)?;
    }
    Ok(())
}
