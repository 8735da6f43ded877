//! The derives of [`narthex-core`](https://docs.rs/narthex-core): names and label sets for metrics, checked when the
//! firmware or service is compiled.
//!
//! Use them through `narthex_core` or `narthex`, which re-export them. `#[metrics(crate = path)]` on the item names the
//! crate if neither is a direct dependency.

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

fn expand(
    derive: impl FnOnce(&DeriveInput) -> syn::Result<proc_macro2::TokenStream>,
    input: DeriveInput,
) -> TokenStream {
    derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
