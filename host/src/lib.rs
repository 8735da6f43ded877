//! Prometheus metrics for services: a registry, families that grow, and an HTTP endpoint.
//!
//! The metrics themselves are those of [`narthex_core`], which run unchanged on microcontrollers and are all re-exported
//! here. A service in a dozen lines:
//!
//! ```no_run
//! use narthex::{Registry, start_http_server};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = Registry::new();
//! let requests = registry.counter("http_requests_total", "Total HTTP requests").labels(["method", "status"]).register()?;
//! let response_time = registry.gauge("http_response_time_seconds", "HTTP response time").float().register()?;
//!
//! let server = start_http_server("127.0.0.1:8000".parse()?, registry)?;
//! println!("metrics: http://{}/metrics", server.local_addr());
//!
//! requests.get(["GET", "200"]).inc();
//! response_time.set(0.25);
//! # Ok(())
//! # }
//! ```
//!
//! Metrics whose names are known when the program is written are better declared as a struct of cells with
//! `#[derive(MetricGroup)]` and [registered](Registry::register) whole: they cost no look-up, and the same struct works
//! in firmware.
//!
//! The layers, each of which knows only those above it in this list:
//!
//! | | |
//! | --- | --- |
//! | [`narthex_core`] | cells, names, labels, the waist ([`Collect`] and [`Sink`]), encoders |
//! | [`Instrument`] | what the series of a run-time family can be |
//! | [`GrowingFamily`], [`Handle`] | metrics that are named at run time |
//! | [`MetricFamily`] | families as values, that were read elsewhere |
//! | [`ObserveDuration`], [`FutureMetrics`] | timers, errors and what is in progress; also as attributes: [`macro@timed`] |
//! | [`Registry`], [`Builder`] | what is exposed together, and how metrics are made |
//! | [`ProcessCollector`], [`PlatformCollector`], [`BuildInfoCollector`], [`AllocatorCollector`] | what a program did not count itself |
//! | [`generate_latest`], [`append_latest`], [`write_latest`], [`encode_protobuf`] | a page of text or protobuf |
//! | [`start_http_server`], [`HttpOptions`], [`serve`], [`MetricsService`] | an endpoint, alone or a route of another server (features `tls`, `auth`, `zstd`) |
//! | [`HttpMetrics`] | a service's own requests |
//! | [`write_to_textfile`], [`Textfile`] | files for node-exporter and others |
//! | `push_to_gateway`, `Gateway` (feature `push`) | to a Pushgateway |
//! | `relay` (features `relay`, `cli`) | metrics of devices on serial lines |
//! | [`testing`] | for tests of a program's metrics |
//! | [`parse_openmetrics`] | into the process: what others expose, as a collector |
//!
//! # What a group has, and what builders have
//!
//! A group is a struct of cells with `#[derive(MetricGroup)]`, mostly in a `static`: for metrics that are known when the
//! program is written, and for [libraries](Registry#in-a-library), which do not know their user's registry. Timers, error
//! counters and in-progress trackers are the same for both.
//!
//! | | group | builders of a [`Registry`] |
//! | --- | --- | --- |
//! | names, labels, bounds, states | in the code, checked by the compiler; classic names | checked by `register`; any UTF-8 on demand |
//! | label sets | closed ([`Table`]), or up to a fixed number of series ([`Family`]) | [`GrowingFamily`]: a limit, expiry and first series on demand |
//! | constant labels | from outside, for the whole group: [`Registry::scoped`], [`Labelled`] | of each metric, too |
//! | infos | [`Info`], label names in the code | [`RuntimeInfo`] |
//! | exemplars | [`WithExemplar`]: the last one, its moment given | [`WithExemplars`]: one of each bucket, with the moment; a provider |
//! | `_created` | none | on demand |
//! | integers | all cells, also histograms and summaries, with a `scale` | counters and gauges |
//! | values from elsewhere | [`CounterFn`], [`GaugeFn`] | [`callback`](Builder::callback) |
//!
//! # Signal handlers
//!
//! What is one or a few atomic operations may be done in a signal handler: to update a counter, gauge, summary or the
//! [`Histogram`] of a group, and to set a state set to a state that it has, in a `static`, in a [`Table`], or through a
//! [`Handle`] or [`Series`] that was kept. A float is added in a loop that makes progress whatever it has interrupted; timers
//! read the monotonic clock.
//!
//! Everything else may take a lock or allocate: [`GrowingFamily::get`], also of a series that is there, dropping a
//! [`Handle`], a [`RuntimeHistogram`], which is given more places when threads fight for it, exemplars and their providers,
//! infos, `remove`, `reset`, registering, scraping.
//!
//! # Processes that fork
//!
//! A child has copies of all numbers and counts on from what its parent had counted; nobody adds the two up. It has none of
//! its parent's threads: no endpoint answers there, though the child holds the socket open.
//!
//! When the parent had other threads, the child may do what a signal handler may, until it calls `exec`: a lock that another
//! thread held at the fork is held for ever, and a look-up or a scrape would wait for it. A child that goes on for long forks
//! before there are threads, or makes a [`Registry`], metrics and an endpoint of its own after the fork;
//! [`default_registry`], [`Family`], [`Info`] and [`WithExemplar`] share locks with the parent's. [`ProcessCollector`] and
//! [`PlatformCollector`] are of the process that collects them.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(loom, allow(dead_code, unused_imports, reason = "the endpoint is not built for loom"))]

