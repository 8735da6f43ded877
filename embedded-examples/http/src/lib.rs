//! As much of HTTP as it takes to be scraped and to push, for any TCP stack: bytes in, bytes out.
//!
//! | | |
//! | --- | --- |
//! | [`Exchange`] | one connection of a server: `GET /metrics`, in the format that is asked for |
//! | [`Push`] | one connection of a client: `PUT` to a Pushgateway |
//! | [`Page`] | where the metrics come from, a part at a time |
//!
//! Neither keeps the request or the page in memory. A request is read as its bytes come, so that a head of any size takes
//! 100 bytes; a page is written into the room that the TCP stack has, so that it may be longer than the board's memory.
//! (The crates that parse HTTP for firmware want the whole head in one buffer, for each connection.)
//!
//! A connection has one request. That costs a handshake for each scrape, and saves a socket for each scraper.
#![no_std]

mod accept;
mod body;
mod exchange;
mod head;
mod push;
mod word;

pub use body::{Page, TooSmall};
pub use exchange::{Exchange, Outcome, ROOM};
pub use push::Push;

/// The formats that a page can have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Prometheus text 0.0.4.
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
}
