//! What the derives expose, as a scrape would show it.
#![cfg(all(feature = "derive", feature = "embedded-io-v0.7"))]
#![allow(missing_docs, reason = "a test has no users")]

use narthex_core::{
    ClosedLabels, Collect, CollectError, Counter, CounterFn, Desc, Family, Flow, Gauge, GaugeFn, Histogram, Info,
    LabelEnum, LabelSet, MetricGroup, Sink, StateSet, Summary, Table, Zero, collisions, encode, sample_value,
};

#[derive(Clone, Copy, ClosedLabels)]
enum Method {
    #[metrics(value = "GET")]
    Get,
    Post,
}

#[derive(Clone, Copy, ClosedLabels)]
#[metrics(label = "code")]
#[repr(u16)]
enum Status {
    Ok = 200,
    NotFound = 404,
    Teapot = 7, // the order is that of the variants, not that of the discriminants
}

#[derive(Clone, Copy, ClosedLabels)]
struct Request {
    r#type: Method,
    #[metrics(label = "class")]
    status: Status,
    cached: bool,
}

#[derive(LabelSet)]
struct Open<'a> {
    path: &'a str,
    method: Method,
    #[metrics(label = "code")]
    status: u16,
    r#final: bool,
}

#[derive(LabelSet)]
struct Version {
    git: heapless::String<8>,
}

fn uptime() -> u32 {
    1_500
}

