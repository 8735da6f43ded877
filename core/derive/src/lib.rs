//! The derives of [`narthex-core`](https://docs.rs/narthex-core): names and label sets for metrics, checked when the
//! firmware or service is compiled.
//!
//! Use them through `narthex_core` or `narthex`, which re-export them. `#[metrics(crate = path)]` on the item names the
//! crate if neither is a direct dependency.

mod attribute;
mod attributes;
mod bounds;
mod case;
mod closed;
mod field;
mod given;
mod group;
mod paths;
mod set;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct of metrics a `Collect`, with `const fn new()`, `Default` and `Zero`.
///
/// Every field is a metric that starts as zero, so a `static` group lives in `.bss`; names, help texts and labels are
/// constants in flash. The doc comment of a field is its HELP text.
///
/// ```
/// use narthex_core::{ClosedLabels, Counter, Family, Gauge, GaugeFn, Histogram, MetricGroup, Table};
///
/// #[derive(MetricGroup)]
/// #[metrics(namespace = "wifi")]
/// struct Wifi {
///     /// Frames transmitted.
///     frames_sent: Counter, // wifi_frames_sent_total
///     /// Signal strength.
///     #[metrics(unit = "dbm")]
///     rssi: Gauge<i32>, // wifi_rssi_dbm
///     /// Disconnects by reason.
///     disconnects: Table<Reason, Counter>, // wifi_disconnects_total{reason="beacon_timeout"}
///     /// Requests by path and status.
///     #[metrics(labels("path", "status"))]
///     requests: Family<[&'static str; 2], Counter, 16>,
///     /// Transmit latency.
///     #[metrics(unit = "seconds", scale = -6, buckets(100, 1_000, 10_000))]
///     tx_latency: Histogram<TxLatency>, // kept as integer µs, exposed in seconds; the derive declares TxLatency
///     /// Free heap.
///     #[metrics(unit = "bytes", callback = heap_free)]
///     heap_free: GaugeFn<u32>,
///     #[metrics(flatten)]
///     radio: Radio,
/// }
///
/// #[derive(Clone, Copy, ClosedLabels)]
/// enum Reason { BeaconTimeout, AuthFailed }
///
/// #[derive(MetricGroup)]
/// struct Radio {
///     /// Time on air.
///     #[metrics(unit = "seconds", scale = -3)]
///     radio_on_air: Counter, // radio_on_air_seconds_total
/// }
///
/// fn heap_free() -> u32 { 4096 }
///
/// static WIFI: Wifi = Wifi::new();
/// ```
///
/// A name is put together from namespace, subsystem, name and unit with underscores between, as the official clients do
/// it: `_total` at the end of a counter's name and `_info` at the end of an info's are left to the encoders, and a unit
/// that the name ends in is not added again.
///
/// # On the struct
///
/// | `#[metrics(…)]` | |
/// | --- | --- |
/// | `namespace = "wifi"` | goes before every name, with an underscore |
/// | `subsystem = "tx"` | goes between namespace and name |
/// | `crate = path` | where `narthex_core` is, when neither it nor `narthex` is a dependency |
///
/// # On a field
///
/// | `#[metrics(…)]` | |
/// | --- | --- |
/// | `name = "frames"` | the name, instead of the field's |
/// | `help = "Frames."` | the HELP text, instead of the doc comment, whose lines are joined by spaces; there must be one |
/// | `unit = "seconds"` | added to the name, and written as UNIT in OpenMetrics; not for an `Info` or a `StateSet` |
/// | `scale = -6` | integers are written as `value × 10^scale`, from -18 to 18 |
/// | `buckets(100, 1_000)` | declares the type `B` of the field's `Histogram<B>`, also inside a `Table` or a `Family`, with these upper bounds below `+Inf`: of type `f64`, `u32`, or `i32` when one is negative, unless one has a suffix |
/// | `labels("path", "status")` | the names of the labels when the label set is an array, `[&'static str; L]` |
/// | `callback = function` | what gives the value of a `CounterFn<T>` or `GaugeFn<T>`: a `fn() -> T` or a closure that captures nothing |
/// | `flatten` | the field is a group, or anything else that is `Collect` and `Zero`, with names of its own |
/// | `flatten, prefix = "radio0_"` | the same, with a prefix before its names |
///
/// ```
/// use narthex_core::{Counter, Gauge, MetricGroup, sample_value};
///
/// #[derive(MetricGroup)]
/// struct Radio {
///     /// Frames received.
///     frames: Counter,
/// }
///
/// #[derive(MetricGroup)]
/// struct Board {
///     #[metrics(flatten, prefix = "radio0_")]
///     first: Radio,
///     #[metrics(flatten, prefix = "radio1_")]
///     second: Radio,
///     /// Supply voltage.
///     #[metrics(name = "supply", unit = "volts", scale = -3)]
///     millivolts: Gauge<i32>,
/// }
///
/// let board = Board::new();
/// board.second.frames.inc();
/// board.millivolts.set(3_300);
/// assert_eq!(sample_value(&board, "radio1_frames_total", &[]), Some(1.0));
/// assert_eq!(sample_value(&board, "supply_volts", &[]), Some(3.3));
/// ```
///
/// # Collecting
///
/// Fields are collected in order. A nested collector that fails does not keep those after it from being collected; the
/// first failure is answered at the end.
///
/// # Errors
///
/// What breaks a rule of names, units, labels or bounds does not compile, and the error is where the mistake is. So does
/// a metric that exposes a name which an earlier one of the group exposes, `NAME_refused_total` of a `Family` included.
/// Names of nested groups are not compared: `collisions` does that, in a test.
#[proc_macro_derive(MetricGroup, attributes(metrics))]
pub fn metric_group(input: TokenStream) -> TokenStream {
    expand(group::expand, parse_macro_input!(input as DeriveInput))
}

