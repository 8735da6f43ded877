use super::{Family, Spelling, TextEncoder};
use crate::exposition::{generate_latest, generate_latest_escaped};
use crate::families::{MetricFamily, MetricValue};
use crate::registry::Registry;
use narthex_core::encode::{Escaping, OpenMetrics, Text, TextFormat, Write};
use narthex_core::{
    ClosedLabels, Counter, Dialect, Gauge, Histogram, LabelNames, Labelled, MetricGroup, Number, Prefix, Prefixed,
    StateSet, Summary, Table, Timestamp, encode,
};

struct Appended<'a>(&'a mut Vec<u8>);

impl Write for Appended<'_> {
    type Error = std::convert::Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}

#[derive(MetricGroup)]
struct Radio {
    /// Frames \\ "sent".
    sent: Table<Way, Counter>,
    /// Latency.
    #[metrics(unit = "seconds", scale = -6, buckets(100, 1_000_000))]
    latency: Histogram<RadioLatency>,
    /// Depths.
    #[metrics(buckets(-1.5, 0.0, 2.5e10))]
    depth: Histogram<RadioDepth>,
    /// Sizes.
    size: Summary<i32>,
    /// Offset.
    offset: Gauge<f32>,
    /// Up.
    up: StateSet<bool>,
}

#[derive(Clone, Copy, ClosedLabels)]
enum Way {
    Up,
    Down,
}

#[test]
fn the_bytes_are_those_of_the_core() {
    fn check<F: TextFormat>(registry: &Registry, format: F, write: fn(&Registry, &mut Vec<u8>)) {
        let mut plain = Vec::new();
        write(registry, &mut plain);
        assert_eq!(generate_latest(registry, format), String::from_utf8(plain).unwrap());
    }
    let registry = Registry::new();
    let radio = Radio::new();
    radio.sent.get(Way::Down).inc_by(u64::MAX);
    radio.sent.get(Way::Up).inc();
    [50, 100, 2_000_000].into_iter().for_each(|v| radio.latency.observe(v));
    [-2.0, f64::NAN, 1e10].into_iter().for_each(|v| radio.depth.observe(v));
    radio.size.observe(-7);
    radio.offset.set(0.1);
    let names = LabelNames::new(&["device", "site"]).unwrap();
    registry.register(Labelled::new(names, &["a\"\n\\", "long enough for a word"], radio)).unwrap();
    registry.register(Prefixed::new(Prefix::new("other_").unwrap(), Radio::new())).unwrap();
    let requests = registry.counter("requests", "Requests.").labels(["path", "method"]).register().unwrap();
    for value in ["", "/", "/a\n", "\"", "12345678", "1234567\\", "123456789\"123456", "é\u{10FFFF}"] {
        requests.get([value, "GET"]).inc();
        requests.get(["/", value]).inc();
    }
    for (family, bounds) in [("a_seconds", &[0.5, 1.0][..]), ("b_seconds", &[0.25, 1.0, 1e21])] {
        let waits = registry.histogram(family, "").labels(["queue"]).buckets(bounds.iter().copied());
        let waits = waits.register().unwrap();
        ["mail", "print\"er"].into_iter().for_each(|queue| waits.get([queue]).observe(0.75));
    }
    registry.info("build", "").register().unwrap().set([("version", "1\"2")]).unwrap();
    let jobs = registry.counter("jobs", "").created().exemplars().labels(["kind"]).register().unwrap();
    jobs.get(["a"]).inc_with_exemplar(&[("trace_id", "1\"2"), ("b", "")]).unwrap();
    jobs.get(["b"]).inc_with_exemplar(&[]).unwrap();
    jobs.get(["c"]).inc();
    let size = registry.histogram("amount", "\\ \"\n").created().exemplars().register().unwrap();
    size.observe_with_exemplar(0.5, &[("trace_id", "3")]).unwrap();
    registry.summary("weight", "").created().register().unwrap().observe(2.0);
    let moment = Timestamp::new(-2, 500_000_000).unwrap();
    let listed = MetricFamily::histogram("listed", "").unwrap();
    let value = MetricValue::histogram([(1.0, 2), (f64::INFINITY, 3)], 5.0).with_timestamp(moment).with_created(moment);
    registry.register(listed.with([], value).unwrap()).unwrap();
    registry.gauge("f", "").float().register().unwrap().set(f64::NEG_INFINITY);
    check(&registry, Text, |metrics, to| encode::text(metrics, &mut Appended(to)).unwrap());
    check(&registry, OpenMetrics, |metrics, to| encode::openmetrics(metrics, &mut Appended(to)).unwrap());
}

