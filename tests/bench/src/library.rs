//! What each library is asked to do.

mod client;
mod fastmetrics;
mod floor;
mod measured;
mod metrics;
mod narthex;
mod prometheus;
mod python;

use crate::input::Page;
use crate::scrape::Server;
use anyhow::Result;
use std::any::Any;

/// Does the work so many times, as the first thread or the second. The loop is inside, so that nothing is dispatched for
/// each time.
pub type Work = Box<dyn Fn(usize, u64) + Send + Sync>;

/// Writes a page into this buffer, which is empty and kept from one time to the next.
pub type Encode = Box<dyn Fn(&mut Vec<u8>) + Send + Sync>;

/// The fastest way that a library documents for each work; `None` is what it does not offer.
pub trait Library {
    fn name(&self) -> &'static str;

    /// A counter that is held.
    fn increment(&self) -> Option<Work> {
        None
    }

    /// A counter with [`series`](crate::input::series) of this many, looked up each time by two `&str` that are not static.
    fn look_up(&self, _series: usize) -> Option<Work> {
        None
    }

    /// A counter by two labels of ten values each, which the program's source knows.
    fn closed(&self) -> Option<Work> {
        None
    }

    /// A histogram that is held.
    fn observe(&self, _bounds: &'static [f64]) -> Option<Work> {
        None
    }

    /// A page of text.
    fn text(&self, _page: Page) -> Option<Encode> {
        None
    }

    /// A page of protobuf.
    fn protobuf(&self, _page: Page) -> Option<Encode> {
        None
    }

    /// A counter of a family of so many series that is held, and the page that it is on.
    fn increment_scraped(&self, _series: usize) -> Option<(Work, Encode)> {
        None
    }

    /// As [`look_up`](Self::look_up), and the page.
    fn look_up_scraped(&self, _series: usize) -> Option<(Work, Encode)> {
        None
    }

    /// A page of text over HTTP: behind hyper, where a library has no server of its own.
    fn serve(&self, page: Page) -> Result<Option<Server>> {
        self.text(page).map(Server::of).transpose()
    }

    /// As [`serve`](Self::serve), where scrapes that overlap may have one page.
    fn serve_shared(&self, page: Page) -> Result<Option<Server>> {
        self.serve(page)
    }

    /// This many series of a counter, each at one.
    fn counters(&self, _series: usize) -> Option<Box<dyn Any>> {
        None
    }

    /// This many series of a histogram with [`ELEVEN`](crate::input::ELEVEN) bounds, each observed once.
    fn histograms(&self, _series: usize) -> Option<Box<dyn Any>> {
        None
    }
}

pub const NARTHEX: &dyn Library = &narthex::Narthex;
/// The least that the work could cost: no names, no registry, no locks.
pub const FLOOR: &dyn Library = &floor::Floor;
/// `prometheus` reads its hash map without comparing keys: its look-up is unsound and no target.
pub const UNSOUND_LOOK_UP: &str = "prometheus";
pub const PEERS: [&dyn Library; 6] = [
    &prometheus::Prometheus,
    &client::Client,
    &fastmetrics::Fastmetrics,
    &measured::Measured,
    &metrics::Metrics,
    &python::Python,
];