/// Makes a struct a label set whose values need not be known beforehand: the key of a `Family`.
///
/// Its fields are the labels, in order: `&str`, `heapless::String`, integers, `bool`, or enums with
/// `#[derive(ClosedLabels)]`. `#[metrics(label = "…")]` on a field renames the label.
///
/// ```
/// # use critical_section as _; // an application links an implementation
/// use narthex_core::{Counter, Family, LabelSet};
///
/// #[derive(LabelSet)]
/// struct Request<'a> {
///     path: &'a str,
///     #[metrics(label = "code")]
///     status: u16,
/// }
///
/// static REQUESTS: Family<Request<'static>, Counter, 16> = Family::new();
/// let path = String::from("/");
/// REQUESTS.get(Request { path: &path, status: 200 }).inc(); // path="/",code="200"
/// ```
#[proc_macro_derive(LabelSet, attributes(metrics))]
pub fn label_set(input: TokenStream) -> TokenStream {
    expand(set::expand, parse_macro_input!(input as DeriveInput))
}

/// Makes an enum, or a struct of such enums, a label set with a known number of values: the key of a `Table`.
///
/// An enum is one label, called like the enum in snake case (`#[metrics(label = "…")]` renames it), whose values are its
/// variants in snake case (`#[metrics(value = "…")]` on a variant replaces one). It can also be a field of a `LabelSet`
/// and the states of a `StateSet`.
///
/// ```
/// use narthex_core::{ClosedLabels, Counter, Table};
///
/// #[derive(Clone, Copy, ClosedLabels)]
/// enum Method {
///     #[metrics(value = "GET")]
///     Get,
///     #[metrics(value = "POST")]
///     Post,
/// }
///
/// #[derive(Clone, Copy, ClosedLabels)]
/// struct Request { method: Method, cached: bool }
///
/// static REQUESTS: Table<Request, Counter> = Table::new(); // four series
/// REQUESTS.get(Request { method: Method::Post, cached: false }).inc();
/// ```
#[proc_macro_derive(ClosedLabels, attributes(metrics))]
pub fn closed_labels(input: TokenStream) -> TokenStream {
    expand(closed::expand, parse_macro_input!(input as DeriveInput))
}

