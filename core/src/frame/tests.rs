use super::*;
use crate::collect::{Collect, CollectError, Flow, Sink};
use crate::encode::{self, EncodeError, Write};
use crate::name::LabelNames;
use crate::{Counter, Desc, Family, Kind, Metric, name};
use std::string::String;
use std::vec::Vec;

/// A node whose page takes several frames.
struct Node(Family<[&'static str; 1], Counter, 16, 32>);

const TOPICS: [&str; 9] =
    ["", "\0\0", "air/temperature", "air/humidity", "a\\b", "\u{10FFFF}", "\n", "x", "long, long"];

impl Node {
    fn new() -> Self {
        let node = Self(Family::new());
        TOPICS.into_iter().zip(1..).for_each(|(topic, n)| node.0.get([topic]).inc_by(n * 1_000_003));
        node
    }

    fn desc() -> Desc<'static> {
        let desc = Desc::new(Kind::Counter, name!("sent"), "Messages sent.");
        desc.with_labels(LabelNames::new(&["topic"]).unwrap()).unwrap()
    }
}

impl Collect for Node {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&Self::desc())
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.0.collect(&Self::desc(), sink)
    }
}

/// Nothing but `# EOF`.
struct Empty;

impl Collect for Empty {
    fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        Ok(())
    }

    fn collect(&self, _: &mut dyn Sink) -> Flow {
        Ok(())
    }
}

/// Takes bytes one by one; fails when it has as many as it may, or takes nothing.
struct Line {
    bytes: Vec<u8>,
    limit: usize,
    end: Result<usize, &'static str>,
}

impl Line {
    fn new() -> Self {
        Self { bytes: Vec::new(), limit: usize::MAX, end: Ok(0) }
    }
}

impl Write for Line {
    type Error = &'static str;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        if self.bytes.len() == self.limit {
            return self.end;
        }
        self.bytes.push(bytes[0]);
        Ok(1)
    }
}

fn page(metrics: &dyn Collect) -> String {
    let mut line = Line::new();
    encode::openmetrics(metrics, &mut line).unwrap();
    String::from_utf8(line.bytes).unwrap()
}

fn sent(framer: &mut Framer, metrics: &dyn Collect) -> Vec<u8> {
    let mut line = Line::new();
    framer.snapshot(metrics, &mut line).unwrap();
    line.bytes
}

/// What a reader makes of a line.
#[derive(Default, Debug, PartialEq)]
struct Read {
    pages: Vec<String>,
    errors: Vec<FrameError>,
    lost: usize,
    skipped: usize,
}

impl Read {
    fn complaints(&self) -> usize {
        self.errors.len() + self.lost
    }
}

fn read(line: &[u8]) -> Read {
    let (mut read, mut page) = (Read::default(), Vec::new());
    let (mut deframer, mut assembly) = (Deframer::new(), Assembly::new());
    for byte in line {
        match deframer.push(*byte) {
            None => {}
            Some(Err(error)) => read.errors.push(error),
            Some(Ok(frame)) => {
                let progress = assembly.take(&frame);
                match progress.step {
                    Step::Start(data) => page = data.to_vec(),
                    Step::Append(data) => page.extend(data),
                    Step::Skip => read.skipped += 1,
                }
                read.lost += usize::from(progress.lost);
                if progress.complete {
                    read.pages.push(String::from_utf8(page.clone()).unwrap());
                }
            }
        }
    }
    read
}

/// The frames of a line, with their delimiters.
fn frames(line: &[u8]) -> Vec<&[u8]> {
    let mut frames: Vec<_> = line.split_inclusive(|byte| *byte == 0).collect();
    frames.retain(|frame| frame.len() > 1);
    frames
}

#[test]
fn the_example_of_the_documentation() {
    let hex: Vec<String> = sent(&mut Framer::new(), &Empty).iter().map(|byte| std::format!("{byte:02X}")).collect();
    let text = std::format!("//! ```text\n//! {}\n//! ```", hex.join(" "));
    assert!(include_str!("mod.rs").contains(&text), "{text}");
}

