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
/// # On the struct
///
/// | `#[metrics(…)]` | |
/// | --- | --- |
/// | `namespace = "wifi"` | goes before every name, with an underscore |
/// | `subsystem = "tx"` | goes between namespace and name |
/// | `crate = path` | the crate to name in the code that is written |
///
/// # On a field
///
/// | `#[metrics(…)]` | |
/// | --- | --- |
/// | `name = "frames"` | instead of the field's name |
/// | `help = "Frames."` | instead of the doc comment |
/// | `unit = "seconds"` | added to the name, and written as UNIT |
/// | `scale = -6` | integers are written as `value × 10^scale`, from -18 to 18 |
/// | `buckets(100, 1_000)` | declares the type in `Histogram<…>` with these upper bounds; `u32`, or `i32` when one is negative, or `f64`, unless a literal has a suffix |
/// | `labels("path", "status")` | the names of the labels of a `[&'static str; L]` |
/// | `callback = function` | gives the value of a `CounterFn<T>` or `GaugeFn<T>`: `fn() -> T` |
/// | `flatten` | a group in the group, with its own namespace |
/// | `flatten, prefix = "radio0_"` | the same, with a prefix before its names |
///
/// # Errors
///
/// What breaks a rule of names, units, labels or bounds does not compile, and the error is where the mistake is.
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
