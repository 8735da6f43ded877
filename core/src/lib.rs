//! Prometheus metrics without `std` and without a heap.
//!
//! **A metric is a number you own.** A cell ([`Counter`], [`Gauge`], [`Histogram`], [`Summary`]) has no name, no labels
//! and no lock. It sits in a `static`, in an array, in a struct; interrupts and main code update it alike. A group gives
//! its cells names, and an encoder writes the group to any byte sink:
//!
//! ```
//! # #[cfg(all(feature = "derive", feature = "embedded-io-v0.7"))] {
//! use narthex_core::{ClosedLabels, Counter, Family, Gauge, Histogram, MetricGroup, Table, encode};
//!
//! #[derive(MetricGroup)]
//! #[metrics(namespace = "wifi")]
//! pub struct Wifi {
//!     /// Frames transmitted.
//!     pub frames_sent: Counter,
//!     /// Signal strength.
//!     #[metrics(unit = "dbm")]
//!     pub rssi: Gauge<i32>,
//!     /// Disconnects by reason.
//!     pub disconnects: Table<Reason, Counter>,
//!     /// Requests by path and status.
//!     #[metrics(labels("path", "status"))]
//!     pub requests: Family<[&'static str; 2], Counter, 16>,
//!     /// Transmit latency.
//!     #[metrics(unit = "seconds", scale = -6, buckets(100, 1_000, 10_000))]
//!     pub tx_latency: Histogram<TxLatency>,
//! }
//!
//! #[derive(Clone, Copy, ClosedLabels)]
//! pub enum Reason { BeaconTimeout, AuthFailed }
//!
//! static WIFI: Wifi = Wifi::new(); // all zero, in .bss
//!
//! WIFI.frames_sent.inc();
//! WIFI.disconnects.get(Reason::BeaconTimeout).inc();
//! WIFI.requests.get(["/", "200"]).inc();
//! WIFI.tx_latency.observe(250); // kept in microseconds, exposed in seconds
//! # let mut page = [0; 2048];
//! # let mut uart = &mut page[..];
//! encode::text(&WIFI, &mut uart).unwrap(); // any embedded_io::Write
//! # }
//! ```
//!
//! The layers, each of which knows only those above it in this list:
//!
//! | | |
//! | --- | --- |
//! | [`word`] | machine words that any context may update; the only place with atomics |
//! | [`number`] | values in the width they were measured in, and their text |
//! | [`cell`] | counter, gauge, histogram, summary |
//! | [`Name`], [`Desc`], [`label`] | names checked once; what a family is called; label sets |
//! | [`family`] | many series of one metric: [`Table`], [`Family`]; [`Info`] and [`StateSet`] |
//! | [`Collect`], [`Sink`] | the waist: a new source of metrics is one `Collect`, a new format is one `Sink` |
//! | [`encode`] | text 0.0.4 and OpenMetrics 1.0, in one piece or buffer by buffer |
//! | `frame` (a feature) | snapshots on a serial line, in checked frames |
//!
//! # Interrupts
//!
//! Everything here may be called from an interrupt handler as from main code, at any priority that the application's
//! critical section masks, and no update is lost or torn:
//!
//! | from a handler | what is in a critical section | how long |
//! | --- | --- | --- |
//! | 32-bit counter, gauge, state set | nothing, where the target has compare-and-swap; else the update | a few instructions |
//! | 64-bit counter, gauge; summary | the update, and reading it | a few instructions; a float adds in software |
//! | histogram | two additions; the search for the bucket comes before | the same |
//! | [`Table`] | nothing of its own: it is an array of cells | |
//! | look-up in a [`Family`], [`Series`] cloned or dropped, series removed | one word for each slot that matches | a few instructions each |
//! | a new series, a refused one | the search for a free slot, the text, the cell's reset | grows with `N`, `TEXT` and the cell |
//! | [`Info`] set or read, an exemplar of a [`WithExemplar`] kept or read | the text | grows with `TEXT` |
//! | [`collect`](Collect::collect), [`encode`], a histogram's snapshot | one cell at a time, for a histogram all its buckets | grows with the buckets |
//!
//! That is the longest that any interrupt waits: one row, never a page. On a Cortex-M3 it is 9 instructions for an increment
//! in 64 bits, 13 for an observation or a look-up, 500 for a new series; `docs/your-own-board.md` has each. Sinks, callbacks,
//! predicates and clocks are called outside of a section. Handlers of several priorities may interrupt each other's updates,
//! look-ups and pages; a page that is written in a handler takes that handler's time, and nobody else's metrics.
//!
//! **Which contexts the section masks** is the choice of the application, which links one implementation of
//! [`critical_section`]; this crate enables none.
//!
//! * One core, interrupts disabled (`cortex-m/critical-section-single-core`, `riscv/critical-section-single-hart`): every
//!   handler but NMI and HardFault. This is also what an RTIC application links: RTIC's own locks, which raise BASEPRI,
//!   have nothing to do with it, and cells need no such lock.
//! * An implementation that leaves some priorities alone, by BASEPRI or for a vendor's radio stack: handlers above it are
//!   like an NMI.
//! * Two cores (RP2040: `critical-section-impl` of `rp2040-hal` or `embassy-rp`): handlers and the other core, which waits
//!   as long as a section lasts. An implementation for a single core there is undefined behaviour.
//! * Hosts (`critical-section/std`): threads. Only making a series, an [`Info`] and the exemplar of a [`WithExemplar`] take the
//!   section, which is a mutex; a signal handler may do everything else.
//!
//! **From an NMI, a HardFault or a handler above the section** only what is one atomic instruction sequence: 32-bit
//! counters, gauges and state sets on targets with compare-and-swap, in a static, in a [`Table`] or through a [`Series`]
//! that was made before. On a Cortex-M0 and riscv32imc these may be read there, and nothing else. [`word`] lists the
//! targets.
//!
//! # Your own board
//!
//! `docs/your-own-board.md` in the repository goes from `cargo add narthex-core` to a scrape: which critical section, which
//! way out, what to check on the host, and what each metric and each format costs in flash and RAM. Examples: Cortex-M and
//! RISC-V boards in QEMU, HTTP from a network card, serial lines, RTIC, embassy, defmt; an RP2040 and an ESP32-C3.
//!
//! # Full, too long, failed
//!
//! Nothing panics. [`Family::get`] always gives a handle; what it had to refuse is counted and exposed. Sinks and
//! collectors that fail are errors of different kinds, and one failed collector does not cost the others.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate self as narthex_core;
#[cfg(test)]
extern crate std;

