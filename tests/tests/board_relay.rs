//! Boards on serial lines of every kind, behind the relay.

mod server;

use narthex::{Exposition, parse_openmetrics, sample_value};
use narthex_tests::board::Board;
use narthex_tests::emulator::Emulator;
use narthex_tests::serial::{build, start_on, start_on_terminal};
use server::{Server, directory, free, get, promtool, relay, wait_for};
use std::path::PathBuf;

const DEVICES: [&str; 3] = ["socket", "terminal", "network"];
/// The boards that they are, of two architectures.
const BOARDS: [&str; 3] = ["microbit", "lm3s6965evb", "virt-imac"];

#[test]
fn boards_of_every_kind_of_line() {
    let elfs = BOARDS.map(|name| build(board(name)).unwrap());
    let socket = directory("board_relay").join("line");
    let start_on_socket = |elf: &PathBuf| -> Emulator {
        let _ = std::fs::remove_file(&socket);
        start_on(board(BOARDS[0]), elf, &format!("unix:{},server=on,wait=off", socket.display())).unwrap()
    };
    let first = start_on_socket(&elfs[0]);
    let (_second, terminal) = start_on_terminal(board(BOARDS[1]), &elfs[1]).unwrap();
    let network = free();
    let _third = start_on(board(BOARDS[2]), &elfs[2], &format!("tcp:{network},server=on,wait=off")).unwrap();
    let devices = [
        format!("socket=unix:{}", socket.display()),
        format!("terminal={}", terminal.display()),
        format!("network=tcp:{network}"),
    ];

    let framed = start(&devices, &["--every", "500ms", "--stale-after", "5s"]);
    let before =
        wait_until(&framed, "every device", |page| DEVICES.iter().all(|device| about(page, "up", device) == 1.0));
    let later = DEVICES.map(|device| {
        let passed = uptime(&before, device) + 2.0;
        wait_until(&framed, device, |page| uptime(page, device) > passed)
    });
    for (device, page) in DEVICES.iter().zip(&later) {
        for (name, value) in counters(&before, device) {
            assert!(counters(page, device).any(|(n, v)| n == name && v >= value), "{device}: {name} went back");
        }
        // whatever was said before anybody listened
        assert_eq!(errors(page, device), errors(&before, device), "{device}");
        assert_eq!((about(page, "withheld_series", device), about(page, "connections_total", device)), (0.0, 1.0));
    }
    promtool(&get(framed.addr, "/metrics", "").unwrap());

    // a board that is unplugged and begins again: its counters do, too, and the others' do not
    let (reached, others) = (uptime(&page(&framed), "socket"), uptime(&page(&framed), "network"));
    drop(first);
    let gone = wait_until(&framed, "the end of the socket", |page| about(page, "up", "socket") == 0.0);
    assert_eq!(value(&gone, "system_uptime_seconds_total", "socket"), None, "its series have left the page");
    let _first = start_on_socket(&elfs[0]);
    let again = wait_until(&framed, "the socket", |page| about(page, "up", "socket") == 1.0);
    assert!(uptime(&again, "socket") < reached && uptime(&again, "network") > others);
    assert_eq!(about(&again, "connections_total", "socket"), 2.0);
    drop(framed);

    // and as text, over the same lines
    let plain = start(&devices, &["--plain", "--every", "1s"]);
    for device in DEVICES {
        let page = wait_until(&plain, device, |page| about(page, "up", device) == 1.0);
        assert!(counters(&page, device).count() > 3, "{device}");
        assert_eq!(about(&page, "frames_total", device), 0.0, "{device}");
    }
}

fn board(name: &str) -> &'static Board {
    Board::named(name).unwrap()
}

/// A relay; what it says is dropped.
fn start(devices: &[String], options: &[&str]) -> Server {
    let mut args = devices.to_vec();
    args.extend(options.iter().map(|option| option.to_string()));
    let (server, log) = relay(&args);
    std::thread::spawn(|| log.for_each(drop));
    server
}

fn page(relay: &Server) -> Exposition {
    let text = get(relay.addr, "/metrics", "Accept: application/openmetrics-text;version=1.0.0\r\n").unwrap();
    parse_openmetrics(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn wait_until(relay: &Server, what: &str, holds: impl Fn(&Exposition) -> bool) -> Exposition {
    wait_for(what, || {
        let page = page(relay);
        if holds(&page) { Ok(page) } else { Err("not yet".into()) }
    })
}

fn value(page: &Exposition, name: &str, device: &str) -> Option<f64> {
    sample_value(page, name, &[("device", device)])
}

fn uptime(page: &Exposition, device: &str) -> f64 {
    value(page, "system_uptime_seconds_total", device).unwrap()
}

/// A value of the relay itself about a device.
fn about(page: &Exposition, name: &str, device: &str) -> f64 {
    value(page, &format!("narthex_relay_{name}"), device).unwrap()
}

fn errors(page: &Exposition, device: &str) -> f64 {
    let errors = page.families().iter().find(|family| family.name() == "narthex_relay_errors").unwrap();
    let of_device = (0..errors.len())
        .filter_map(|index| errors.series(index))
        .filter(|series| series.labels().any(|label| label == ("device", device)));
    let reasons = of_device.filter_map(|series| series.labels().find(|(name, _)| *name == "reason"));
    let value = |(_, reason)| {
        sample_value(page, "narthex_relay_errors_total", &[("device", device), ("reason", reason)]).unwrap()
    };
    reasons.map(value).sum()
}

/// Counters of a device that have no other label.
fn counters<'p>(page: &'p Exposition, device: &'p str) -> impl Iterator<Item = (String, f64)> + use<'p> {
    let families = page.families().iter().filter(|family| family.kind() == narthex::Kind::Counter);
    families.filter_map(move |family| {
        let name = format!("{}_total", family.name());
        value(page, &name, device).filter(|_| !name.starts_with("narthex_")).map(|value| (name, value))
    })
}
