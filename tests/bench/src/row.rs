//! What is measured.

use crate::budget::{AS_FAST, Budget, FASTER, LOOK_UP, MEMORY, NOISE, NONE, OBSERVE, Outcome, PROTOBUF, SCRAPE, TEXT};
use crate::input::{ELEVEN, Page, THIRTY};
use crate::library::{Encode, FLOOR, Library, NARTHEX, PEERS, Work};
use crate::measure::{Clock, Measuring, compare};
use crate::scrape::Server;
use crate::{allocator, encode, meanwhile, scrape};
use anyhow::{Context, Result, bail};
use std::any::Any;

pub struct Row {
    pub name: &'static str,
    measured: Measured,
    budget: Budget,
}

/// Makes so many series, and lends them until it is dropped.
type Hold = fn(&dyn Library, usize) -> Option<Box<dyn Any>>;

type Serve = fn(&dyn Library, Page) -> Result<Option<Server>>;

enum Measured {
    Time(fn(&dyn Library) -> Option<Work>, Clock),
    /// Time of a page, for each of its series.
    Page(fn(&dyn Library, Page) -> Option<Encode>, Page),
    /// Allocations for a page, for each of its series.
    PageAllocations(Page),
    /// Time of a scrape with so many at once.
    Scrape(Serve, Page, usize),
    /// Kilobytes that a server allocates for a scrape.
    ScrapeMemory(Page),
    /// Time beside scrapes of [`SERIES`]; the floor is the same without them.
    BesideScrapes(fn(&dyn Library, usize) -> Option<(Work, Encode)>),
    /// Bytes of each of [`SERIES`] that are held.
    Memory(Hold),
    /// Allocations that each of them is in.
    AllocationsHeld(Hold),
    /// Allocations for each time.
    Allocations(fn(&dyn Library) -> Option<Work>),
}
use Clock::Processor;
use Measured::{Allocations, AllocationsHeld, BesideScrapes, Memory, PageAllocations, Scrape, ScrapeMemory, Time};

const TWO_THREADS: Clock = Clock::Wall(2);

/// Series that are held.
const SERIES: usize = 100_000;
const LOOK_UPS: u64 = 1000;

pub const ROWS: &[Row] = &[
    Row {
        name: "increment",
        measured: Time(|library| library.increment(), Processor),
        budget: Budget { floor: Some(1.1), ..NONE },
    },
    Row {
        name: "increment-2-threads",
        measured: Time(|library| library.increment(), TWO_THREADS),
        budget: Budget { peers: AS_FAST, ..NONE },
    },
    Row {
        name: "look-up-100",
        measured: Time(|library| library.look_up(100), Processor),
        budget: Budget { floor: Some(1.4), ..LOOK_UP },
    },
    Row { name: "look-up-100-2-threads", measured: Time(|library| library.look_up(100), TWO_THREADS), budget: LOOK_UP },
    Row { name: "look-up-10000", measured: Time(|library| library.look_up(10_000), Processor), budget: LOOK_UP },
    Row {
        name: "look-up-10000-2-threads",
        measured: Time(|library| library.look_up(10_000), TWO_THREADS),
        budget: LOOK_UP,
    },
    Row {
        name: "look-up-allocations",
        measured: Allocations(|library| library.look_up(100)),
        budget: Budget { most: Some(0.0), ..NONE },
    },
    Row {
        name: "closed-labels",
        measured: Time(|library| library.closed(), Processor),
        budget: Budget { floor: Some(1.2), ..NONE },
    },
    Row { name: "observe-11", measured: Time(|library| library.observe(&ELEVEN), Processor), budget: OBSERVE },
    Row {
        name: "observe-11-2-threads",
        measured: Time(|library| library.observe(&ELEVEN), TWO_THREADS),
        budget: OBSERVE,
    },
    Row { name: "observe-30", measured: Time(|library| library.observe(&THIRTY), Processor), budget: OBSERVE },
    Row {
        name: "observe-30-2-threads",
        measured: Time(|library| library.observe(&THIRTY), TWO_THREADS),
        budget: OBSERVE,
    },
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
    Row {
        name: "text-allocations-10000",
        measured: PageAllocations(Page::Counters(10_000)),
        budget: Budget { most: Some(0.01), ..NONE }, // some for each part of a page
    },
    Row { name: "protobuf-counters-1000", measured: protobuf(Page::Counters(1_000)), budget: PROTOBUF },
    Row { name: "protobuf-histograms-1000", measured: protobuf(Page::Histograms(1_000)), budget: PROTOBUF },
    Row {
        name: "scrape-1000",
        measured: Scrape(|library, page| library.serve(page), Page::Counters(1_000), 16),
        budget: SCRAPE,
    },
    Row {
        name: "scrape-1000-shared",
        measured: Scrape(|library, page| library.serve_shared(page), Page::Counters(1_000), 16),
        budget: SCRAPE,
    },
    Row {
        name: "scrape-memory-100000",
        measured: ScrapeMemory(Page::Counters(100_000)),
        budget: Budget { most: Some(1_000.0), peers: FASTER, ..NONE }, // the page has 6,500 kB
    },
    Row {
        name: "increment-scraped",
        measured: BesideScrapes(|library, series| library.increment_scraped(series)),
        budget: NOISE,
    },
    Row {
        name: "look-up-scraped",
        measured: BesideScrapes(|library, series| library.look_up_scraped(series)),
        budget: NOISE,
    },
];

