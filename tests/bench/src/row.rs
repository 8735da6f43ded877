//! The budgets, and whether they are met.

use crate::input::{ELEVEN, Page, THIRTY};
use crate::library::{Encode, FLOOR, Library, NARTHEX, PEERS, UNSOUND_LOOK_UP, Work};
use crate::measure::{Measuring, compare};
use crate::{allocator, encode};
use anyhow::{Context, Result};
use std::any::Any;

pub struct Row {
    pub name: &'static str,
    measured: Measured,
    budget: Budget,
}

/// Makes so many series, and lends them until it is dropped.
type Hold = fn(&dyn Library, usize) -> Option<Box<dyn Any>>;

enum Measured {
    /// Time, with so many threads at once.
    Time(fn(&dyn Library) -> Option<Work>, usize),
    /// Time of a page, for each of its series.
    Page(fn(&dyn Library, Page) -> Option<Encode>, Page),
    /// Bytes of each of [`SERIES`] that are held.
    Memory(Hold),
    /// Allocations that each of them is in.
    AllocationsHeld(Hold),
    /// Allocations for each time.
    Allocations(fn(&dyn Library) -> Option<Work>),
}
use Measured::{Allocations, AllocationsHeld, Memory, Time};

/// What is compared.
#[derive(Clone, Copy)]
struct Budget {
    /// At most this multiple of the floor.
    floor: Option<f64>,
    /// At most this many bytes or allocations.
    most: Option<f64>,
    /// At most this multiple of each peer.
    peers: Option<f64>,
    /// Peers that are no target.
    except: &'static str,
}

const NONE: Budget = Budget { floor: None, most: None, peers: None, except: "" };
const FASTER: Option<f64> = Some(1.0);
/// What differs from one run to the next between equals.
const AS_FAST: Option<f64> = Some(1.05);
const LOOK_UP: Budget = Budget { peers: FASTER, except: UNSOUND_LOOK_UP, ..NONE };
const OBSERVE: Budget = Budget { floor: Some(1.2), peers: FASTER, ..NONE };
const TEXT: Budget = Budget { floor: Some(2.0), ..NONE };
const PROTOBUF: Budget = Budget { peers: FASTER, ..NONE };
const MEMORY: Budget = Budget { peers: FASTER, ..NONE };

/// Series that are held.
const SERIES: usize = 100_000;
const LOOK_UPS: u64 = 1000;

pub const ROWS: &[Row] = &[
    Row {
        name: "increment",
        measured: Time(|library| library.increment(), 1),
        budget: Budget { floor: Some(1.1), ..NONE },
    },
    Row {
        name: "increment-2-threads",
        measured: Time(|library| library.increment(), 2),
        budget: Budget { peers: AS_FAST, ..NONE },
    },
    Row {
        name: "look-up-100",
        measured: Time(|library| library.look_up(100), 1),
        budget: Budget { floor: Some(1.4), ..LOOK_UP },
    },
    Row { name: "look-up-100-2-threads", measured: Time(|library| library.look_up(100), 2), budget: LOOK_UP },
    Row { name: "look-up-10000", measured: Time(|library| library.look_up(10_000), 1), budget: LOOK_UP },
    Row { name: "look-up-10000-2-threads", measured: Time(|library| library.look_up(10_000), 2), budget: LOOK_UP },
    Row {
        name: "look-up-allocations",
        measured: Allocations(|library| library.look_up(100)),
        budget: Budget { most: Some(0.0), ..NONE },
    },
    Row {
        name: "closed-labels",
        measured: Time(|library| library.closed(), 1),
        budget: Budget { floor: Some(1.2), ..NONE },
    },
    Row { name: "observe-11", measured: Time(|library| library.observe(&ELEVEN), 1), budget: OBSERVE },
    Row { name: "observe-11-2-threads", measured: Time(|library| library.observe(&ELEVEN), 2), budget: OBSERVE },
    Row { name: "observe-30", measured: Time(|library| library.observe(&THIRTY), 1), budget: OBSERVE },
    Row { name: "observe-30-2-threads", measured: Time(|library| library.observe(&THIRTY), 2), budget: OBSERVE },
    Row {
        name: "memory-counter",
        measured: Memory(|library, series| library.counters(series)),
        budget: Budget { most: Some(90.0), ..MEMORY },
    },
    Row {
        name: "memory-counter-allocations",
        measured: AllocationsHeld(|library, series| library.counters(series)),
        budget: Budget { most: Some(2.0), ..NONE },
    },
    Row {
        name: "memory-histogram",
        measured: Memory(|library, series| library.histograms(series)),
        budget: Budget { most: Some(180.0), ..MEMORY },
    },
    Row {
        name: "memory-histogram-allocations",
        measured: AllocationsHeld(|library, series| library.histograms(series)),
        budget: Budget { most: Some(2.1), ..NONE }, // those of the family itself come on top
    },
    Row { name: "text-counters-1000", measured: text(Page::Counters(1_000)), budget: TEXT },
    Row { name: "text-counters-10000", measured: text(Page::Counters(10_000)), budget: TEXT },
    Row { name: "text-counters-100000", measured: text(Page::Counters(100_000)), budget: TEXT },
    Row { name: "text-histograms-1000", measured: text(Page::Histograms(1_000)), budget: TEXT },
    Row { name: "protobuf-counters-1000", measured: protobuf(Page::Counters(1_000)), budget: PROTOBUF },
    Row { name: "protobuf-histograms-1000", measured: protobuf(Page::Histograms(1_000)), budget: PROTOBUF },
];

