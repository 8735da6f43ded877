//! `cargo xtask test`: every check, the quick ones first.

use crate::command::{cargo, firmware_cargo, output, run as run_command};
use crate::tools::{self, Tool};
use crate::{bench, board, example, lint, own_board, project, qemu, size, tidy};
use anyhow::{Result, bail, ensure};
use std::time::Instant;

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<()>,
}

const STEPS: &[Step] = &[
    Step { name: "fmt", what: "the format of every workspace", run: lint::fmt },
    Step { name: "tidy", what: "layers, cfg, file lengths, versions", run: tidy::run },
    Step { name: "clippy", what: "lints, as errors", run: lint::clippy },
    Step { name: "host", what: "the tests of the workspace, with every set of features", run: host },
    Step { name: "docs", what: "examples in the documentation, and its warnings", run: docs },
    Step { name: "targets", what: "core builds for every target", run: targets },
    Step { name: "boards", what: "assertions and the interrupt storm on emulated boards", run: boards },
    Step {
        name: "example",
        what: "the example firmware, against what its metrics expose on the host",
        run: example::check,
    },
    Step { name: "defmt", what: "what firmware logs with defmt, decoded", run: defmt },
    Step { name: "rtic", what: "tasks of three priorities share metrics", run: rtic },
    Step { name: "own-boards", what: "firmware for boards that QEMU lacks: it builds", run: own_board::check },
    Step { name: "network", what: "boards that are scraped over a network card, and push", run: network },
    Step { name: "serial", what: "boards that are asked over a serial line, and relayed", run: serial },
    Step { name: "size", what: "the budgets", run: size::run },
    Step { name: "bench", what: "the comparison with other libraries: it runs", run: bench::check },
    Step { name: "relay", what: "the relay's budget: 200 devices for ten minutes of their time", run: relay },
    Step { name: "loom", what: "the host's families under every interleaving", run: loom },
    Step {
        name: "miri",
        what: "core's tests, interpreted: 32 and 64 bits, both byte orders; the host's families",
        run: miri,
    },
];

const MIRI_TARGETS: [&str; 3] = ["x86_64-unknown-linux-gnu", "i686-unknown-linux-gnu", "s390x-unknown-linux-gnu"];
/// In the names of the tests in which threads race; they run once for each seed of Miri's scheduler.
const RACING_TESTS: &str = "race";
/// Miri has no clock of its own that says what day it is.
const SYSTEM_CLOCK: &str = "-Zmiri-disable-isolation";
const MIRI_SEEDS: &str = "-Zmiri-many-seeds=0..32";

/// The sets of features that core is built with; `alloc` needs pointer-sized atomics, which the smallest targets lack.
const CORE_FEATURES: [&[&str]; 3] = [&["--no-default-features"], &[], &["--features", "defmt,frame"]];
/// Features that bring many crates, and the targets that they are built for; the host is in `host`.
const ASYNC_FEATURES: [&str; 2] = ["--features", "embedded-io-async-v0.7,picoserve-v0.20"];
const ASYNC_TARGETS: &[&str] = &["thumbv6m-none-eabi", "thumbv7m-none-eabi"];

/// `cargo xtask test --list`
pub fn list() {
    for step in STEPS {
        println!("{:8} {}", step.name, step.what);
    }
}

/// `cargo xtask test [STEP...]`
pub fn run(names: &[&str]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        bail!("no step {unknown}; `cargo xtask test --list` names them")
    }
    let chosen: Vec<&Step> = STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name)).collect();
    if names.is_empty() {
        tools::ensure(&tools::all())?;
    }
    let start = Instant::now();
    let mut results = Vec::new();
    for (index, step) in chosen.iter().enumerate() {
        eprintln!("\n== {}/{} {}: {}", index + 1, chosen.len(), step.name, step.what);
        let begin = Instant::now();
        let result = (step.run)();
        if let Err(error) = &result {
            eprintln!("{} failed: {error:#}", step.name);
        }
        results.push((step.name, begin.elapsed().as_secs(), result.err()));
    }
    summarize(&results, start.elapsed().as_secs())
}

fn summarize(results: &[(&str, u64, Option<anyhow::Error>)], seconds: u64) -> Result<()> {
    eprintln!("\n== summary");
    for (name, seconds, error) in results {
        eprintln!("{:6} {name:8} {seconds:4} s", if error.is_some() { "FAILED" } else { "ok" });
    }
    let failures: Vec<_> = results.iter().filter_map(|(name, _, error)| Some((name, error.as_ref()?))).collect();
    for (name, error) in &failures {
        eprintln!("\n{name}: {error:#}");
    }
    match failures.len() {
        0 => eprintln!("\nall {} steps passed in {seconds} s", results.len()),
        n => bail!("{n} of {} steps failed", results.len()),
    }
    Ok(())
}

