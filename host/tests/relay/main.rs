//! `narthex relay`, as a user sees it: the program, with pseudo-terminals and sockets as devices.

#[allow(dead_code, reason = "shared with the tests of the server")]
#[path = "../client/mod.rs"]
mod client;
mod gateway;
mod process;

use narthex::frame::Framer;
use narthex::{Counter, Family, Gauge, Histogram, MetricGroup};
use process::{Pty, Relay, Running, Socket, command, directory, framed, send, wait_for};
use rustix::process::Signal;
use rustix::termios::{Winsize, tcsetwinsize};
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(MetricGroup)]
struct Node {
    /// Frames sent.
    frames: Counter,
    /// By port.
    #[metrics(labels("port"))]
    bytes: Family<[&'static str; 1], Counter, 8>,
    /// Latency.
    #[metrics(unit = "seconds", scale = -3, buckets(10, 100))]
    latency: Histogram<Latency>,
}

fn node(frames: u64) -> Node {
    let node = Node::new();
    node.frames.inc_by(frames);
    node.bytes.get(["a"]).inc_by(10 * frames);
    node.latency.observe(50);
    node
}

#[test]
fn devices_of_every_sort_on_one_page() {
    let directory = directory("sorts");
    let (socket, pty) = (Socket::new(&directory, "one"), Pty::plugged(&directory, "ttyACM0"));
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let tcp_address = format!("attic=tcp:{}", tcp.local_addr().unwrap());
    let relay = Relay::start(&[&socket.address, &tcp_address, &format!("kitchen={}", pty.address())]);
    let mut framers = [Framer::new(), Framer::new(), Framer::new()];
    send(&mut socket.accept(), &mut framers[0], &node(1));
    let mut line = tcp.accept().unwrap().0;
    send(&mut line, &mut framers[1], &node(2));
    relay.wait_until("connected", |relay| relay.about("connections_total", "kitchen") == 1.0);
    send(&mut &pty.line, &mut framers[2], &node(3));

    for (device, frames) in [("one", 1.0), ("attic", 2.0), ("kitchen", 3.0)] {
        relay.wait_until(device, |relay| relay.value("frames_total", &[("device", device)]) == Some(frames));
        let bytes = relay.value("bytes_total", &[("device", device), ("port", "a")]);
        let bucket = relay.value("latency_seconds_bucket", &[("device", device), ("le", "0.1")]);
        assert_eq!((bytes, bucket), (Some(10.0 * frames), Some(1.0)), "{device}");
        assert_eq!(relay.about("up", device), 1.0);
        assert_eq!((relay.about("snapshots_total", device), relay.about("series", device)), (1.0, 3.0));
        assert!(relay.about("snapshot_age_seconds", device) < 30.0 && relay.about("frames_total", device) >= 2.0);
    }
    let page = relay.page();
    assert_eq!(page.families().iter().filter(|family| family.name() == "frames").map(|f| f.len()).sum::<usize>(), 3);
}

#[test]
fn a_label_that_is_called_device_is_kept() {
    #[derive(MetricGroup)]
    struct Hub {
        /// Two hops away.
        #[metrics(labels("device", "exported_device"))]
        seen: Family<[&'static str; 2], Counter, 4>,
    }
    let hub = Hub::new();
    hub.seen.get(["x", "y"]).inc();
    let socket = Socket::new(&directory("label"), "hub");
    let relay = Relay::start(&[&socket.address]);
    send(&mut socket.accept(), &mut Framer::new(), &hub);
    let labels = [("device", "hub"), ("exported_device", "y"), ("exported_exported_device", "x")];
    relay.wait_until("seen", |relay| relay.value("seen_total", &labels) == Some(1.0));
}

#[test]
fn a_damaged_byte_is_an_error_and_never_a_value() {
    let socket = Socket::new(&directory("damage"), "board");
    let relay = Relay::start(&[&socket.address]);
    let mut line = socket.accept();
    let mut framer = Framer::new();
    type Damage = fn(&[u8], usize) -> Vec<u8>;
    let damages: [Damage; 3] = [
        |line, at| line.iter().enumerate().map(|(n, byte)| if n == at { byte ^ 0x04 } else { *byte }).collect(),
        |line, at| [&line[..at], &line[at + 1..]].concat(),
        |line, at| [&line[..=at], &line[at..]].concat(),
    ];
    let mut sent = HashSet::new();
    let mut frames = 0;
    let whole = framed(&mut Framer::new(), &node(1)).len();
    for (at, damage) in (0..whole).flat_map(|at| damages.map(|damage| (at, damage))) {
        frames += 1;
        sent.insert(frames);
        line.write_all(&damage(&framed(&mut framer, &node(frames)), at.min(whole - 1))).unwrap();
        if at % 100 == 0 {
            let seen = relay.value("frames_total", &[("device", "board")]);
            assert!(seen.is_none_or(|seen| sent.contains(&(seen as u64)) && seen.fract() == 0.0), "{seen:?}");
        }
    }
    let last = 1_000_000;
    send(&mut line, &mut framer, &node(last));
    relay.wait_until("the last", |relay| relay.value("frames_total", &[("device", "board")]) == Some(last as f64));
    let reasons = ["frame_check", "frame_encoding", "frame_too_short"].map(|reason| relay.errors("board", reason));
    assert!(reasons.iter().sum::<f64>() > whole as f64, "{reasons:?}");
    assert_eq!((relay.errors("board", "parse"), relay.errors("board", "conflict")), (0.0, 0.0));
    // some snapshots were whole: those of which a delimiter was damaged that another one stands for
    let taken = relay.about("snapshots_total", "board");
    assert!(taken < whole as f64 / 10.0, "{taken} of {} taken", 3 * whole);
    assert!(relay.about("resyncs_total", "board") > 0.0);
}

#[test]
fn plain_text_is_asked_for() {
    let pty = Pty::plugged(&directory("plain"), "board");
    let relay = Relay::start(&["--plain", "--every", "50ms", "--max-snapshot", "100000", pty.address()]);
    let mut line = &pty.line;
    let mut request = [0; 2];
    line.read_exact(&mut request).unwrap();
    assert_eq!(&request, b"m\n");
    write!(line, "half_of_a_page 7\n# EOF\n# TYPE frames counter\r\nframes_total 7\r\n# EOF\r\n").unwrap();
    relay.wait_until("frames", |relay| relay.value("frames_total", &[("device", "board")]) == Some(7.0));
    assert!(relay.page().families().iter().all(|family| family.name() != "half_of_a_page"));

    line.write_all(&vec![b'x'; 1_000_000]).unwrap();
    line.write_all(b"\nlog: hello\n# EOF\n# TYPE frames counter\nframes_total 8\n# EOF\n").unwrap();
    relay.wait_until("frames", |relay| relay.value("frames_total", &[("device", "board")]) == Some(8.0));
    assert_eq!(relay.errors("board", "snapshot_too_long"), 1.0);
    write!(line, "# TYPE frames counter\nframes_total nine\n# EOF\n").unwrap();
    relay.wait_until("an error", |relay| relay.errors("board", "parse") == 1.0);
    assert!(relay.says("line 2").starts_with("board: line 2, column 14: "));
    assert_eq!(relay.value("frames_total", &[("device", "board")]), Some(8.0), "the last good one");
}

#[test]
fn names_that_are_one_thing_on_a_page() {
    #[derive(MetricGroup)]
    struct Gauges {
        /// A counter elsewhere.
        frames: Gauge,
        /// Called like a sample of the histogram.
        #[metrics(name = "latency_seconds_count")]
        count: Gauge,
        /// The relay's own.
        #[metrics(name = "narthex_relay_up")]
        up: Gauge,
        /// Fine.
        fine: Gauge,
    }
    let directory = directory("names");
    let (first, second) = (Socket::new(&directory, "first"), Socket::new(&directory, "second"));
    let relay = Relay::start(&["--stale-after", "2s", &first.address, &second.address]);
    let (mut first_line, mut second_line) = (first.accept(), second.accept());
    let (mut framer, mut other) = (Framer::new(), Framer::new());
    send(&mut first_line, &mut framer, &node(1));
    relay.wait_until("the first", |relay| relay.about("up", "first") == 1.0);
    send(&mut second_line, &mut other, &Gauges::new());
    relay.wait_until("the second", |relay| relay.about("up", "second") == 1.0);
    assert_eq!(relay.errors("second", "conflict"), 3.0);
    assert_eq!((relay.value("fine", &[("device", "second")]), relay.about("series", "second")), (Some(0.0), 1.0));
    assert_eq!(relay.value("frames_total", &[("device", "first")]), Some(1.0));

    // new firmware: what it is alone with may be another thing than the last time
    drop(first_line);
    relay.wait_until("stale", |relay| relay.about("up", "first") == 0.0);
    send(&mut second_line, &mut other, &Gauges::new());
    relay.wait_until("frames", |relay| relay.value("frames", &[("device", "second")]) == Some(0.0));
    let before = relay.errors("second", "conflict");
    send(&mut second_line, &mut other, &node(5));
    relay.wait_until("frames", |relay| relay.value("frames_total", &[("device", "second")]) == Some(5.0));
    assert_eq!(relay.errors("second", "conflict"), before + 1.0);
    relay.says("second: frames was a Gauge and is a Counter now");
}

#[test]
fn unplugged_plugged_in_again_and_rebooted() {
    let directory = directory("unplugged");
    let pty = Pty::plugged(&directory, "board");
    let address = pty.address().to_owned();
    let relay = Relay::start(&["--stale-after", "500ms", &address]);
    relay.wait_until("connected", |relay| relay.about("connections_total", "board") == 1.0);
    send(&mut &pty.line, &mut Framer::new(), &node(100));
    relay.wait_until("frames", |relay| relay.value("frames_total", &[("device", "board")]) == Some(100.0));

    (&pty.line).write_all(&framed(&mut Framer::new(), &node(101))[..50]).unwrap();
    pty.unplug();
    relay.wait_until("unplugged", |relay| relay.errors("board", "io") >= 1.0);
    relay.wait_until("stale", |relay| relay.about("up", "board") == 0.0);
    assert_eq!(relay.value("frames_total", &[("device", "board")]), None);
    assert!(relay.about("snapshot_age_seconds", "board") > 0.4);
    relay.wait_until("tried again", |relay| relay.errors("board", "open") >= 1.0);
    relay.says("board: cannot open");

    let pty = Pty::plugged(&directory, "board");
    relay.wait_until("connected", |relay| relay.about("connections_total", "board") == 2.0);
    send(&mut &pty.line, &mut Framer::new(), &node(2));
    relay.wait_until("frames", |relay| relay.value("frames_total", &[("device", "board")]) == Some(2.0));
}

#[test]
fn a_port_that_another_program_holds() {
    let pty = Pty::plugged(&directory("held"), "board");
    let held = File::open(&pty.link).unwrap();
    rustix::fs::flock(held.as_fd(), rustix::fs::FlockOperation::LockExclusive).unwrap();
    let relay = Relay::start(&[pty.address()]);
    relay.says("another program holds the port; stop that one");
    assert!(relay.errors("board", "open") >= 1.0 && relay.about("connections_total", "board") == 0.0);
    drop(held);
    relay.wait_until("connected", |relay| relay.about("connections_total", "board") == 1.0);
    // and the relay holds it now
    let second = Relay::start(&[pty.address()]);
    second.says("another program holds the port");
    send(&mut &pty.line, &mut Framer::new(), &node(1));
    relay.wait_until("frames", |relay| relay.value("frames_total", &[("device", "board")]) == Some(1.0));
    // until it ends, also for who has no more rights than others
    assert!(pty.is_exclusive());
    drop(second);
    relay.ends(Signal::TERM);
    assert!(!pty.is_exclusive());
}

#[test]
fn a_terminal_shows_a_line_for_each_device() {
    let directory = directory("terminal");
    let (board, other) = (Socket::new(&directory, "board"), Socket::new(&directory, "other"));
    let screen = Pty::plugged(&directory, "screen");
    let terminal = File::options().read(true).write(true).open(&screen.link).unwrap();
    let size = Winsize { ws_col: 60, ws_row: 24, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&terminal, size).unwrap();
    let mut child = command();
    child.args(["--listen", "127.0.0.1:0", &board.address, &other.address]).stderr(terminal);
    let _relay = Running(child.spawn().unwrap());
    drop(child); // with its terminal
    let mut line = board.accept();
    send(&mut line, &mut Framer::new(), &node(1));

    let mut lines = BufReader::new(&screen.line).lines();
    let mut seen = Vec::new();
    wait_for("a line", || {
        let line = lines.next().unwrap().unwrap(); // there is one every second
        let is_up = line.starts_with("\x1b[2A\x1b[Jboard            up  ") && line.contains(" 3 series ");
        seen.push(line);
        is_up.then_some(())
    });
    assert!(lines.next().unwrap().unwrap().starts_with("other            silent never heard     0 series"));
    assert!(seen.iter().all(|line| line.trim_start_matches("\x1b[2A\x1b[J").len() <= 60), "{seen:?}");
}

#[test]
fn text_that_is_taken_for_frames() {
    let socket = Socket::new(&directory("text"), "board");
    let relay = Relay::start(&[&socket.address]);
    let mut line = socket.accept();
    line.write_all(&b"# TYPE frames counter\nframes_total 7\n# EOF\n".repeat(10)).unwrap();
    relay.says(
        "board: more than 248 bytes without a zero, which no frame has; if the device sends text, --plain reads it",
    );
    assert_eq!(relay.errors("board", "frame_too_long"), 1.0);
}

#[test]
fn a_page_in_frames_that_is_too_long() {
    let socket = Socket::new(&directory("long"), "board");
    let relay = Relay::start(&["--max-snapshot", "200", &socket.address]);
    let (mut line, mut framer) = (socket.accept(), Framer::new());
    send(&mut line, &mut framer, &node(1));
    relay.says("board: there is no end of a snapshot in 200 bytes");
    assert_eq!((relay.errors("board", "snapshot_too_long"), relay.about("snapshots_total", "board")), (1.0, 0.0));
    send(&mut line, &mut framer, &Small::new());
    relay.wait_until("a small one", |relay| relay.value("small", &[("device", "board")]) == Some(0.0));
}

#[derive(MetricGroup)]
struct Small {
    /// Fits.
    small: Gauge,
}

#[test]
fn rubbish_at_full_speed_disturbs_nobody() {
    let directory = directory("rubbish");
    let (loud, calm) = (Socket::new(&directory, "loud"), Socket::new(&directory, "calm"));
    let relay = Relay::start(&[&loud.address, &calm.address]);
    let (mut loud_line, mut calm_line) = (loud.accept(), calm.accept());
    static OVER: AtomicBool = AtomicBool::new(false);
    let shouting = std::thread::spawn(move || {
        let mut random = fastrand::Rng::with_seed(7);
        let rubbish: Vec<u8> = (0..1 << 20).map(|_| random.u8(..)).collect();
        while !OVER.load(Ordering::Relaxed) {
            loud_line.write_all(&rubbish).unwrap();
        }
        send(&mut loud_line, &mut Framer::new(), &node(4));
        loud_line
    });
    let mut framer = Framer::new();
    for frames in 1..50 {
        send(&mut calm_line, &mut framer, &node(frames));
        relay.wait_until("frames", |relay| relay.value("frames_total", &[("device", "calm")]) == Some(frames as f64));
    }
    relay.wait_until("rubbish", |relay| {
        let refused = relay.errors("loud", "frame_encoding") + relay.errors("loud", "frame_check");
        relay.about("received_bytes_total", "loud") > 1e6 && refused > 100.0
    });
    assert_eq!(relay.about("snapshots_total", "loud"), 0.0);
    OVER.store(true, Ordering::Relaxed);
    let _line = shouting.join().unwrap();
    relay.wait_until("frames", |relay| relay.value("frames_total", &[("device", "loud")]) == Some(4.0));
}

#[test]
fn it_ends_when_it_is_asked_to() {
    let socket = Socket::new(&directory("signals"), "board");
    for signal in [Signal::TERM, Signal::INT] {
        Relay::start(&[&socket.address]).ends(signal);
    }
}

#[test]
fn mistakes_on_the_command_line() {
    let fails = |args: &[&str]| {
        let output = command().args(args).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(
        fails(&["/dev/a/x", "/dev/b/x"]),
        "error: two devices are called \"x\", /dev/a/x and /dev/b/x; give one another name, as in x-2=/dev/b/x\n"
    );
    assert!(fails(&["tcp:nowhere"]).contains("a TCP address has a port, as tcp:10.0.0.7:4000 has"));
    assert!(fails(&["x", "--every", "soon"]).contains("--every <TIME>"));
    assert!(fails(&["x", "--every", "0s"]).contains("it has to be longer than that; write 500ms, 10s or 5min say"));
    assert!(fails(&[]).contains("required"));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let port = taken.port();
    let _taken = TcpListener::bind(taken).unwrap();
    let expected = format!("error: port {port} of 127.0.0.1 is in use by another server; choose another one");
    assert!(fails(&["x", "--listen", &taken.to_string()]).starts_with(&expected));
    let help = command().arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("narthex relay /dev/ttyACM0") && help.contains("--stale-after"), "{help}");
}