pub mod word;

pub mod number;

pub mod cell;

mod desc;
mod escaping;
pub mod label;
mod name;
mod utf8;

pub mod family;

mod adapt;
mod collect;
mod details;
mod exemplified;
mod lookup;
mod metric;
mod point;

pub mod encode;

#[cfg(feature = "frame")]
pub mod frame;

mod guard;
mod impls;

/// Its examples are compiled.
#[cfg(all(doctest, feature = "derive", feature = "frame"))]
#[doc = include_str!("../../docs/your-own-board.md")]
mod your_own_board {}

pub use adapt::{Filtered, Labelled, Prefixed};
pub use cell::{Bounds, Cell, Counter, Decrease, Gauge, Histogram, Observed, Summary, bounds, bucket_of, record};
pub use collect::{Collect, CollectError, Flow, Sink, Stop, collisions};
pub use desc::{Desc, Kind, Prefix};
pub use details::{Details, Exemplar, ExemplarError, Timestamp};
pub use exemplified::{Exemplified, NoExemplar, WithExemplar};
pub use family::{Family, Info, Refused, Series, StateSet, Table};
pub use guard::{Clock, InProgress, Observe, Timer};
pub use label::{ClosedLabels, LabelEnum, LabelSet, LabelValue, Labels};
pub use lookup::sample_value;
pub use metric::{Callback, CounterFn, GaugeFn, Measure, Metric, Take, callback};
pub use name::{ComposedName, Invalid, LabelNames, Name, Rule};
pub use number::{Number, NumberText, Numbers, Scalar};
pub use point::{Dialect, Extra, Point, Sample};
pub use utf8::Utf8Names;
pub use word::Zero;

#[doc(hidden)]
pub use metric::field;
#[doc(inline)]
pub use number::FloatText;

#[cfg(feature = "embedded-io-async-v0.7")]
pub use impls::embedded_io_async_v0_7;
#[cfg(feature = "picoserve-v0.20")]
pub use impls::picoserve_v0_20;

#[cfg(feature = "derive")]
pub use narthex_derive::{ClosedLabels, LabelSet, MetricGroup};