const fn text(page: Page) -> Measured {
    Measured::Page(|library, page| library.text(page), page)
}

const fn protobuf(page: Page) -> Measured {
    Measured::Page(|library, page| library.protobuf(page), page)
}

impl Row {
    /// Measures and prints it.
    pub fn run(&self, how: &Measuring) -> Result<()> {
        let unit = match self.measured {
            Time(..) | Measured::Page(..) | Scrape(..) | BesideScrapes(_) => "ns",
            ScrapeMemory(_) => "kB",
            Memory(_) => "B",
            AllocationsHeld(_) | Allocations(_) | PageAllocations(_) => "",
        };
        self.measure(how)?.print(self.name, unit, &self.budget);
        Ok(())
    }

    fn measure(&self, how: &Measuring) -> Result<Outcome> {
        match self.measured {
            Time(work, clock) => timed(everybody().map(work).collect(), clock, how),
            Measured::Page(encode, page) => {
                let encodes: Vec<_> = everybody().map(|library| encode(library, page)).collect();
                if let [Some(narthex), Some(floor), ..] = &encodes[..] {
                    encode::check(narthex, floor)?;
                }
                let works = encodes.into_iter().map(|encode| encode.map(encode::work)).collect();
                let whole = timed(works, Processor, how)?;
                Ok(Outcome { narthex: whole.narthex / page.series() as f64, ..whole })
            }
            PageAllocations(page) => outcome(|library| {
                Ok(library.text(page).map(|encode| {
                    let mut to = Vec::new();
                    encode(&mut to);
                    to.clear();
                    allocator::count(|| encode(&mut to)).1.allocations as f64 / page.series() as f64
                }))
            }),
            Scrape(serve, page, connections) => {
                let work = |library: &dyn Library| {
                    let server = serve(library, page)?;
                    server.map(|server| scrape::work(server, connections, page.series())).transpose()
                };
                // the client waits for the server, so that its share of a processor says nothing
                timed(everybody().map(work).collect::<Result<_>>()?, Clock::Wall(1), how)
            }
            ScrapeMemory(page) => outcome(|library| {
                let has_its_page = library.name() == FLOOR.name();
                let server = library.serve(page)?.filter(|server| server.is_here() && !has_its_page);
                let Some(server) = server else { return Ok(None) };
                let scrape = scrape::work(server, 1, page.series())?; // which makes one, with what comes once
                let ((), counted) = allocator::count(|| scrape(0, 1));
                Ok(Some(counted.peak as f64 / 1e3))
            }),
            BesideScrapes(works) => {
                let (work, encode) = works(NARTHEX, SERIES).context("narthex does everything")?;
                let measured = compare(&meanwhile::works(work, encode), Processor, how)?;
                let [(narthex, _), (_, ratio)] = measured[..] else { bail!("two works, {} times", measured.len()) };
                Ok(Outcome { narthex, ratios: [Some(ratio)].into_iter().chain(PEERS.map(|_| None)).collect() })
            }
            Memory(hold) => outcome(|library| Ok(held(library, hold).map(|(bytes, _)| bytes))),
            AllocationsHeld(hold) => outcome(|library| Ok(held(library, hold).map(|(_, allocations)| allocations))),
            Allocations(work) => outcome(|library| {
                Ok(work(library).map(|work| {
                    work(0, LOOK_UPS);
                    let ((), counted) = allocator::count(|| work(0, LOOK_UPS));
                    counted.allocations as f64 / LOOK_UPS as f64
                }))
            }),
        }
    }
}

fn everybody() -> impl Iterator<Item = &'static dyn Library> {
    [NARTHEX, FLOOR].into_iter().chain(PEERS)
}

fn timed(works: Vec<Option<Work>>, clock: Clock, how: &Measuring) -> Result<Outcome> {
    let offered: Vec<bool> = works.iter().map(Option::is_some).collect();
    let works: Vec<Work> = works.into_iter().flatten().collect();
    let mut measured = compare(&works, clock, how)?.into_iter().peekable();
    let (narthex, _) = measured.next().context("narthex does everything")?;
    let others = offered.iter().skip(1);
    let ratios = others.map(|offered| measured.next_if(|_| *offered).map(|(_, ratio)| ratio)).collect();
    Ok(Outcome { narthex, ratios })
}

fn outcome(measure: impl Fn(&dyn Library) -> Result<Option<f64>>) -> Result<Outcome> {
    let narthex = measure(NARTHEX)?.context("narthex does everything")?;
    let others = everybody().skip(1).map(|other| Ok(measure(other)?.map(|other| ratio(narthex, other))));
    Ok(Outcome { narthex, ratios: others.collect::<Result<_>>()? })
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