#[derive(MetricGroup)]
#[metrics(namespace = "net", subsystem = "tx")]
pub struct Everything {
    /// Frames
    /// sent.
    pub frames_total: Counter,
    /// Text that is overridden.
    #[metrics(name = "bytes_total", help = "A \\ and \"quotes\".", unit = "bytes")]
    pub octets: Counter<u32>,
    /// Energy.
    pub joules: Counter<f64>,
    /// Signal.
    #[metrics(unit = "dbm")]
    r#rssi: Gauge<i32>,
    /// Temperature.
    #[metrics(unit = "celsius", scale = -2)]
    temperature: Gauge,
    /// Load.
    load: Gauge<f32>,
    /// Latency.
    #[metrics(unit = "seconds", scale = -6, buckets(100, 1_000))]
    latency: Histogram<Latency>,
    /// Drift.
    #[metrics(buckets(-0.5, 0.5))]
    drift: Table<Method, Histogram<Drift>>,
    /// Offset.
    #[metrics(buckets(-10, 0, 10), labels("peer"))]
    offset: Family<[&'static str; 1], Histogram<Offset>, 2>,
    /// Large.
    #[metrics(buckets(5_000_000_000u64))]
    large: Histogram<Large>,
    /// Sizes.
    size: Summary<u32>,
    /// Requests.
    requests: Table<Request, Counter<u32>>,
    /// Requests by what is not known before.
    open: Family<Open<'static>, Counter<u32>, 2>,
    /// Build.
    #[metrics(name = "build_info")]
    build: Info<Version>,
    /// Link.
    link: StateSet<Method>,
    /// Uptime.
    #[metrics(unit = "seconds", scale = -3, callback = uptime)]
    uptime: CounterFn<u32>,
    /// Free heap.
    #[metrics(callback = || 7)]
    heap: GaugeFn<i64>,
    #[metrics(flatten)]
    radio: Radio,
    #[metrics(flatten, prefix = "second_")]
    second: Radio,
}

#[derive(MetricGroup)]
#[metrics(namespace = "radio")]
pub struct Radio {
    /// On.
    pub on: Gauge<u32>,
    #[metrics(flatten, prefix = "a_")]
    antenna: Antenna,
}

#[derive(MetricGroup)]
#[metrics(crate = ::narthex_core)]
struct Antenna {
    /// Gain.
    gain: Gauge<i32>,
}

static EVERYTHING: Everything = Everything::new();

fn fill(all: &Everything) {
    all.frames_total.inc();
    all.octets.inc_by(9);
    all.joules.inc_by(0.5).unwrap();
    all.rssi.set(-70);
    all.temperature.set(2_150);
    all.load.set(0.1);
    [50, 500, 5_000].into_iter().for_each(|micros| all.latency.observe(micros));
    all.drift.get(Method::Post).observe(0.25);
    all.offset.get(["a"]).observe(-10);
    all.large.observe(1);
    all.size.observe(10);
    all.requests.get(Request { r#type: Method::Post, status: Status::NotFound, cached: false }).inc_by(5);
    all.open.get(Open { path: "/", method: Method::Get, status: 200, r#final: true }).inc();
    all.build.set(Version { git: heapless::String::try_from("abc").unwrap() }).unwrap();
    all.link.set(Method::Post);
    all.radio.on.set(1);
    all.second.antenna.gain.set(-3);
}

fn text(metrics: &dyn Collect) -> String {
    page(|mut sink| {
        encode::text(metrics, &mut sink).unwrap();
        sink.len()
    })
}

fn openmetrics(metrics: &dyn Collect) -> String {
    page(|mut sink| {
        encode::openmetrics(metrics, &mut sink).unwrap();
        sink.len()
    })
}

/// What `write` wrote; it answers how much room it left.
fn page(write: impl FnOnce(&mut [u8]) -> usize) -> String {
    let mut page = vec![0; 1 << 14];
    let left = write(&mut page);
    page.truncate(page.len() - left);
    String::from_utf8(page).unwrap()
}

#[test]
fn every_kind_of_field() {
    let all = Everything::new();
    fill(&all);
    assert_eq!(text(&all), include_str!("golden/everything.prom"));
    assert_eq!(openmetrics(&all), include_str!("golden/everything.om"));
    assert!(collisions(&all, &mut |a, b| panic!("{a:?} {b:?}")));
}

#[test]
fn a_group_is_a_static_of_zeros() {
    assert_eq!(sample_value(&EVERYTHING, "net_tx_frames_total", &[]), Some(0.0));
    assert_eq!(text(&EVERYTHING), text(&Everything::default()));
    let zero: Everything = Zero::ZERO;
    assert_eq!(text(&EVERYTHING), text(&zero));
}

#[test]
fn refusals_are_exposed_once_there_are_any() {
    let all = Everything::new();
    let open = |path| Open { path, method: Method::Get, status: 200, r#final: false };
    assert!(!text(&all).contains("refused"));
    ["/", "/a", "/b", "/c"].into_iter().for_each(|path| all.open.get(open(path)).inc());
    assert!(text(&all).contains("\nnet_tx_open_refused_total 2\n"));
    assert!(collisions(&all, &mut |a, b| panic!("{a:?} {b:?}")));
}

#[test]
fn closed_labels_count_their_last_label_fastest() {
    let mut places = Vec::new();
    let table = Table::<Request, Counter<u32>>::new();
    for r#type in [Method::Get, Method::Post] {
        for status in [Status::Ok, Status::NotFound, Status::Teapot] {
            for cached in [false, true] {
                let key = Request { r#type, status, cached };
                table.get(key).inc();
                let expected = [
                    Method::VALUES[r#type.index()],
                    Status::VALUES[status.index()],
                    ["false", "true"][usize::from(cached)],
                ];
                assert_eq!(Request::values(places.len()), expected);
                places.push(table.get(key) as *const _ as usize);
            }
        }
    }
    assert!(places.is_sorted() && places.windows(2).all(|pair| pair[0] != pair[1]));
    assert_eq!((Request::NAMES, places.len()), (&["type", "class", "cached"][..], 12));
    assert_eq!((Status::NAMES, Status::Teapot.index()), (&["code"][..], 2));
    // beyond the last is nonsense, but never a panic
    for index in [12, 13, usize::MAX] {
        let _ = (Request::values(index), Status::values(index));
    }
}

#[test]
fn label_sets_borrow_for_as_long_as_a_look_up() {
    assert_eq!((Open::LEN, Open::NAMES), (4, &["path", "method", "code", "final"][..]));
    let path = String::from("/made/here");
    let set = Open { path: &path, method: Method::Post, status: 404, r#final: false };
    Open::with(&set, |values| assert_eq!(values, ["/made/here", "post", "404", "false"]));
}

/// A collector written by hand, which fails.
struct Sensor;

impl Collect for Sensor {
    fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        Ok(())
    }

    fn collect(&self, _: &mut dyn Sink) -> Flow {
        Err(CollectError::new(&"the sensor does not answer").into())
    }
}

impl Zero for Sensor {
    const ZERO: Self = Sensor;
}

#[derive(MetricGroup)]
struct Board {
    #[metrics(flatten)]
    sensor: Sensor,
    /// Ticks.
    ticks: Counter,
}

#[test]
fn a_nested_collector_that_fails_does_not_hide_the_fields_after_it() {
    let board = Board::new();
    let mut page = [0; 256];
    let mut sink = &mut page[..];
    let outcome = encode::text(&board, &mut sink);
    assert!(matches!(outcome, Err(encode::EncodeError::Collector(e)) if e.reason().starts_with("the sensor")));
    assert_eq!(sample_value(&board, "ticks_total", &[]), Some(0.0));
}

mod names_in_scope {
    //! What the derive writes must not meet what the application has in scope.
    #![expect(non_snake_case, reason = "two fields that differ in case only")]
    use narthex_core::{ClosedLabels, GaugeFn, LabelSet, MetricGroup};

    fn heap() -> u32 {
        HEAP
    }
    const HEAP: u32 = 11;
    const BYTES: usize = 2;
    const NAME: u32 = 3;

    #[derive(MetricGroup)]
    pub struct Group {
        /// Free heap.
        #[metrics(callback = heap)]
        heap: GaugeFn<u32>,
        /// A constant of the application with the field's name.
        #[metrics(callback = || HEAP + NAME)]
        name: GaugeFn<u32>,
        /// As many series as a constant says.
        #[metrics(labels("x"))]
        series: narthex_core::Family<[&'static str; 1], narthex_core::Counter, BYTES>,
        /// Two fields that differ in case only.
        Series: narthex_core::Counter,
        /// A function with the name of what the derive has in its own functions.
        #[metrics(callback = sink)]
        sink: GaugeFn<u32>,
    }

    fn sink() -> u32 {
        5
    }

    #[derive(Clone, Copy, ClosedLabels)]
    #[metrics(crate = ::narthex_core)]
    pub enum C {
        Ok,
        Err,
    }
    pub use C::{Err, Ok};
    pub type R = C;

    #[derive(Clone, Copy, ClosedLabels)]
    #[metrics(crate = ::narthex_core)]
    pub struct Key {
        c: C,
        r: R,
    }

    #[derive(LabelSet)]
    #[metrics(crate = ::narthex_core)]
    pub struct Set<'f> {
        c: C,
        set: R,
        f: &'f str,
        fixed: &'static str,
    }

    #[test]
    fn stay_apart() {
        let group = Group::new();
        assert_eq!(narthex_core::sample_value(&group, "heap", &[]), Some(11.0));
        assert_eq!(narthex_core::sample_value(&group, "name", &[]), Some(14.0));
        ["1", "2", "3"].into_iter().for_each(|x| group.series.get([x]).inc());
        assert_eq!(group.series.len(), BYTES);
        group.Series.inc();
        assert_eq!(narthex_core::sample_value(&group, "sink", &[]), Some(5.0));
        Set::with(&Set { c: Ok, set: Err, f: "f", fixed: "" }, |values| assert_eq!(values, ["ok", "err", "f", ""]));
        assert_eq!(Key::values(1), ["ok", "err"]);
        assert_eq!(Key { c: Err, r: Ok }.cell(&[0, 1, 2, 3].map(|_| narthex_core::Counter::<u32>::new())).value(), 0);
    }
}

#[test]
fn a_macro_may_give_the_type_of_a_field() {
    macro_rules! group {
        ($latency:ty, $bounds:ty) => {
            #[derive(MetricGroup)]
            struct Group {
                /// Time to answer.
                #[metrics(buckets(10, 100))]
                latency: $latency,
                /// Time to ask.
                #[metrics(buckets(1, 2))]
                question: Histogram<$bounds>,
            }
        };
    }
    group!(Histogram<Answers>, Questions);
    let group = Group::new();
    group.latency.observe(70);
    group.question.observe(2);
    assert_eq!((group.latency.snapshot().0, group.question.snapshot().0), ([0, 1, 1], [0, 1, 1]));
}