fn host() -> Result<()> {
    tools::ensure(&tools::all())?;
    let core_alone = ["--package", "narthex-core", "--no-default-features"];
    let libraries = ["--workspace", "--all-features", "--exclude", "narthex-tests"];
    for what in [&["--workspace"][..], &libraries, &core_alone] {
        run_command(cargo(["test", "--no-fail-fast", "--lib", "--bins", "--tests", "--examples"]).args(what))?;
    }
    run_command(&mut firmware_cargo(
        &project::path("embedded-examples"),
        ["test", "--package", "http", "--package", "requests"],
    ))
}

fn docs() -> Result<()> {
    run_command(&mut cargo(["test", "--workspace", "--doc"]))?;
    lint::doc()
}

fn targets() -> Result<()> {
    let targets: Vec<Tool> = project::CORE_TARGETS.iter().copied().map(Tool::Target).collect();
    tools::ensure(&targets)?;
    let everywhere = CORE_FEATURES.map(|features| (features, project::CORE_TARGETS));
    for (features, targets) in everywhere.into_iter().chain([(&ASYNC_FEATURES[..], ASYNC_TARGETS)]) {
        let mut build = cargo(["build", "--quiet", "--package", "narthex-core"]);
        build.args(targets.iter().flat_map(|target| ["--target", target])).args(features);
        run_command(&mut build)?;
    }
    Ok(())
}

fn boards() -> Result<()> {
    let workspace = project::path("tests/firmware");
    for board in &board::BOARDS {
        tools::ensure(&board.tools())?;
        let arguments = ["build", "--quiet", "--release", "--bins", "--target", board.target];
        run_command(&mut firmware_cargo(&workspace, arguments))?;
        for program in ["assertions", "storm"] {
            let elf = workspace.join("target").join(board.target).join("release").join(program);
            let printed = qemu::firmware(board, &elf)?;
            eprintln!("{}: {}", board.name, printed.lines().last().unwrap_or_default());
        }
    }
    Ok(())
}

fn defmt() -> Result<()> {
    emulated("board_defmt")
}

fn rtic() -> Result<()> {
    emulated("board_rtic")
}

fn network() -> Result<()> {
    tools::ensure(&tools::all())?;
    emulated("board_http")?;
    emulated("board_push")
}

fn serial() -> Result<()> {
    tools::ensure(&tools::all())?;
    emulated("board_serial")?;
    emulated("board_relay")
}

/// Runs tests of emulated boards.
fn emulated(test: &str) -> Result<()> {
    run_command(&mut cargo(["test", "--package", "narthex-tests", "--features", "emulated", "--test", test]))
}

fn relay() -> Result<()> {
    run_command(&mut cargo(["bench", "--quiet", "--package", "narthex", "--features", "cli", "--bench", "relay"]))
}

fn loom() -> Result<()> {
    let mut test = cargo(["test", "--package", "narthex", "--release", "--test", "loom"]);
    // A directory of its own: the flag would rebuild everything, back and forth.
    run_command(test.env("RUSTFLAGS", "--cfg loom").env("CARGO_TARGET_DIR", project::target("loom")))
}

fn miri() -> Result<()> {
    tools::ensure(&["miri", "rust-src"].map(Tool::Nightly))?;
    let listed =
        output(&mut cargo(["test", "--quiet", "--package", "narthex-core", "--lib", RACING_TESTS, "--", "--list"]))?;
    ensure!(listed.contains(": test"), "no test of core has {RACING_TESTS} in its name");
    for target in MIRI_TARGETS {
        let test = ["+nightly", "miri", "test", "--package", "narthex-core", "--lib", "--target", target];
        run_command(&mut cargo(test))?;
        run_command(cargo(test).arg(RACING_TESTS).env("MIRIFLAGS", MIRI_SEEDS))?;
    }
    let memory =
        ["+nightly", "miri", "test", "--package", "narthex", "--lib", "--", "words", "hazard", "runtime::text"];
    run_command(&mut cargo(memory))?;
    let families = ["+nightly", "miri", "test", "--package", "narthex", "--test", "families"];
    run_command(cargo(families).args(["--", "threads", "removed_series"]))?;
    let lifetime = ["+nightly", "miri", "test", "--package", "narthex", "--test", "lifetime"];
    run_command(cargo(lifetime).env("MIRIFLAGS", SYSTEM_CLOCK))
}