#[test]
fn floats_are_those_of_the_core() {
    let mut random = fastrand::Rng::with_seed(7);
    let near = (-320..=308).flat_map(|exponent| {
        let power: f64 = format!("1e{exponent}").parse().unwrap();
        [power, power.next_down(), power.next_up(), -power, 7.0 * power]
    });
    let values = near.chain([0.0, -0.0, 1.0, 100_000.0, 999_999.5, f64::NAN, f64::INFINITY]);
    let decimals = (0..20_000).map(|n| f64::from(n) / 1000.0);
    let any = std::iter::repeat_with(|| f64::from_bits(random.u64(..))).take(20_000);
    let (mut to, mut family) = (Vec::new(), Family::default());
    for value in values.chain(decimals).chain(any) {
        to.clear();
        let spelling = Spelling { dialect: Dialect::Text, escaping: Escaping::Underscores };
        let number = Number::from(value);
        let mut encoder = TextEncoder::new(&mut to, 0, spelling, &mut family);
        encoder.number(&number, 0);
        let end = encoder.out.len();
        to.truncate(end);
        assert_eq!(str::from_utf8(&to), Ok(number.text(0).as_str()));
    }
}

/// The lines of a page, without what they say of time.
fn lines(registry: &Registry, escaping: Escaping) -> Vec<String> {
    let page = generate_latest_escaped(registry, OpenMetrics, escaping);
    let timeless = |line: &str| match line.split_once(" # {") {
        Some((line, _)) => format!("{line} #"),
        None if line.contains("_created") => line.split_once("} ").unwrap().0.to_string() + "}",
        None => line.to_string(),
    };
    page.lines().map(timeless).collect()
}

#[test]
fn names_of_any_utf8() {
    let registry = Registry::new();
    let sent = registry.counter("mail.sent", "\"Sent\".").utf8().created().exemplars().labels(["mail.kind", "to"]);
    let sent = sent.register().unwrap();
    sent.get(["a\"", "b"]).inc_with_exemplar(&[("trace_id", "1")]).unwrap();
    let state = registry.state_set("a\nb", "", ["off", "on"]).utf8().register().unwrap();
    state.set("on").unwrap();
    let wait = registry.histogram("wait time", "").utf8().unit("seconds").buckets([1.0]).register().unwrap();
    wait.observe(0.5);
    registry.histogram("plain_seconds", "").utf8().labels(["größe"]).buckets([5.0]).register().unwrap().get(["1"]);

    for (escaping, mail, kind, state, wait, plain, size) in [
        (Escaping::Underscores, "mail_sent", "mail_kind", "a_b", "wait_time_seconds", "plain_seconds", "gr__e"),
        (Escaping::Dots, "mail_dot_sent", "mail_dot_kind", "a__b", "wait__time__seconds", "plain__seconds", "gr____e"),
        (
            Escaping::Values,
            "U__mail_2e_sent",
            "U__mail_2e_kind",
            "U__a_a_b",
            "U__wait_20_time__seconds",
            "plain_seconds",
            "U__gr_f6__df_e",
        ),
    ] {
        let expected = format!(
            r#"# HELP {mail} \"Sent\".
# TYPE {mail} counter
{mail}_total{{{kind}="a\"",to="b"}} 1 #
{mail}_created{{{kind}="a\"",to="b"}}
# TYPE {state} stateset
{state}{{{state}="off"}} 0
{state}{{{state}="on"}} 1
# TYPE {wait} histogram
# UNIT {wait} seconds
{wait}_bucket{{le="1.0"}} 1
{wait}_bucket{{le="+Inf"}} 1
{wait}_sum 0.5
{wait}_count 1
# TYPE {plain} histogram
{plain}_bucket{{{size}="1",le="5.0"}} 0
{plain}_bucket{{{size}="1",le="+Inf"}} 0
{plain}_sum{{{size}="1"}} 0
{plain}_count{{{size}="1"}} 0
# EOF"#
        );
        assert_eq!(lines(&registry, escaping), Vec::from_iter(expected.lines()), "{escaping}");
    }
    let expected = r#"# HELP "mail.sent" \"Sent\".
# TYPE "mail.sent" counter
{"mail.sent_total","mail.kind"="a\"",to="b"} 1 #
{"mail.sent_created","mail.kind"="a\"",to="b"}
# TYPE "a\nb" stateset
{"a\nb","a\nb"="off"} 0
{"a\nb","a\nb"="on"} 1
# TYPE "wait time_seconds" histogram
# UNIT "wait time_seconds" seconds
{"wait time_seconds_bucket",le="1.0"} 1
{"wait time_seconds_bucket",le="+Inf"} 1
{"wait time_seconds_sum"} 0.5
{"wait time_seconds_count"} 1
# TYPE plain_seconds histogram
plain_seconds_bucket{"größe"="1",le="5.0"} 0
plain_seconds_bucket{"größe"="1",le="+Inf"} 0
plain_seconds_sum{"größe"="1"} 0
plain_seconds_count{"größe"="1"} 0
# EOF"#;
    assert_eq!(lines(&registry, Escaping::AllowUtf8), Vec::from_iter(expected.lines()));
}
