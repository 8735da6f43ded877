//! Prints what a firmware logged with defmt: one line a frame, its level in front.

use anyhow::{Context, Result, bail};
use defmt_decoder::{DecodeError, Table};
use std::env::args_os;
use std::fs::read;
use std::io::Write;

fn main() -> Result<()> {
    let (Some(elf), Some(frames)) = (args_os().nth(1), args_os().nth(2)) else { bail!("usage: decode ELF FRAMES") };
    let table = Table::parse(&read(elf)?)?.context("this firmware does not log with defmt")?;
    let mut decoder = table.new_stream_decoder();
    decoder.received(&read(frames)?);
    let mut lines = std::io::stdout().lock();
    loop {
        match decoder.decode() {
            Ok(frame) => {
                let level = frame.level().map_or("", |level| level.as_str()).to_uppercase();
                writeln!(lines, "{level} {}", frame.display_message())?;
            }
            Err(DecodeError::UnexpectedEof) => return Ok(()),
            Err(DecodeError::Malformed) => bail!("a frame is broken"),
        }
    }
}
