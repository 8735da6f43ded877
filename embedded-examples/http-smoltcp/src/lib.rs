//! A board on the network: what serves its metrics and pushes them, with smoltcp in a main loop.
//!
//! | | |
//! | --- | --- |
//! | [`Node`] | what a firmware gives: its page, and counters for what becomes of it |
//! | [`run`] | the main loop |
//! | `server`, `pusher` | a TCP socket each, with [`http`] on it |
//! | `card` | smoltcp's view of the MAC |
//! | [`clock`] | time, in milliseconds since the start |
#![no_std]

mod card;
pub mod clock;
mod pusher;
mod server;
mod station;

pub use pusher::Pushed;
pub use station::{Memory, run};

use http::{Outcome, Page};

/// A firmware, as the network sees it.
pub trait Node {
    /// Its metrics.
    type Page: Page;

    /// The main loop's own work. It comes about once a millisecond and should take less; turns are counted from zero.
    fn turn(n: u32);

    /// Counts a connection.
    fn count_request(outcome: Outcome);

    /// Counts an attempt to push.
    fn count_push(outcome: Pushed);
}
