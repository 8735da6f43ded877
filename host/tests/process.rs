//! What the process collector exposes, of this process and of others that are written down.

use narthex::encode::Text;
use narthex::{Collect, Prefix, Prefixed, ProcessCollector, Registry, generate_latest};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const STAT: &str =
    "42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 7 0 1000 4096000 300 1844674407 1 1\n";
const LIMITS: &str = "Limit                     Soft Limit           Hard Limit           Units     \n\
    Max address space         unlimited            unlimited            bytes     \n\
    Max open files            1024                 1048576              files     \n";
const NETSTAT: &str = "TcpExt: A B\nTcpExt: 1 2\nIpExt: InNoRoutes InOctets OutOctets\nIpExt: 0 1234 5678\n";

/// A `/proc` with one process, 42.
fn proc(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    for directory in ["42/fd", "42/net"] {
        fs::create_dir_all(root.join(directory)).unwrap();
    }
    let whole: [(&str, &[u8]); 4] = [
        ("stat", b"cpu 1 2 3\nbtime 1700000000\n"),
        ("42/stat", STAT.as_bytes()),
        ("42/limits", LIMITS.as_bytes()),
        ("42/net/netstat", NETSTAT.as_bytes()),
    ];
    for (file, content) in whole.iter().chain(files) {
        fs::write(root.join(file), content).unwrap();
    }
    for descriptor in 0..3 {
        fs::write(root.join(format!("42/fd/{descriptor}")), "").unwrap();
    }
    root
}

fn collector(root: PathBuf) -> ProcessCollector {
    ProcessCollector::new().with_root(root).with_pid(|| Some(42))
}

/// The samples, without what else is on a page.
fn samples(collector: impl Collect + Send + Sync + 'static) -> Vec<String> {
    let registry = Registry::new();
    registry.register(collector).unwrap();
    let page = generate_latest(&registry, Text);
    page.lines().filter(|line| !line.starts_with('#')).map(String::from).collect()
}

#[test]
fn a_process_as_it_is_written_down() {
    assert_eq!(
        samples(collector(proc("whole", &[]))),
        [
            "process_cpu_seconds_total 3",
            "process_open_fds 3",
            "process_max_fds 1024",
            "process_virtual_memory_bytes 4096000",
            "process_virtual_memory_max_bytes +Inf",
            &format!("process_resident_memory_bytes {}", 300 * rustix::param::page_size()),
            "process_start_time_seconds 1.70000001e+09",
            "process_threads 7",
            "process_network_receive_bytes_total 1234",
            "process_network_transmit_bytes_total 5678",
        ]
    );
}

#[test]
fn what_cannot_be_read_costs_no_other() {
    let missing = |name, files: &[(&str, &[u8])]| {
        let whole = samples(collector(proc("whole-beside", &[])));
        let left = samples(collector(proc(name, files)));
        assert!(left.iter().all(|sample| whole.contains(sample)), "a value that is not so: {left:?}");
        let names = whole.iter().filter(|sample| !left.contains(sample)).filter_map(|sample| sample.split(' ').next());
        names.map(String::from).collect::<Vec<_>>()
    };
    let of_stat = [
        "process_cpu_seconds_total",
        "process_virtual_memory_bytes",
        "process_resident_memory_bytes",
        "process_start_time_seconds",
        "process_threads",
    ];
    let none: [&str; 0] = [];
    assert_eq!(missing("empty", &[("42/stat", b"")]), of_stat);
    assert_eq!(missing("binary", &[("42/stat", &[0xFF, 0, 0x80, b')', b' '])]), of_stat);
    assert_eq!(missing("no-boot-time", &[("stat", b"btime soon\n")]), ["process_start_time_seconds"]);
    assert_eq!(
        missing("limits", &[("42/limits", b"Max open files 1024")]),
        ["process_max_fds", "process_virtual_memory_max_bytes"]
    );
    assert_eq!(missing("name", &[("42/stat", STAT.replace("a) b (c", ") 1 (\u{FFFD}").as_bytes())]), none);
    assert_eq!(missing("lines", &[("42/stat", STAT.replace("a) b (c", "a\n1 (b)\n) (").as_bytes())]), none);
    assert_eq!(missing("binary-limits", &[("42/limits", &[0xFF, 0, b'\n', 0x80])]).len(), 2);
    assert_eq!(missing("network", &[("42/net/netstat", b"IpExt: InOctets\n")]).len(), 2);
    assert_eq!(missing("empty-network", &[("42/net/netstat", b"")]).len(), 2);
    for end in 0..STAT.len() {
        missing("torn-stat", &[("42/stat", &STAT.as_bytes()[..end])]);
    }
    for end in 0..LIMITS.len() {
        missing("torn-limits", &[("42/limits", &LIMITS.as_bytes()[..end])]);
    }
    for end in 0..NETSTAT.len() {
        missing("torn-netstat", &[("42/net/netstat", &NETSTAT.as_bytes()[..end])]);
    }
}

