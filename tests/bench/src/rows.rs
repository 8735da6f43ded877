//! Every row, and its budget.

use crate::budget::{
    AS_FAST, Budget, FASTER, FLAT, LOOK_UP, MEMORY, NO_MORE, NOISE, NONE, OBSERVE, PART, PROTOBUF, SCRAPE, TEXT,
};
use crate::input::{ELEVEN, Page, THIRTY};
use crate::measure::Clock;
use crate::row::{Measured, Row};
use Clock::Processor;
use Measured::{
    Allocations, AllocationsHeld, BesideScrapes, Growth, Memory, MoreAllocations, Scrape, ScrapeMemory, Time,
};

const TWO_THREADS: Clock = Clock::Wall(2);

const MORE_COUNTERS: [Page; 2] = [Page::Counters(1_000), Page::Counters(100_000)];
const MORE_HISTOGRAMS: [Page; 2] = [Page::Histograms(1_000), Page::Histograms(10_000)];

const PROTOBUF_WANTED: &str =
    "Accept: application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited\r\n";

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
        name: "text-counters-growth",
        measured: Growth(|library, page| library.text(page), MORE_COUNTERS),
        budget: FLAT,
    },
    Row {
        name: "text-counters-allocations",
        measured: MoreAllocations(|library, page| library.text(page), MORE_COUNTERS),
        budget: NO_MORE,
    },
    Row {
        name: "text-histograms-allocations",
        measured: MoreAllocations(|library, page| library.text(page), MORE_HISTOGRAMS),
        budget: NO_MORE,
    },
    Row {
        name: "protobuf-counters-allocations",
        measured: MoreAllocations(|library, page| library.protobuf(page), MORE_COUNTERS),
        budget: NO_MORE,
    },
    Row {
        name: "protobuf-histograms-allocations",
        measured: MoreAllocations(|library, page| library.protobuf(page), MORE_HISTOGRAMS),
        budget: NO_MORE,
    },
    Row { name: "protobuf-counters-1000", measured: protobuf(Page::Counters(1_000)), budget: PROTOBUF },
    Row { name: "protobuf-histograms-1000", measured: protobuf(Page::Histograms(1_000)), budget: PROTOBUF },
    Row {
        name: "scrape-1000",
        measured: Scrape(|library, page| library.serve(page), Page::Counters(1_000), 16, ""),
        budget: SCRAPE,
    },
    Row {
        name: "scrape-1000-shared",
        measured: Scrape(|library, page| library.serve_shared(page), Page::Counters(1_000), 16, ""),
        budget: SCRAPE,
    },
    Row {
        name: "scrape-1000-gzip", // as Prometheus asks; of the others, only Python compresses
        measured: Scrape(|library, page| library.serve(page), Page::Counters(1_000), 16, "Accept-Encoding: gzip\r\n"),
        budget: NONE,
    },
    Row {
        name: "scrape-memory-100000",
        measured: ScrapeMemory(Page::Counters(100_000), ""),
        budget: Budget { peers: FASTER, ..PART },
    },
    Row {
        name: "scrape-memory-100000-gzip",
        measured: ScrapeMemory(Page::Counters(100_000), "Accept-Encoding: gzip\r\n"),
        budget: PART,
    },
    Row {
        name: "scrape-memory-100000-protobuf",
        measured: ScrapeMemory(Page::Counters(100_000), PROTOBUF_WANTED),
        budget: PART,
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
