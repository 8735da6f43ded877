//! A reader of frames in another language, written from the documentation of `narthex_core::frame` alone, gets the same
//! snapshots as ours, whatever happens on the line.

use narthex_core::frame::Framer;
use narthex_core::{Counter, Family, MetricGroup, encode};
use narthex_tests::serial::Reader;
use narthex_tests::tools;
use std::io::Write;
use std::process::{Command, Stdio};

/// Reads lines, each in hexadecimal; answers the pages that came over each.
const PROGRAM: &str = r#"
import json, sys, zlib
from cobs import cobs

def is_checked(body):
    return zlib.crc32(body[:-4]) == int.from_bytes(body[-4:], "little")

def frames(line):
    for body in line.split(b"\0")[:-1]:
        try:
            frame = cobs.decode(body)
        except cobs.DecodeError:
            continue
        if len(frame) >= 7 and is_checked(frame) and frame[0] >> 4 == 1:
            yield frame[0], int.from_bytes(frame[1:3], "little"), frame[3:-4]

def pages(line):
    page, before = None, None
    for kind, sequence, data in frames(line):
        follows, repeated = before == (sequence - 1) % 65536, before == sequence
        before = sequence
        if kind & 1:
            page = data
        elif page is None or repeated:
            continue
        elif follows:
            page += data
        else:
            page = None
            continue
        if kind & 2:
            if is_checked(page):
                yield page[:-4].decode()
            page = None

for line in sys.stdin:
    print(json.dumps(list(pages(bytes.fromhex(line)))))
"#;

/// Pages of one frame to some ten.
#[derive(MetricGroup)]
struct Node {
    /// Messages sent.
    #[metrics(labels("topic"))]
    sent: Family<[&'static str; 1], Counter, 16, 32>,
}

const TOPICS: [&str; 9] =
    ["", "\0\0", "air/temperature", "air/humidity", "a\\b", "\u{10FFFF}", "\n", "x", "long, long"];

const LINES: usize = 2_000;

#[test]
fn the_example_of_the_documentation() {
    let documentation = std::fs::read_to_string(narthex_tests::project::path("core/src/frame/mod.rs")).unwrap();
    let example = documentation.lines().find_map(|line| line.strip_prefix("//! 00 ")).unwrap();
    assert_eq!(python(&[format!("00{example}")]), [["# EOF\n"]]);
}

#[test]
fn both_readers_get_the_same_from_a_damaged_line() {
    let mut random = fastrand::Rng::with_seed(0x6672_616d_6573);
    let mut framer = Framer::new();
    let (mut lines, mut whole) = (Vec::new(), Vec::new());
    for at in 0..LINES {
        let (mut line, mut pages) = (Vec::new(), Vec::new());
        for _ in 0..random.usize(1..4) {
            let (bytes, page) = snapshot(&mut framer, &mut random);
            line.extend(bytes);
            pages.push(page);
        }
        if at % 10 != 0 {
            (0..random.usize(1..4)).for_each(|_| damage(&mut line, &mut random));
        }
        lines.push(line);
        whole.push(pages);
    }

    let hex: Vec<String> = lines.iter().map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
    let (mut complete, mut dropped) = (0, 0);
    for (at, theirs) in python(&hex).into_iter().enumerate() {
        assert_eq!(theirs, ours(&lines[at]), "{}", hex[at]);
        assert!(theirs.iter().all(|page| whole[at].contains(page)), "a page that was not sent: {}", hex[at]);
        assert!(at % 10 != 0 || theirs == whole[at], "nothing was damaged: {}", hex[at]);
        complete += theirs.len();
        dropped += whole[at].len().saturating_sub(theirs.len());
    }
    assert!(complete > LINES / 2 && dropped > LINES / 2, "{complete} pages, {dropped} dropped");
}

/// Of a node with some topics: what goes over the line, and the page.
fn snapshot(framer: &mut Framer, random: &mut fastrand::Rng) -> (Vec<u8>, String) {
    let node = Node::new();
    (0..random.usize(..TOPICS.len())).for_each(|at| node.sent.get([TOPICS[at]]).inc_by(random.u64(..)));
    let (mut line, mut page) = ([0; 4096], [0; 4096]);
    let (mut room, mut text) = (&mut line[..], &mut page[..]);
    framer.snapshot(&node, &mut room).unwrap();
    encode::openmetrics(&node, &mut text).unwrap();
    let (free, unused) = (room.len(), text.len());
    (line[..4096 - free].to_vec(), String::from_utf8(page[..4096 - unused].to_vec()).unwrap())
}

/// Something that happens to a byte of a line, or to a frame.
fn damage(line: &mut Vec<u8>, random: &mut fastrand::Rng) {
    if line.is_empty() {
        return; // everything was lost
    }
    let at = random.usize(..line.len());
    match random.u8(..7) {
        0 => line[at] ^= 1 << random.u8(..8),
        1 => drop(line.remove(at)),
        2 => line.insert(at, line[at]),
        3 => drop(line.splice(at..at, [(); 600].map(|()| random.u8(..)))),
        to_frames => {
            let mut frames: Vec<&[u8]> = line.split_inclusive(|byte| *byte == 0).collect();
            let frame = random.usize(..frames.len());
            match to_frames {
                4 => drop(frames.remove(frame)),
                5 => frames.insert(frame, frames[frame]),
                _ => frames.swap(frame, frame.saturating_sub(2)),
            }
            *line = frames.concat();
        }
    }
}

/// The pages that our reader gets.
fn ours(line: &[u8]) -> Vec<String> {
    let mut reader = Reader::default();
    line.iter().filter_map(|byte| reader.push(*byte)).collect()
}

/// The pages that the reader in Python gets from each line.
fn python(lines: &[String]) -> Vec<Vec<String>> {
    let mut child = Command::new(tools::python())
        .args(["-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{error}: `cargo xtask setup` installs {}", tools::python().display()));
    let (mut stdin, input) = (child.stdin.take().unwrap(), lines.join("\n"));
    let feed = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    feed.join().unwrap().unwrap();
    let pages: Vec<_> = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    assert_eq!(pages.len(), lines.len());
    pages.into_iter().map(|pages| serde_json::from_slice(pages).unwrap()).collect()
}
