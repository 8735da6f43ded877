use super::fact::Fact;
use narthex_core::{Collect, Desc, Flow, Number, Sink, name};
use rustix::param::{clock_ticks_per_second, page_size};
use std::cell::OnceCell;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What Linux knows about a process: CPU time, memory, file descriptors, threads, network.
///
/// The names are those of the
/// [instrumentation guidelines](https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics), and
/// `process_network_receive_bytes_total` and `process_network_transmit_bytes_total`, as the Go client has them: all that
/// went through the process's network namespace. A limit that is not set is `+Inf`.
///
/// Each value is read when it is collected. One that cannot be read has no sample and costs no other.
///
/// ```
/// use narthex::{ProcessCollector, Registry};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// registry.register(ProcessCollector::new())?;
/// assert!(registry.sample_value("process_open_fds", &[]).is_some_and(|open| open >= 3.0));
/// # Ok(())
/// # }
/// ```
///
/// For a namespace before the names, put it into a [`Prefixed`](crate::Prefixed).
pub struct ProcessCollector {
    root: PathBuf,
    /// Nothing for this process.
    pid: Option<Box<AskPid>>,
}

type AskPid = dyn Fn() -> Option<u32> + Send + Sync;

impl ProcessCollector {
    /// This process.
    pub fn new() -> Self {
        Self { root: "/proc".into(), pid: None }
    }

    /// Another process: `pid` is asked at each collection. While it answers nothing, because a file with the number is gone
    /// say, no metric has a value.
    ///
    /// A number that is used again is another process: ask for one whose process you know, a child's that was not waited for
    /// or what a service manager says.
    pub fn with_pid(self, pid: impl Fn() -> Option<u32> + Send + Sync + 'static) -> Self {
        Self { pid: Some(Box::new(pid)), ..self }
    }

    /// Another place than `/proc`, where a container sees its host's processes.
    pub fn with_root(self, root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), ..self }
    }
}

impl Default for ProcessCollector {
    fn default() -> Self {
        Self::new()
    }
}

impl Collect for ProcessCollector {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        FACTS.iter().try_for_each(|fact| each(&fact.desc()))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        let directory = match &self.pid {
            None => Some("self".into()),
            Some(ask) => ask().map(|pid| pid.to_string()),
        };
        let process = Process::new(&self.root, directory);
        FACTS.iter().try_for_each(|fact| fact.collect(&process, sink))
    }
}

const FACTS: [Fact<Process>; 10] = [
    Fact::counter(name!("process_cpu_seconds"), "User and system CPU time spent, in seconds.", |process| {
        let ticks = process.stat(stat::USER_TIME)? as f64 + process.stat(stat::SYSTEM_TIME)? as f64;
        Some((ticks / ticks_per_second()).into())
    }),
    Fact::gauge(name!("process_open_fds"), "Open file descriptors.", |process| {
        Some((std::fs::read_dir(process.directory.as_ref()?.join("fd")).ok()?.count() as u64).into())
    }),
    Fact::gauge(name!("process_max_fds"), "The most file descriptors that may be open.", |process| {
        process.limit("Max open files")
    }),
    Fact::gauge(name!("process_virtual_memory_bytes"), "Virtual memory size in bytes.", |process| {
        Some(process.stat(stat::VIRTUAL_MEMORY)?.into())
    }),
    Fact::gauge(name!("process_virtual_memory_max_bytes"), "The most virtual memory in bytes.", |process| {
        process.limit("Max address space")
    }),
    Fact::gauge(name!("process_resident_memory_bytes"), "Resident memory size in bytes.", |process| {
        Some(process.stat(stat::RESIDENT_PAGES)?.checked_mul(page_size() as u64)?.into())
    }),
    Fact::gauge(name!("process_start_time_seconds"), "When the process started, in Unix time.", |process| {
        let ticks = process.stat(stat::START_TIME)?;
        Some((process.boot_time()? as f64 + ticks as f64 / ticks_per_second()).into())
    }),
    Fact::gauge(name!("process_threads"), "Threads.", |process| Some(process.stat(stat::THREADS)?.into())),
    Fact::counter(name!("process_network_receive_bytes"), "Bytes received over the network.", |process| {
        process.network("InOctets")
    }),
    Fact::counter(name!("process_network_transmit_bytes"), "Bytes sent over the network.", |process| {
        process.network("OutOctets")
    }),
];

/// The fields of `/proc/PID/stat`, as proc(5) counts them: from 1.
mod stat {
    pub(super) const USER_TIME: usize = 14;
    pub(super) const SYSTEM_TIME: usize = 15;
    pub(super) const THREADS: usize = 20;
    pub(super) const START_TIME: usize = 22;
    pub(super) const VIRTUAL_MEMORY: usize = 23;
    pub(super) const RESIDENT_PAGES: usize = 24;
}

fn ticks_per_second() -> f64 {
    clock_ticks_per_second() as f64
}

/// A process while it is collected: each file is read once, when it is needed.
struct Process {
    system_stat: PathBuf,
    directory: Option<PathBuf>,
    stat: OnceCell<Option<String>>,
    limits: OnceCell<Option<String>>,
    network: OnceCell<Option<String>>,
}

impl Process {
    fn new(root: &Path, directory: Option<String>) -> Self {
        Self {
            system_stat: root.join("stat"),
            directory: directory.map(|directory| root.join(directory)),
            stat: OnceCell::new(),
            limits: OnceCell::new(),
            network: OnceCell::new(),
        }
    }

    fn file<'f>(&self, cell: &'f OnceCell<Option<String>>, name: &str) -> Option<&'f str> {
        let directory = self.directory.as_ref()?;
        cell.get_or_init(|| read(&directory.join(name))).as_deref()
    }

    fn stat(&self, field: usize) -> Option<u64> {
        // The second field is the program's name in parentheses, which may hold anything.
        let (_, rest) = self.file(&self.stat, "stat")?.rsplit_once(')')?;
        whole_words(rest).nth(field - 3)?.parse().ok()
    }

    /// The soft limit.
    fn limit(&self, name: &str) -> Option<Number> {
        let mut lines = lines(self.file(&self.limits, "limits")?);
        match whole_words(lines.find_map(|line| line.strip_prefix(name))?).next()? {
            "unlimited" => Some(f64::INFINITY.into()),
            limit => Some(limit.parse::<u64>().ok()?.into()),
        }
    }

    /// A column of the protocol's two lines: names, then values.
    fn network(&self, column: &str) -> Option<Number> {
        let mut lines = lines(self.file(&self.network, "net/netstat")?).filter_map(|line| line.strip_prefix("IpExt:"));
        let (names, values) = (lines.next()?, lines.next()?);
        let (_, value) = names.split_whitespace().zip(whole_words(values)).find(|(name, _)| *name == column)?;
        Some(value.parse::<u64>().ok()?.into())
    }

    /// Seconds of Unix time.
    fn boot_time(&self) -> Option<u64> {
        let stat = read(&self.system_stat)?;
        whole_words(lines(&stat).find_map(|line| line.strip_prefix("btime "))?).next()?.parse().ok()
    }
}

/// The most that is read of a file.
const LONGEST: u64 = 1 << 20;

fn read(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned()) // a program's name may be any bytes
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n')
}

/// The words that end before the text does: the last one of a torn file may be half a number.
fn whole_words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(char::is_whitespace)
        .filter(|word| word.ends_with(char::is_whitespace))
        .map(str::trim_end)
        .filter(|word| !word.is_empty())
}
