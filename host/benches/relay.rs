//! What `narthex relay` takes: 200 devices of 100 series, a snapshot of each a second, a scrape every 15 seconds, for ten
//! minutes of their time. The program gets it all as fast as it can, and its own CPU time is divided by the ten minutes.
//!
//! `cargo bench -p narthex --features cli --bench relay` prints what was taken, and fails when it is over budget.

#[allow(dead_code, reason = "shared with the tests of the server")]
#[path = "../tests/client/mod.rs"]
mod client;
#[allow(dead_code, reason = "shared with the tests of the relay")]
#[path = "../tests/relay/process.rs"]
mod process;

use narthex::frame::Framer;
use narthex::{Counter, Family, MetricGroup, ProcessCollector, Registry};
use process::{Relay, Socket, directory, framed};
use std::io::Write;

const DEVICES: usize = 200;
const SERIES: u64 = 100;
const SECONDS: u64 = 600;
const SCRAPE_EVERY: u64 = 15;
/// When everything has been there once.
const WARM: u64 = 60;

const MOST_CPU: f64 = 0.2;
/// Beyond what it was when warm. The allocator keeps more or less of what a page took; a leak of a hundred bytes a
/// snapshot would double it.
const MOST_GROWTH: f64 = 0.25;

#[derive(MetricGroup)]
struct Board {
    /// Messages sent, by topic and whether again.
    #[metrics(labels("topic", "retry"))]
    messages_sent: Family<[&'static str; 2], Counter, 100>,
}

fn main() {
    let directory = directory("budget");
    let sockets: Vec<Socket> = (0..DEVICES).map(|n| Socket::new(&directory, &format!("device{n}"))).collect();
    let addresses: Vec<&str> = sockets.iter().map(|socket| socket.address.as_str()).collect();
    let relay = Relay::start(&addresses);
    let mut lines: Vec<_> = sockets.iter().map(|socket| socket.accept()).collect();

    let (board, mut framer) = (Board::new(), Framer::new());
    let (mut bytes, mut warm) = (0, 0.0);
    for second in 1..=SECONDS {
        for n in 0..SERIES {
            board.messages_sent.get([&format!("building/floor/{n}"), "false"]).inc_by(n);
        }
        let snapshot = framed(&mut framer, &board); // the same of each: their lines are as old as each other
        bytes = snapshot.len();
        lines.iter_mut().for_each(|line| line.write_all(&snapshot).unwrap());
        if second % SCRAPE_EVERY == 0 {
            client::get(relay.addr, "/metrics", "");
        }
        if second == WARM {
            wait_for(&relay, second);
            warm = of(&relay, "process_resident_memory_bytes");
        }
    }
    wait_for(&relay, SECONDS);
    let page = relay.page();
    assert_eq!(page.families().iter().map(|family| family.len()).max(), Some(DEVICES * SERIES as usize));

    let cpu = of(&relay, "process_cpu_seconds_total") / SECONDS as f64;
    let memory = of(&relay, "process_resident_memory_bytes");
    println!("{DEVICES} devices, {SERIES} series and {bytes} bytes of each a second:");
    println!("{:.1} % of a core (budget {:.0} %)", 100.0 * cpu, 100.0 * MOST_CPU);
    println!("{:.1} MB after a minute, {:.1} MB after ten", warm / 1e6, memory / 1e6);
    assert!(cpu < MOST_CPU, "over budget");
    assert!(memory < warm * (1.0 + MOST_GROWTH), "memory grows");
}

/// Waits until the program has taken everything.
fn wait_for(relay: &Relay, second: u64) {
    let last = format!("device{}", DEVICES - 1);
    relay.wait_until("the last snapshot", |relay| relay.about("snapshots_total", &last) == second as f64);
}

/// What is known of the process of the program.
fn of(relay: &Relay, name: &str) -> f64 {
    let (registry, pid) = (Registry::new(), relay.child.0.id());
    registry.register(ProcessCollector::new().with_pid(move || Some(pid))).unwrap();
    registry.sample_value(name, &[]).unwrap()
}
