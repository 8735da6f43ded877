//! A board that runs until it is dropped, and a look into its memory.

use crate::elf;
use anyhow::{Context, Result, bail, ensure};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long QEMU may take to open its monitor, and to answer there.
const PATIENCE: Duration = Duration::from_secs(30);

/// QEMU with a firmware that goes on for ever.
pub struct Emulator {
    qemu: Child,
    /// For the monitor's socket and what it writes.
    directory: PathBuf,
}

impl Emulator {
    /// Starts `qemu`, which names machine, firmware and devices, but no monitor.
    pub fn start(qemu: &mut Command) -> Result<Self> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let unique = format!("narthex-{}-{}", std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
        let directory = std::env::temp_dir().join(unique);
        std::fs::create_dir_all(&directory)?;
        qemu.arg("-qmp").arg(format!("unix:{},server=on,wait=off", directory.join("monitor").display()));
        let qemu = qemu.stdin(Stdio::null()).spawn().context("cannot start QEMU")?;
        Ok(Self { qemu, directory })
    }

    /// Whether it goes on: firmware that fails ends QEMU.
    pub fn is_running(&mut self) -> Result<bool> {
        Ok(self.qemu.try_wait()?.is_none())
    }

    /// The most that the stack has held since the start, in bytes, as far as can be seen: QEMU's memory begins as zeros,
    /// and the stack grows down towards the statics.
    pub fn stack_high_water(&self, elf: &Path) -> Result<u64> {
        let (statics_end, stack_start) = (elf::symbol(elf, "__sheap")?, elf::symbol(elf, "_stack_start")?);
        let memory = self.memory(statics_end, stack_start)?;
        let untouched = memory.iter().take_while(|byte| **byte == 0).count();
        ensure!(untouched > 0, "the stack has reached the statics");
        Ok((memory.len() - untouched / 4 * 4) as u64)
    }

    /// The terminal that QEMU has opened for its first serial line.
    pub fn terminal(&self) -> Result<PathBuf> {
        let mut monitor = Monitor::connect(&self.directory.join("monitor"))?;
        monitor.execute(r#"{"execute": "qmp_capabilities"}"#)?;
        let lines = monitor.execute(r#"{"execute": "query-chardev"}"#)?;
        let path = lines.split('"').find_map(|word| word.strip_prefix("pty:"));
        path.map(PathBuf::from).with_context(|| format!("no terminal: {lines}"))
    }

    /// What is in memory between two addresses, of one moment.
    pub fn memory(&self, from: u64, to: u64) -> Result<Vec<u8>> {
        let file = self.directory.join("memory");
        let mut monitor = Monitor::connect(&self.directory.join("monitor"))?;
        monitor.execute(r#"{"execute": "qmp_capabilities"}"#)?;
        let (size, name) = (to - from, file.display());
        // As the processor sees it: not every machine has its memory in QEMU's system address space.
        monitor.execute(&format!(
            r#"{{"execute": "memsave", "arguments": {{"val": {from}, "size": {size}, "filename": "{name}"}}}}"#
        ))?;
        Ok(std::fs::read(&file)?)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// QEMU's monitor: a line of JSON each way.
struct Monitor(BufReader<UnixStream>);

impl Monitor {
    fn connect(socket: &Path) -> Result<Self> {
        let start = Instant::now();
        let stream = loop {
            match UnixStream::connect(socket) {
                Ok(stream) => break stream,
                Err(error) if start.elapsed() > PATIENCE => bail!("QEMU's monitor: {error}"),
                Err(_) => thread::sleep(Duration::from_millis(5)),
            }
        };
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Answers what QEMU does.
    fn execute(&mut self, command: &str) -> Result<String> {
        writeln!(self.0.get_mut(), "{command}")?;
        loop {
            let mut line = String::new();
            ensure!(self.0.read_line(&mut line)? > 0, "QEMU ended before it answered {command}");
            if line.starts_with(r#"{"return""#) {
                return Ok(line);
            }
            ensure!(!line.starts_with(r#"{"error""#), "QEMU refused {command}: {line}");
        }
    }
}
