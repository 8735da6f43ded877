//! Boards are asked for their metrics over a serial line, by people and by machines, and by what is neither.

mod server;

use narthex::{parse_openmetrics, sample_value};
use narthex_tests::board::{BOARDS, Board};
use narthex_tests::emulator::Emulator;
use narthex_tests::serial::{HELP, Line, Reader, build, start, start_on_terminal};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// Longer than a board pauses in something that it says, and shorter than what it says unasked.
const SILENCE: Duration = Duration::from_millis(1_500);

/// A board that runs, and the line to it.
struct Device {
    name: &'static str,
    line: Line,
    _emulator: Emulator,
}

/// With this example on it.
fn device(board: &'static Board) -> Device {
    static BUILDING: Mutex<()> = Mutex::new(());
    let elf = {
        let _alone = BUILDING.lock();
        build(board).unwrap()
    };
    let (emulator, line) = start(board, &elf).unwrap();
    Device { name: board.name, line, _emulator: emulator }
}

/// The same for every board.
fn on_each(check: impl Fn(Device) + Sync) {
    thread::scope(|scope| {
        for board in &BOARDS {
            scope.spawn(|| check(device(board)));
        }
    });
}

fn value(page: &str, name: &str, labels: &[(&str, &str)]) -> f64 {
    let exposition = parse_openmetrics(page).unwrap_or_else(|error| panic!("{error}\n{page}"));
    sample_value(&exposition, name, labels).unwrap_or_else(|| panic!("no {name}{labels:?} in\n{page}"))
}

fn uptime(page: &str) -> f64 {
    value(page, "system_uptime_seconds_total", &[])
}

/// Lines without what is counted and measured.
fn without_values(page: &str) -> Vec<&str> {
    page.lines().map(|line| if line.starts_with('#') { line } else { line.rsplit_once(' ').unwrap().0 }).collect()
}

#[test]
fn a_person_and_a_machine_get_the_same_page() {
    on_each(|mut board| {
        // a count of refusals is exposed from the first one on: after that every page has the same lines
        server::wait_for("a refusal", || match board.line.snapshot() {
            Ok(page) if page.contains("radio_sent_refused_total") => Ok(()),
            page => Err(format!("{page:?}")),
        });
        let (text, framed) = (board.line.page().unwrap(), board.line.snapshot().unwrap());
        let families = server::python_reads(&text);
        for family in ["radio_link stateset", "radio_ack_latency_seconds histogram", "line_pages counter"] {
            assert!(families.contains(family), "{}: {families}", board.name);
        }
        assert_eq!(without_values(&framed), without_values(&text), "{}", board.name);
        assert!(uptime(&framed) >= uptime(&text), "{}", board.name);
        let pages = |page, form| value(page, "line_pages_total", &[("form", form)]);
        assert_eq!(pages(&text, "text"), 1.0, "{}", board.name);
        assert_eq!(pages(&framed, "frames"), pages(&text, "frames") + 1.0, "{}", board.name);

        // the interrupt updates what is written, also while it is: the counts of one histogram still belong together
        for _ in 0..20 {
            let page = board.line.snapshot().unwrap();
            let infinite = value(&page, "radio_ack_latency_seconds_bucket", &[("le", "+Inf")]);
            assert_eq!(infinite, value(&page, "radio_ack_latency_seconds_count", &[]), "{}", board.name);
        }
        assert_eq!(board.line.reader.errors, [], "{}", board.name);
    });
}

#[test]
fn snapshots_come_unasked() {
    on_each(|mut board| {
        let (first, second) = (board.line.next_snapshot().unwrap(), board.line.next_snapshot().unwrap());
        assert_eq!(
            value(&first, "line_pages_total", &[("form", "frames")]),
            2.0,
            "{}: one came at the start",
            board.name
        );
        let passed = uptime(&second) - uptime(&first);
        assert!((4.8..5.5).contains(&passed), "{}: {passed} s", board.name);
        assert_eq!(value(&second, "line_refused_total", &[]), 0.0, "{}", board.name);
    });
}