const fn text(page: Page) -> Measured {
    Measured::Page(|library, page| library.text(page), page)
}

const fn protobuf(page: Page) -> Measured {
    Measured::Page(|library, page| library.protobuf(page), page)
}

/// What narthex takes, and as a multiple of what each other takes, the floor first.
pub struct Outcome {
    narthex: f64,
    ratios: Vec<Option<f64>>,
}

impl Row {
    pub fn measure(&self, how: &Measuring) -> Result<Outcome> {
        match self.measured {
            Time(work, threads) => timed(everybody().map(work).collect(), threads, how),
            Measured::Page(encode, page) => {
                let encodes: Vec<_> = everybody().map(|library| encode(library, page)).collect();
                if let [Some(narthex), Some(floor), ..] = &encodes[..] {
                    encode::check(narthex, floor)?;
                }
                let works = encodes.into_iter().map(|encode| encode.map(encode::work)).collect();
                let whole = timed(works, 1, how)?;
                Ok(Outcome { narthex: whole.narthex / page.series() as f64, ..whole })
            }
            Memory(hold) => outcome(|library| held(library, hold).map(|(bytes, _)| bytes)),
            AllocationsHeld(hold) => outcome(|library| held(library, hold).map(|(_, allocations)| allocations)),
            Allocations(work) => outcome(|library| {
                let work = work(library)?;
                work(0, LOOK_UPS);
                let ((), counted) = allocator::count(|| work(0, LOOK_UPS));
                Some(counted.allocations as f64 / LOOK_UPS as f64)
            }),
        }
    }
}

fn everybody() -> impl Iterator<Item = &'static dyn Library> {
    [NARTHEX, FLOOR].into_iter().chain(PEERS)
}

fn timed(works: Vec<Option<Work>>, threads: usize, how: &Measuring) -> Result<Outcome> {
    let offered: Vec<bool> = works.iter().map(Option::is_some).collect();
    let works: Vec<Work> = works.into_iter().flatten().collect();
    let mut measured = compare(&works, threads, how)?.into_iter().peekable();
    let (narthex, _) = measured.next().context("narthex does everything")?;
    let others = offered.iter().skip(1);
    let ratios = others.map(|offered| measured.next_if(|_| *offered).map(|(_, ratio)| ratio)).collect();
    Ok(Outcome { narthex, ratios })
}

fn outcome(measure: impl Fn(&dyn Library) -> Option<f64>) -> Result<Outcome> {
    let narthex = measure(NARTHEX).context("narthex does everything")?;
    let others = everybody().skip(1);
    Ok(Outcome { narthex, ratios: others.map(|other| Some(ratio(narthex, measure(other)?))).collect() })
}

fn ratio(narthex: f64, other: f64) -> f64 {
    if narthex == other { 1.0 } else { narthex / other }
}

/// Bytes and allocations a series.
fn held(library: &dyn Library, hold: Hold) -> Option<(f64, f64)> {
    hold(library, 1); // what comes once, whoever asks first
    let (held, counted) = allocator::count(|| hold(library, SERIES));
    held?;
    Some((counted.bytes as f64 / SERIES as f64, counted.blocks as f64 / SERIES as f64))
}

pub fn print_head() {
    println!("What narthex takes, and how many times as much as the others: below 1.00 it takes less.\n");
    print!("{:28} {:>12} {:>13}", "", "narthex", "floor");
    PEERS.iter().for_each(|peer| print!(" {:>18}", peer.name()));
    println!("  budget");
}

impl Outcome {
    pub fn print(&self, row: &Row) {
        let unit = match row.measured {
            Time(..) | Measured::Page(..) => "ns",
            Memory(_) => "B",
            AllocationsHeld(_) | Allocations(_) => "",
        };
        print!("{:28} {:>9.2} {unit:2}", row.name, self.narthex);
        let widths = std::iter::once(13).chain([18; PEERS.len()]);
        for (ratio, width) in self.ratios.iter().zip(widths) {
            print!(" {:>width$}", ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}")));
        }
        println!("  {}", self.verdict(&row.budget));
    }

    fn verdict(&self, budget: &Budget) -> String {
        let mut wanted = Vec::new();
        let mut missed = Vec::new();
        let mut judge = |what: &str, value: f64, most: f64| {
            if value > most {
                missed.push(format!("{what} {value:.2}"));
            }
        };
        if let Some(most) = budget.most {
            wanted.push(format!("at most {most}"));
            judge("narthex", self.narthex, most);
        }
        let mut ratios = self.ratios.iter();
        let floor = ratios.next().copied().flatten();
        if let Some(most) = budget.floor {
            wanted.push(format!("floor {most}"));
            judge("floor", floor.unwrap_or(f64::NAN), most);
        }
        if let Some(most) = budget.peers {
            wanted.push(format!("peers {most}"));
            for (peer, ratio) in PEERS.iter().zip(ratios).filter(|(peer, _)| peer.name() != budget.except) {
                judge(peer.name(), ratio.unwrap_or(0.0), most);
            }
        }
        let missed = if missed.is_empty() { "met".to_owned() } else { format!("NOT met: {}", missed.join(", ")) };
        format!("{}: {missed}", wanted.join(", "))
    }
}