#[test]
fn what_may_not_be_read_costs_no_other() {
    let lost = |file: &str| {
        let root = proc("refused", &[]);
        fs::set_permissions(root.join(file), Permissions::from_mode(0o000)).unwrap();
        let left = without_privilege(|| samples(collector(root.clone()))).len();
        fs::set_permissions(root.join(file), Permissions::from_mode(0o700)).unwrap();
        10 - left
    };
    let lost = ["42/stat", "42/limits", "42/net/netstat", "42/fd", "stat", "42"].map(lost);
    assert_eq!(lost, [5, 2, 2, 1, 1, 10]);
}

/// What `f` gives when permissions count, which they do not for root.
fn without_privilege<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    let unprivileged = || {
        let none = CapabilitySet::empty();
        set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none }).unwrap();
        f()
    };
    std::thread::scope(|scope| scope.spawn(unprivileged).join().unwrap())
}

#[test]
fn a_process_that_is_gone_has_no_values() {
    assert!(samples(ProcessCollector::new().with_pid(|| Some(u32::MAX))).is_empty());
    assert!(samples(ProcessCollector::new().with_root("/nowhere")).is_empty());
}

#[test]
fn a_process_that_is_not_known_is_not_this_one() {
    assert!(samples(ProcessCollector::new().with_pid(|| None)).is_empty());
}

#[test]
fn numbers_out_of_range_cost_no_other() {
    let stat = STAT
        .replace(" 250 50 ", " 18446744073709551615 18446744073709551615 ")
        .replace(" 300 ", " 18446744073709551615 ");
    let stat = stat.replace(" 1000 4096000 ", " 18446744073709551615 18446744073709551616 ");
    let limits = LIMITS.replace("1024 ", "99999999999999999999");
    let files =
        [("42/stat", stat.as_bytes()), ("42/limits", limits.as_bytes()), ("stat", b"btime 18446744073709551615\n")];
    let ticks = rustix::param::clock_ticks_per_second() as f64;
    let max = u64::MAX as f64;
    assert_eq!(
        samples(collector(proc("out-of-range", &files))),
        [
            &format!("process_cpu_seconds_total {}", text((max + max) / ticks)),
            "process_open_fds 3",
            "process_virtual_memory_max_bytes +Inf",
            &format!("process_start_time_seconds {}", text(max + max / ticks)),
            "process_threads 7",
            "process_network_receive_bytes_total 1234",
            "process_network_transmit_bytes_total 5678",
        ]
    );
}

fn text(value: f64) -> String {
    narthex::Number::from(value).text(0).as_str().into()
}

/// Set in the process that can open no file.
const NO_FILES: &str = "NARTHEX_TEST_NO_FILES";

#[test]
fn without_a_file_left_there_are_no_values_until_there_is_one() {
    if std::env::var_os(NO_FILES).is_none() {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "without_a_file_left_there_are_no_values_until_there_is_one"]).env(NO_FILES, "1");
        let output = child.output().unwrap();
        return assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let before = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(0), ..before }).unwrap();
    assert_eq!(fs::File::open("/proc/self/stat").unwrap_err().raw_os_error(), Some(24), "EMFILE");
    let none = samples(ProcessCollector::new());
    setrlimit(Resource::Nofile, before).unwrap();
    assert!(none.is_empty(), "{none:?}");
    assert_eq!(samples(ProcessCollector::new()).len(), 10);
}

#[test]
fn this_process_and_a_namespace() {
    let registry = Registry::new();
    registry.register(Prefixed::new(Prefix::new("shop_").unwrap(), ProcessCollector::new())).unwrap();
    let value = |name| registry.sample_value(name, &[]).unwrap();
    assert!(value("shop_process_threads") >= 1.0 && value("shop_process_resident_memory_bytes") > 100_000.0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((now - value("shop_process_start_time_seconds")).abs() < 600.0);
}
