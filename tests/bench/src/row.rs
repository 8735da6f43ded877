//! What is measured, and how.

use crate::budget::{Budget, Outcome};
use crate::input::Page;
use crate::library::{Encode, FLOOR, Library, NARTHEX, PEERS, Work};
use crate::measure::{Clock, Measuring, compare};
use crate::scrape::Server;
use crate::{allocator, encode, meanwhile, scrape};
use Measured::{
    Allocations, AllocationsHeld, BesideScrapes, Growth, Memory, MoreAllocations, Scrape, ScrapeMemory, Time,
};
use anyhow::{Context, Result, bail};
use std::any::Any;
use std::time::Duration;

/// Series that are held.
const SERIES: usize = 100_000;
const LOOK_UPS: u64 = 1000;

const SETTLED: Duration = Duration::from_millis(100);

pub struct Row {
    pub name: &'static str,
    pub measured: Measured,
    pub budget: Budget,
}

/// Makes so many series, and lends them until it is dropped.
pub type Hold = fn(&dyn Library, usize) -> Option<Box<dyn Any>>;

pub type Serve = fn(&dyn Library, Page) -> Result<Option<Server>>;

pub enum Measured {
    Time(fn(&dyn Library) -> Option<Work>, Clock),
    /// Time of a page, for each of its series.
    Page(fn(&dyn Library, Page) -> Option<Encode>, Page),
    /// How much longer a series takes on the second page than on the first; the floor's growth is allowed for.
    Growth(fn(&dyn Library, Page) -> Option<Encode>, [Page; 2]),
    /// Allocations for the second page beyond those for the first, for each series that it has more.
    MoreAllocations(fn(&dyn Library, Page) -> Option<Encode>, [Page; 2]),
    /// Time of a scrape with so many at once, asked for with these lines.
    Scrape(Serve, Page, usize, &'static str),
    /// Kilobytes that a server allocates for a scrape; with headers, which the others would not all heed, narthex alone.
    ScrapeMemory(Page, &'static str),
    /// Time beside scrapes of [`SERIES`]; the floor is the same without them.
    BesideScrapes(fn(&dyn Library, usize) -> Option<(Work, Encode)>),
    /// Bytes of each of [`SERIES`] that are held.
    Memory(Hold),
    /// Allocations that each of them is in.
    AllocationsHeld(Hold),
    /// Allocations for each time.
    Allocations(fn(&dyn Library) -> Option<Work>),
}
impl Row {
    /// Measures and prints it.
    pub fn run(&self, how: &Measuring) -> Result<()> {
        let unit = match self.measured {
            Time(..) | Measured::Page(..) | Scrape(..) | BesideScrapes(_) => "ns",
            ScrapeMemory(..) => "kB",
            Memory(_) => "B",
            AllocationsHeld(_) | Allocations(_) | MoreAllocations(..) | Growth(..) => "",
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
                let whole = timed(works, Clock::Processor, how)?;
                Ok(Outcome { narthex: whole.narthex / page.series() as f64, ..whole })
            }
            Growth(encode, pages) => growth(encode, pages, how),
            MoreAllocations(encode, pages) => outcome(|library| {
                let allocated = pages.map(|page| {
                    let (encode, mut to) = (encode(library, page)?, Vec::new());
                    encode(&mut to);
                    to.clear();
                    Some(allocator::count(|| encode(&mut to)).1.allocations as f64)
                });
                let [Some(few), Some(many)] = allocated else { return Ok(None) };
                let series = pages.map(|page| page.series() as f64);
                Ok(Some((many - few) / (series[1] - series[0])))
            }),
            Scrape(serve, page, connections, headers) => {
                let work = |library: &dyn Library| {
                    let server = serve(library, page)?;
                    server.map(|server| scrape::work(server, connections, page.series(), headers)).transpose()
                };
                // the client waits for the server, so that its share of a processor says nothing
                timed(everybody().map(work).collect::<Result<_>>()?, Clock::Wall(1), how)
            }
            ScrapeMemory(page, headers) => outcome(|library| {
                let no_target =
                    library.name() == FLOOR.name() || !headers.is_empty() && library.name() != NARTHEX.name();
                let server = library.serve(page)?.filter(|server| server.is_here() && !no_target);
                let Some(server) = server else { return Ok(None) };
                let scrape = scrape::work(server, 1, page.series(), headers)?;
                scrape(0, 1); // with what comes once
                std::thread::sleep(SETTLED); // until the server has given back what it sent
                let ((), counted) = allocator::count(|| scrape(0, 1));
                Ok(Some(counted.peak as f64 / 1e3))
            }),
            BesideScrapes(works) => {
                let (work, encode) = works(NARTHEX, SERIES).context("narthex does everything")?;
                let measured = meanwhile::compare(work, &encode, how)?;
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

/// By how much a series takes longer on the larger page, and that beside the floor's.
fn growth(encode: fn(&dyn Library, Page) -> Option<Encode>, pages: [Page; 2], how: &Measuring) -> Result<Outcome> {
    let works = [NARTHEX, FLOOR].into_iter().flat_map(|library| pages.map(|page| encode(library, page)));
    let works: Option<Vec<Work>> = works.map(|encode| encode.map(encode::work)).collect();
    let measured = compare(&works.context("both write text")?, Clock::Processor, how)?;
    let each: Vec<f64> =
        measured.iter().zip(pages.iter().cycle()).map(|((took, _), page)| took / page.series() as f64).collect();
    let (narthex, floor) = (each[1] / each[0], each[3] / each[2]);
    Ok(Outcome { narthex, ratios: [Some(narthex / floor.max(1.0))].into_iter().chain(PEERS.map(|_| None)).collect() })
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