#[test]
fn snapshots_arrive() {
    let (node, mut framer) = (Node::new(), Framer::new());
    let (mut line, mut pages) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        line.extend(sent(&mut framer, &node));
        line.extend(sent(&mut framer, &Empty));
        pages.extend([page(&node), page(&Empty)]);
    }
    let whole = Read { pages, ..Read::default() };
    assert_eq!(read(&line), whole);
    assert!(frames(&sent(&mut framer, &node)).len() > 3);
    assert!(!line.split(|byte| *byte == 0).any(|frame| frame.len() > 128), "a frame is longer than the framer says");
}

#[test]
fn pages_of_every_length_arrive() {
    struct Long(String);
    impl Collect for Long {
        fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            each(&Desc::new(Kind::Gauge, name!("x"), &self.0))
        }
        fn collect(&self, sink: &mut dyn Sink) -> Flow {
            sink.family(&Desc::new(Kind::Gauge, name!("x"), &self.0)).map(drop)
        }
    }
    let mut framer = Framer::new();
    (0..=u16::MAX - 100).for_each(|_| drop(sent(&mut framer, &Empty)));
    for len in 0..600 {
        let long = Long("h".repeat(len));
        let read = read(&sent(&mut framer, &long));
        assert_eq!((read.pages, read.lost, read.errors.len()), ([page(&long)].to_vec(), 0, 0), "{len}");
    }
}

/// Every way to damage one byte.
fn damaged(line: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..line.len()).flat_map(move |at| {
        let flipped = (0..8).map(move |bit| {
            let mut line = line.to_vec();
            line[at] ^= 1 << bit;
            line
        });
        let dropped = [&line[..at], &line[at + 1..]].concat();
        let doubled = [&line[..=at], &line[at..]].concat();
        flipped.chain([dropped, doubled])
    })
}

#[test]
fn a_damaged_byte_is_never_taken_for_a_value() {
    let (node, mut framer) = (Node::new(), Framer::new());
    let (first, second) = (sent(&mut framer, &node), sent(&mut framer, &Empty));
    let expected = [page(&node), page(&Empty)];
    for mut line in damaged(&first) {
        line.extend(&second);
        let read = read(&line);
        match &read.pages[..] {
            pages if pages == expected => {} // a delimiter was doubled, or one of two lost
            pages => assert!(pages == &expected[1..] && read.complaints() > 0, "{read:?}"),
        }
    }
}

#[test]
fn frames_that_are_lost_repeated_or_swapped() {
    let (node, mut framer) = (Node::new(), Framer::new());
    let (first, second) = (sent(&mut framer, &node), sent(&mut framer, &Empty));
    let frames = frames(&first);
    let expected = [page(&node), page(&Empty)];
    for at in 0..frames.len() {
        let mut lost = frames.clone();
        lost.remove(at);
        let seen = read(&[lost.concat(), second.clone()].concat());
        assert_eq!((&seen.pages[..], seen.lost), (&expected[1..], usize::from(at > 0)), "without {at}");

        let mut repeated = frames.clone();
        repeated.insert(at, frames[at]);
        let seen = read(&[repeated.concat(), second.clone()].concat());
        assert_eq!((&seen.pages[..], seen.complaints()), (&expected[..], 0), "{at} twice");

        if at > 0 {
            let mut swapped = frames.clone();
            swapped.swap(at - 1, at);
            let seen = read(&[swapped.concat(), second.clone()].concat());
            assert_eq!(seen.pages, expected[1..], "{at} before the one before it");
        }
    }
}