extern crate self as narthex;

mod builder;
#[cfg(not(loom))]
mod collectors;
mod created;
mod error;
mod exposition;
mod families;
mod guard;
#[cfg(not(loom))]
mod http;
mod instrument;
#[cfg(not(loom))]
mod middleware;
mod parse;
#[cfg(all(feature = "push", not(loom)))]
mod push;
mod registered;
mod registry;
#[cfg(all(feature = "relay", not(loom)))]
pub mod relay;
mod runtime;
mod sync;
pub mod testing;
#[cfg(not(loom))]
mod textfile;

pub use narthex_core::*;
pub use narthex_derive::{count_errors, timed, track_inprogress};

pub use builder::{Builder, Readable, Unlabelled};
#[cfg(not(loom))]
pub use collectors::{AllocatorCollector, BuildInfoCollector, PlatformCollector, ProcessCollector};
pub use created::{disable_created_metrics, enable_created_metrics};
pub use error::{Error, ErrorKind};
pub use exposition::{
    append_latest, content_type, encode_protobuf, encode_protobuf_escaped, format_float, generate_latest,
    generate_latest_escaped, write_latest,
};
pub use families::{MetricFamilies, MetricFamily, MetricValue};
#[doc(hidden)]
pub use guard::attribute;
pub use guard::{
    CountErrors, DurationTimer, ErrorsCounted, FutureMetrics, Monotonic, ObserveDuration, PanicsCounted, Scaled,
    Stopwatch, Timed, TrackInprogress, Tracked,
};
#[cfg(all(feature = "auth", not(loom)))]
pub use http::auth::BasicAuth;
#[cfg(all(feature = "tls", not(loom)))]
pub use http::tls::TlsOptions;
#[cfg(not(loom))]
pub use http::{
    Address, HttpOptions, HttpServer, Listener, MetricsBody, MetricsService, serve, serve_until, start_http_server,
};
pub use instrument::{
    DEFAULT_BUCKETS, GiveExemplar, Instrument, RuntimeHistogram, RuntimeInfo, RuntimeStateSet, SetToCurrentTime,
    UnknownState, WithExemplars,
};
#[cfg(not(loom))]
pub use middleware::{HttpMetrics, Measured, MeasuredBody, MeasuredFuture};
pub use parse::{
    Exposition, ParseError, ParseErrorKind, ParsedExemplar, ParsedFamily, ParsedSeries, parse_openmetrics,
    parse_openmetrics_bytes,
};
#[cfg(all(feature = "push", feature = "tls", not(loom)))]
pub use push::tls::GatewayTls;
#[cfg(all(feature = "push", not(loom)))]
pub use push::{Gateway, delete_from_gateway, instance_ip_grouping_key, push_to_gateway, pushadd_to_gateway};
pub use registered::{Registered, Registration};
pub use registry::{Failure, Registry, Snapshot, default_registry};
pub use runtime::{GrowingFamily, Handle, Shown};
#[cfg(not(loom))]
pub use textfile::{Textfile, write_to_textfile, write_to_textfile_synced};

use critical_section as _; // its `std` implementation, which a program with an operating system links