#[test]
fn rubbish_does_not_stop_a_board() {
    let mut random = fastrand::Rng::with_seed(7);
    let bytes: Vec<u8> = (0..=255).collect();
    let noise: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(20_000).collect();
    let long = [b"m".repeat(50_000), b"\n".to_vec()].concat();
    let lines = b"M\nmetrics\n m\n\xFF\n".repeat(100);
    on_each(|mut board| {
        for rubbish in [&bytes, &noise, &long, &lines, &b"\0f".repeat(1_000)] {
            board.line.send(rubbish).unwrap();
            board.line.send(b"\n").unwrap();
            board.line.until_silent(SILENCE);
            let text = board.line.page().unwrap();
            assert_eq!(without_values(&board.line.snapshot().unwrap()), without_values(&text), "{}", board.name);
        }
        let refused = value(&board.line.page().unwrap(), "line_refused_total", &[]);
        assert!(refused > 404.0, "{}: {refused}", board.name);
    });
}

#[test]
fn whoever_asks_for_something_else_is_told_what_there_is() {
    on_each(|mut board| {
        board.line.page().unwrap(); // frames come unasked only a minute from now
        for (line, answers) in [("hello\r\n", 1), ("\r", 1), ("\n", 0), ("# a comment\n", 0), ("?\n??\n", 2)] {
            board.line.send(line.as_bytes()).unwrap();
            let said = String::from_utf8(board.line.until_silent(SILENCE)).unwrap();
            assert_eq!(said, HELP.repeat(answers), "{}: {line:?}", board.name);
        }
    });
}

/// A terminal that nobody has set up sends back what it gets.
#[test]
fn an_echo_dies_away() {
    on_each(|mut board| {
        let page = board.line.page().unwrap();
        board.line.send(page.as_bytes()).unwrap();
        loop {
            let said = board.line.until_silent(SILENCE);
            if said.is_empty() {
                break;
            }
            assert!(said.len() < page.len(), "{}: {}", board.name, String::from_utf8_lossy(&said));
            board.line.send(&said).unwrap();
        }
        let samples = page.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(value(&board.line.page().unwrap(), "line_refused_total", &[]), samples as f64, "{}", board.name);
    });
}

/// The whole way: what a board has sent, with one bit of it flipped by the line.
#[test]
fn a_flipped_bit_is_an_error_and_never_a_value() {
    let mut random = fastrand::Rng::with_seed(8);
    let mut board = device(&BOARDS[0]);
    board.line.page().unwrap();
    board.line.send(b"f\n").unwrap();
    let sent = board.line.until_silent(SILENCE);
    let (whole, complaints) = read(&sent);
    assert_eq!((whole.len(), complaints), (1, 0));
    for at in 0..sent.len() {
        let mut damaged = sent.clone();
        damaged[at] ^= 1 << random.u8(..8);
        let (pages, complaints) = read(&damaged);
        let waits_for_more = at == sent.len() - 1; // the last frame has no end
        assert!(pages.is_empty() && (complaints > 0 || waits_for_more), "byte {at}: {pages:?}");
    }
}

/// The pages of a line, and how often something was wrong.
fn read(line: &[u8]) -> (Vec<String>, usize) {
    let mut reader = Reader::default();
    let pages = line.iter().filter_map(|byte| reader.push(*byte)).collect();
    (pages, reader.errors.len() + reader.lost)
}

/// As `/dev/ttyUSB0` is one.
#[test]
fn a_board_behind_a_terminal() {
    let board = &BOARDS[1];
    let (_emulator, terminal) = start_on_terminal(board, &build(board).unwrap()).unwrap();
    let mut line = Line::terminal(&terminal).unwrap();
    line.next_snapshot().unwrap();
    assert_eq!(without_values(&line.page().unwrap()), without_values(&line.snapshot().unwrap()));
}
