//! `cargo xtask`: everything that checks the project.

use anyhow::{Result, bail};
use narthex_tests::{bench, board, lint, log, qemu, serial, size, test, tidy, tools};
use std::process::ExitCode;

const HELP: &str = "\
Checks narthex.

    cargo xtask test [STEP...]       everything, or these steps (`test --list` names them)
    cargo xtask qemu [BOARD] [FORMAT]
                                     build and run the example firmware, print its exposition;
                                     on lm3s6965evb (the default) or another board of those below,
                                     as text (the default) or openmetrics
    cargo xtask qemu rtic            the same with RTIC tasks
    cargo xtask qemu defmt           what the example firmware logs with defmt, decoded
    cargo xtask qemu http-smoltcp|http-embassy [PORT]
                                     run firmware that is scraped over its network card, at
                                     127.0.0.1:PORT (or any free one), until Ctrl-C
    cargo xtask qemu serial [BOARD]  run firmware that is asked over its serial line, a terminal on
                                     this machine, until Ctrl-C
    cargo xtask size                 flash, RAM, instructions and stack beside embeprom and a
                                     hand-written floor; what each feature costs; fails over
                                     budget, or when docs/your-own-board.md says otherwise
    cargo xtask size --write         write what each feature costs into docs/your-own-board.md
    cargo xtask bench [ROW...]       the same work beside other libraries and the least that it could
                                     cost, as ratios; all rows, or those whose names begin so
    cargo xtask tidy                 layers point down, `cfg` only where allowed, file lengths,
                                     one version
    cargo xtask lint                 fmt, clippy, tidy, cargo doc
    cargo xtask setup                install what the above need

What a command needs (rustup targets, QEMU, Prometheus ...) is installed when it is missing, if
you are root or CI is set. Otherwise the command that installs it is printed. Nothing is skipped
because a tool is missing.

Boards:
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Result<()> {
    match args {
        [] | ["help"] => print!("{}", help()),
        args if args.iter().any(|arg| ["-h", "--help"].contains(arg)) => print!("{}", help()),
        ["test", "--list"] => test::list(),
        ["test", steps @ ..] => test::run(steps)?,
        ["qemu", "rtic"] => qemu::rtic()?,
        ["qemu", "defmt"] => log::example()?,
        ["qemu", "serial", rest @ ..] => serial::serve(rest)?,
        ["qemu", rest @ ..] => qemu::example(rest)?,
        ["bench", rows @ ..] => bench::run(rows)?,
        ["size"] => size::run()?,
        ["size", "--write"] => size::write_page()?,
        ["tidy"] => tidy::run()?,
        ["lint"] => lint::run()?,
        ["setup"] => tools::ensure(&tools::all())?,
        _ => bail!("no such command: {}\n\n{}", args.join(" "), help().trim_end()),
    }
    Ok(())
}

fn help() -> String {
    format!("{HELP}{}\n", board::list())
}