/// Observes how long each call of a function takes, in seconds; for the users of `narthex`.
///
/// ```
/// use narthex::{Histogram, MetricGroup, timed};
///
/// #[derive(MetricGroup)]
/// struct Metrics {
///     /// Time to fetch a page.
///     #[metrics(unit = "seconds", buckets(0.1, 1.0))]
///     fetch: Histogram<Fetch>,
/// }
/// static METRICS: Metrics = Metrics::new();
///
/// #[timed(METRICS.fetch)]
/// async fn fetch(address: &str) -> std::io::Result<String> {
///     // ...
/// #   Ok(address.into())
/// }
/// ```
///
/// The argument is an expression, evaluated at each call, in which the function's arguments can be used: a field of a
/// static group, a `LazyLock`, `self.latency`, `latency().get([method])`. It gives a histogram or summary of floats, a gauge
/// of floats, which is set, or a `Scaled` of integers; or a `Handle` to one. It is borrowed until the function is over:
/// in a method with `&mut self`, say `self.latency.clone()`.
///
/// * The time goes from the call to the end of the body, whether that returns, answers an error or panics; of an `async`
///   function, from the first poll, waiting included, until it is done or dropped half-way.
/// * A function that is not `async` but ends in `async { … }` or `Box::pin(async { … })` is measured as if it were: that
///   is what `#[async_trait]` makes of a method. Any other function that answers a future is measured until it has made it.
/// * All attributes go together on one function, in any order, and with others such as `#[tokio::test]`. Each call measures
///   for itself: recursion and threads are no problem.
/// * `crate = path` after the metric says where `narthex` is when it is not a dependency.
/// * A `const fn` and a function without a body are refused.
#[proc_macro_attribute]
pub fn timed(arguments: TokenStream, item: TokenStream) -> TokenStream {
    measure(attribute::timed, arguments, item)
}

/// Counts each `Err` that a function answers; for the users of `narthex`.
///
/// ```
/// use narthex::{Counter, count_errors};
/// use std::io;
///
/// static FAILED: Counter = Counter::new();
/// static BROKEN: Counter = Counter::new();
///
/// #[count_errors(FAILED)]
/// fn length(path: &str) -> io::Result<u64> {
///     Ok(std::fs::metadata(path)?.len())
/// }
///
/// #[count_errors(BROKEN, panics, when = |error| error.kind() != io::ErrorKind::NotFound)]
/// async fn read(path: &str) -> io::Result<String> {
///     std::fs::read_to_string(path)
/// }
///
/// assert!(length("/does/not/exist").is_err());
/// assert_eq!(FAILED.value(), 1);
/// ```
///
/// | after the counter | |
/// | --- | --- |
/// | `panics` | a panic is counted too, and goes on |
/// | `when = predicate` | only errors that it accepts: a function or closure from `&E` to `bool` |
/// | `crate = path` | where `narthex` is, when it is not a dependency |
///
/// The function must answer a `Result`; an `async` one that is dropped half-way has answered none. The rest is as for
/// [`macro@timed`].
#[proc_macro_attribute]
pub fn count_errors(arguments: TokenStream, item: TokenStream) -> TokenStream {
    measure(attribute::count_errors, arguments, item)
}

/// Counts in a gauge how many calls of a function are going on; for the users of `narthex`.
///
/// ```
/// use narthex::{Gauge, track_inprogress};
///
/// static RUNNING: Gauge = Gauge::new();
///
/// #[track_inprogress(RUNNING)]
/// fn work() -> i64 {
///     RUNNING.value()
/// }
///
/// assert_eq!((work(), RUNNING.value()), (1, 0));
/// ```
///
/// A call of an `async` function is going on from its first poll until it is done or dropped. The rest is as for
/// [`macro@timed`].
#[proc_macro_attribute]
pub fn track_inprogress(arguments: TokenStream, item: TokenStream) -> TokenStream {
    measure(attribute::track_inprogress, arguments, item)
}

/// With the item as it was beside an error: that it is missing would be one more.
fn measure(
    attribute: fn(proc_macro2::TokenStream, proc_macro2::TokenStream) -> syn::Result<proc_macro2::TokenStream>,
    arguments: TokenStream,
    item: TokenStream,
) -> TokenStream {
    let measured = attribute(arguments.into(), item.clone().into());
    measured.map(TokenStream::from).unwrap_or_else(|error| {
        let mut tokens = TokenStream::from(error.into_compile_error());
        tokens.extend(item);
        tokens
    })
}

fn expand(
    derive: impl FnOnce(&DeriveInput) -> syn::Result<proc_macro2::TokenStream>,
    input: DeriveInput,
) -> TokenStream {
    derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
