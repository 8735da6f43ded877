//! What firmware takes that is scraped over a network card, beside the same firmware with embeprom.

use crate::elf::footprint;
use crate::network::{EMBASSY, Firmware, Running, SMOLTCP};
use anyhow::{Context, Result, ensure};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// What is measured, and what each may take.
const SUBJECTS: [(Firmware, Option<[u64; 3]>); 4] = [
    (SMOLTCP, Some([36_000, 4_800, STACK_OF_NETWORK_FIRMWARE])),
    (with_embeprom("http-embeprom", "tests/size/http-embeprom", true), None),
    (EMBASSY, Some([66_000, 18_000, 7_000])),
    (with_embeprom("http-embassy-embeprom", "tests/size/http-embassy-embeprom", false), None),
];
const COLUMNS: [&str; 3] = ["flash", "statics", "stack"];

/// The most that the stack of http-smoltcp may have held, in bytes.
pub const STACK_OF_NETWORK_FIRMWARE: u64 = 6_000;

/// The firmware before it, with embeprom.
const fn with_embeprom(name: &'static str, workspace: &'static str, pushes: bool) -> Firmware {
    Firmware { name, workspace, pushes }
}

/// How long a board may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Prints a table; answers what is over budget.
pub fn check() -> Result<Vec<String>> {
    let mut failures = Vec::new();
    let mut lines =
        vec![format!("| firmware | {} |", COLUMNS.join(" | ")), format!("| --- |{}", " ---: |".repeat(COLUMNS.len()))];
    for (firmware, budget) in &SUBJECTS {
        let measured = measure(firmware).with_context(|| firmware.name)?;
        let mut line = format!("| {} |", firmware.name);
        for (column, taken) in measured.into_iter().enumerate() {
            let most = budget.map(|budget| budget[column]);
            line += &most.map_or_else(|| format!(" {taken} |"), |most| format!(" {taken} (of {most}) |"));
            if most.is_some_and(|most| taken > most) {
                failures.push(format!("{} of {}: {taken}, budget {most:?}", COLUMNS[column], firmware.name));
            }
        }
        lines.push(line);
    }
    println!("\n{}\n\nBytes; the stack is the most that it held while pages were scraped.", lines.join("\n"));
    Ok(failures)
}

fn measure(firmware: &Firmware) -> Result<[u64; 3]> {
    let running = firmware.start(None)?;
    let start = Instant::now();
    while let Err(error) = scrape(&running, "*/*") {
        ensure!(start.elapsed() < PATIENCE, "{error:#}");
        thread::sleep(Duration::from_millis(20));
    }
    // One after the other and four at a time, in both formats.
    let scrapes =
        || (0..10).flat_map(|_| ["*/*", "application/openmetrics-text"]).try_for_each(|a| scrape(&running, a));
    scrapes()?;
    thread::scope(|scope| {
        let scrapers = [(); 4].map(|()| scope.spawn(scrapes));
        scrapers
            .into_iter()
            .try_for_each(|scraper| scraper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let size = footprint(&running.elf)?;
    Ok([size.flash, size.ram, running.emulator.stack_high_water(&running.elf)?])
}

/// A page has to come, whole.
fn scrape(running: &Running, accept: &str) -> Result<()> {
    let mut stream = TcpStream::connect(running.address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: board\r\nAccept: {accept}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let whole = answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n0\r\n\r\n");
    ensure!(whole && answer.contains("radio_sent_total{"), "not a page: {answer}");
    Ok(())
}