#[test]
fn a_device_that_starts_again_in_the_middle() {
    let (node, other) = (Node::new(), Node::new());
    other.0.get([""]).inc_by(7); // in the first frame
    let (old, new) = (sent(&mut Framer::new(), &node), sent(&mut Framer::new(), &other));
    for end in 0..old.len() - 1 {
        assert_eq!(read(&[&old[..end], &new].concat()).pages, [page(&other)], "after {end} bytes");
    }
    // and a device that sleeps deeply after each snapshot sends the same number for ever
    let slept = [sent(&mut Framer::new(), &Empty), sent(&mut Framer::new(), &Empty)].concat();
    assert_eq!(read(&slept).pages, [page(&Empty), page(&Empty)]);
    // and frames of the new one are missing, so that the numbers fit
    let (old, new) = (frames(&old), frames(&new));
    for at in 1..old.len() {
        assert_eq!(read(&[&old[..at], &new[at..]].concat().concat()).pages, [""; 0], "frame {at}");
    }
}

#[test]
fn rubbish_before_between_and_after() {
    let (node, mut framer) = (Node::new(), Framer::new());
    let mut random = 1_u32;
    for _ in 0..200 {
        let mut rubbish = || -> Vec<u8> {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let mut seed = random;
            let mut next = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8
            };
            (0..random >> 21).map(|_| next()).collect()
        };
        let line = [rubbish(), sent(&mut framer, &node), rubbish(), sent(&mut framer, &Empty), rubbish()].concat();
        assert_eq!(read(&line).pages, [page(&node), page(&Empty)]);
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let encode = |raw: &[u8]| {
        let mut encoded = [0; 300];
        let len = cobs::encode(raw, &mut encoded);
        [&encoded[..len], &[0]].concat()
    };
    let checked = |raw: &[u8]| encode(&[raw, &CRC.checksum(raw).to_le_bytes()].concat());
    for (line, expected) in [
        (encode(&[0x10, 0, 0, 1, 2, 3]), FrameError::TooShort),
        (encode(&[0x10, 0, 0, 1, 2, 3, 4]), FrameError::Check),
        (checked(&[0x20, 0, 0]), FrameError::Version(2)),
        ([5, 1, 0].to_vec(), FrameError::Encoding),
        ([[1; 1000].to_vec(), [0, 0].to_vec()].concat(), FrameError::TooLong),
    ] {
        assert_eq!(read(&line).errors, [expected]);
    }
    let longest = checked(&[&[0x13, 0, 0][..], &[b'x'; DATA]].concat());
    assert_eq!(read(&longest).errors, []);
    let huge = read(&std::vec![b'x'; 1 << 20]);
    assert_eq!(huge.errors, [FrameError::TooLong], "once");
    let text = std::format!("{} / {}", FrameError::TooLong, FrameError::Version(2));
    assert_eq!(
        text,
        "more than 248 bytes without a zero, which no frame has / \
         a frame has version 2, and only version 1 is known"
    );
}

#[test]
fn a_line_that_fails_costs_one_snapshot() {
    let node = Node::new();
    let whole = sent(&mut Framer::new(), &node).len();
    for limit in 0..whole - 1 {
        let mut framer = Framer::new();
        let end = if limit % 2 == 0 { Ok(0) } else { Err("unplugged") };
        let mut line = Line { limit, end, ..Line::new() };
        let error = framer.snapshot(&node, &mut line).unwrap_err();
        assert_eq!(error, end.map_or_else(EncodeError::Sink, |_| EncodeError::WriteZero));
        line.bytes.extend(sent(&mut framer, &node));
        assert_eq!(read(&line.bytes).pages, [page(&node)], "{limit}");
    }
}

#[test]
fn a_collector_that_fails_costs_what_it_did_not_give() {
    struct Failing;
    impl Collect for Failing {
        fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            Ok(())
        }
        fn collect(&self, _: &mut dyn Sink) -> Flow {
            Err(CollectError::new(&"no answer").into())
        }
    }
    let (node, mut line) = (Node::new(), Line::new());
    let both: &[&dyn Collect] = &[&Failing, &node];
    let outcome = Framer::new().snapshot(&both, &mut line);
    assert_eq!(outcome, Err(EncodeError::Collector(CollectError::new(&"no answer"))));
    assert_eq!(read(&line.bytes).pages, [page(&node)]);
}
