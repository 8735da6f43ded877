use super::Library;
use crate::input::{COUNTER, Page, counted};
use crate::scrape::Server;
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// The official Python client, only to be scraped. `cargo xtask bench` installs it.
pub struct Python;

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/venv/bin/python");

impl Library for Python {
    fn name(&self) -> &'static str {
        "Python"
    }

    fn serve(&self, page: Page) -> Result<Option<Server>> {
        let Page::Counters(series) = page else { return Ok(None) };
        let mut process = Command::new(PYTHON)
            .args(["-c", include_str!("python/server.py")])
            .args(COUNTER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {PYTHON}"))?;
        let stdin = process.stdin.as_mut().context("no standard input")?;
        for (method, path, value) in counted(series) {
            writeln!(stdin, "{method} {path} {value}")?;
        }
        writeln!(stdin)?;
        let mut port = String::new();
        BufReader::new(process.stdout.take().context("no standard output")?).read_line(&mut port)?;
        let port: u16 = port.trim().parse().context("the Python server has not started")?;
        Ok(Some(Server::elsewhere(([127, 0, 0, 1], port).into(), process)))
    }
}
