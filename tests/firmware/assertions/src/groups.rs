use crate::Case;
use narthex_core::{
    ClosedLabels, Counter, CounterFn, Family, Gauge, GaugeFn, Histogram, Info, LabelSet, MetricGroup, Number, Refused,
    StateSet, Summary, Table, collisions, sample_value,
};

pub const CASES: &[Case] = &[
    ("a group exposes every kind of field", a_group_exposes_every_kind_of_field),
    ("a table has a place for every combination", a_table_has_a_place_for_every_combination),
    ("numbers are written in their width", numbers_are_written_in_their_width),
    ("an info is replaced whole or not at all", an_info_is_replaced_whole_or_not_at_all),
    ("groups nest under a prefix", groups_nest_under_a_prefix),
    ("typed labels are found by value", typed_labels_are_found_by_value),
];

#[derive(MetricGroup)]
#[metrics(namespace = "node")]
pub struct Node {
    /// Frames.
    pub frames: Counter,
    /// Signal.
    pub signal: Gauge<f32>,
    /// Latency.
    #[metrics(unit = "seconds", scale = -6, buckets(100, 1_000))]
    pub latency: Histogram<Latency>,
    /// Payload.
    pub payload: Summary<u32>,
    /// Requests.
    pub requests: Table<Request, Counter<u32>>,
    /// Link.
    pub link: StateSet<Method>,
    /// Ticks.
    #[metrics(callback = ticks)]
    pub ticks: CounterFn<u64>,
}

#[derive(Clone, Copy, ClosedLabels)]
pub enum Method {
    Get,
    Post,
}

#[derive(Clone, Copy, ClosedLabels)]
pub struct Request {
    pub method: Method,
    pub cached: bool,
}

fn ticks() -> u64 {
    1 << 40
}

fn a_group_exposes_every_kind_of_field() {
    let node = Node::new();
    node.frames.inc();
    node.signal.set(0.1);
    node.latency.observe(250);
    node.payload.observe(40);
    node.link.set(Method::Post);
    for (name, labels, value) in [
        ("node_frames_total", &[][..], 1.0),
        ("node_signal", &[], 0.1),
        ("node_latency_seconds_bucket", &[("le", "0.001")], 1.0),
        ("node_latency_seconds_sum", &[], 0.00025),
        ("node_payload_sum", &[], 40.0),
        ("node_requests_total", &[("method", "get"), ("cached", "true")], 0.0),
        ("node_link", &[("node_link", "post")], 1.0),
        ("node_ticks_total", &[], 1_099_511_627_776.0),
    ] {
        assert_eq!(sample_value(&node, name, labels), Some(value), "{name}");
    }
    assert!(collisions(&node, &mut |a, b| panic!("{a:?} {b:?}")));
}

#[derive(MetricGroup)]
struct Antenna {
    /// Gain.
    #[metrics(unit = "decibels", scale = -1)]
    gain: Gauge<i32>,
    /// Temperature.
    #[metrics(unit = "celsius", callback = || -40)]
    temperature: GaugeFn<i32>,
}

#[derive(MetricGroup)]
struct Antennas {
    #[metrics(flatten, prefix = "left_")]
    left: Antenna,
    #[metrics(flatten, prefix = "right_")]
    right: Antenna,
}

fn groups_nest_under_a_prefix() {
    let antennas = Antennas::new();
    antennas.right.gain.set(-25);
    assert_eq!(sample_value(&antennas, "left_gain_decibels", &[]), Some(0.0));
    assert_eq!(sample_value(&antennas, "right_gain_decibels", &[]), Some(-2.5));
    assert_eq!(sample_value(&antennas, "right_temperature_celsius", &[]), Some(-40.0));
    assert_eq!(sample_value(&antennas, "gain_decibels", &[]), None);
}

fn a_table_has_a_place_for_every_combination() {
    let table = Table::<Request, Counter>::new();
    let mut amount = 0;
    for method in [Method::Get, Method::Post] {
        for cached in [false, true] {
            amount += 1;
            table.get(Request { method, cached }).inc_by(amount);
        }
    }
    assert_eq!(table.get(Request { method: Method::Get, cached: false }).value(), 1);
    assert_eq!(table.get(Request { method: Method::Post, cached: true }).value(), 4);
}

fn numbers_are_written_in_their_width() {
    let check = |number: Number, scale, text: &str| assert_eq!(number.text(scale).as_str(), text);
    check(u64::MAX.into(), 0, "18446744073709551615");
    check(i64::MIN.into(), -6, "-9223372036854.775808");
    check(0.1_f32.into(), 0, "0.1");
    check(1e6_f64.into(), 0, "1e+06");
    check(f64::NEG_INFINITY.into(), 0, "-Inf");
    check((1.0_f64 / 3.0).into(), 0, "0.3333333333333333");
}

fn an_info_is_replaced_whole_or_not_at_all() {
    let info = Info::<[&'static str; 2], 8>::new();
    assert_eq!(info.with(|_| ()), None);
    info.set(["1.2", "b"]).unwrap();
    assert_eq!(info.set(["1.2.3-rc", "b"]), Err(Refused::TextTooLong));
    assert_eq!(info.with(|values| values == ["1.2", "b"]), Some(true));
}

#[derive(LabelSet)]
struct Sent<'a> {
    topic: &'a str,
    code: u16,
}

fn typed_labels_are_found_by_value() {
    let family = Family::<Sent<'static>, Counter, 2>::new();
    family.get(Sent { topic: "a", code: 404 }).inc();
    family.get(Sent { topic: "a", code: 404 }).inc();
    family.get(Sent { topic: "a", code: 40 }).inc();
    assert_eq!(family.get(Sent { topic: "a", code: 404 }).value(), 2);
    assert_eq!(family.len(), 2);
}
