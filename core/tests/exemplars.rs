//! Exemplars in cells of fixed size, as a scrape would show them.
#![cfg(all(feature = "derive", feature = "embedded-io-v0.7"))]
#![allow(missing_docs, reason = "a test has no users")]

use narthex_core::{
    Cell, Collect, Counter, Decrease, ExemplarError, Family, Histogram, MetricGroup, NoExemplar, Timestamp,
    WithExemplar, buckets, encode,
};

buckets!(Latency: u32 = [100, 1_000]);

#[derive(MetricGroup)]
#[metrics(namespace = "radio")]
struct Radio {
    /// Frames lost.
    lost: WithExemplar<Counter<u32>>,
    /// Time on air.
    #[metrics(scale = -6, unit = "seconds")]
    air: WithExemplar<Histogram<Latency>, 16, 1>,
    /// Energy used.
    energy: WithExemplar<Counter<f64>>,
    /// Frames sent.
    #[metrics(labels("peer"))]
    sent: Family<[&'static str; 1], WithExemplar<Counter>, 2>,
}

static RADIO: Radio = Radio::new();

fn at(seconds: i64, nanoseconds: u32) -> Option<Timestamp> {
    Timestamp::new(seconds, nanoseconds)
}

fn open(metrics: &dyn Collect) -> String {
    page(|mut room| encode::openmetrics(metrics, &mut room).map(|()| room.len()).unwrap())
}

/// What `write` puts into the room that it is lent, if it answers how much it left.
fn page(write: impl FnOnce(&mut [u8]) -> usize) -> String {
    let mut page = vec![0; 8192];
    let left = write(&mut page);
    page.truncate(page.len() - left);
    String::from_utf8(page).unwrap()
}

fn lines(metrics: &dyn Collect) -> Vec<String> {
    open(metrics).lines().filter(|line| !line.starts_with("# ")).map(String::from).collect()
}

#[test]
fn a_group_exposes_exemplars() {
    RADIO.lost.inc();
    RADIO.lost.inc_by_with_exemplar(2, &[("trace_id", "4bf\"92"), ("span_id", "00f0")], at(12, 500_000_000)).unwrap();
    RADIO.air.observe_with_exemplar(70, &[("trace_id", "first")], None).unwrap();
    RADIO.air.observe_with_exemplar(100, &[("trace_id", "second")], None).unwrap();
    RADIO.air.observe(2_000);
    RADIO.energy.inc_by_with_exemplar(0.5, &[("é", "")], None).unwrap_err();
    RADIO.energy.inc_by_with_exemplar(0.5, &[("e", "é")], at(-1, 0)).unwrap();
    RADIO.sent.get(["a"]).inc_with_exemplar(&[("trace_id", "a")], None).unwrap();
    RADIO.sent.get(["b"]).inc_with_exemplar(&[], None).unwrap();
    assert_eq!(
        lines(&RADIO),
        [
            r#"radio_lost_total 3 # {trace_id="4bf\"92",span_id="00f0"} 2 12.5"#,
            r#"radio_air_seconds_bucket{le="0.0001"} 2 # {trace_id="second"} 0.0001"#,
            r#"radio_air_seconds_bucket{le="0.001"} 2"#,
            r#"radio_air_seconds_bucket{le="+Inf"} 3"#,
            "radio_air_seconds_sum 0.00217",
            "radio_air_seconds_count 3",
            r#"radio_energy_total 0.5 # {e="é"} 0.5 -1"#,
            r#"radio_sent_total{peer="a"} 1 # {trace_id="a"} 1"#,
            r#"radio_sent_total{peer="b"} 1"#,
        ]
    );
    let text = page(|mut room| encode::text(&RADIO, &mut room).map(|()| room.len()).unwrap());
    assert!(text.contains("radio_lost_total 3\n") && !text.contains("} 3 #") && !text.contains("trace_id"), "{text}");
}

#[derive(MetricGroup)]
struct One {
    /// Observations.
    seen: WithExemplar<Histogram<Latency>, 16, 1>,
    /// Bits.
    bits: WithExemplar<Counter<f32>, 600, 3>,
}

#[test]
fn what_is_refused_changes_nothing() {
    let one = One::new();
    one.bits.inc_with_exemplar(&[("a", "b")], None).unwrap();
    let before = open(&one);
    let long = "é".repeat(127);
    for (labels, error) in [
        (&[("a", "b"), ("c", "d")][..], "the exemplar has 2 labels, and the cell has places for 1"),
        (&[("trace_id", "123456789")], "the labels of the exemplar take 17 bytes, and the cell has room for 16"),
        (&[("trace-id", "1")], "label \"trace-id\""),
        (&[("__a", "1")], "label \"__a\""),
        (&[("", "1")], "label \"\""),
    ] {
        let refused = one.seen.observe_with_exemplar(7, labels, None).unwrap_err();
        assert!(refused.to_string().starts_with(error), "{refused}");
    }
    for (amount, labels, error) in [
        (1.0, &[("a", "1"), ("a", "2")][..], "must be given once"),
        (1.0, &[("ab", &*long)], "129 characters, and may have 128"),
        (-1.0, &[("a", "b")], "not by -1"),
        (f32::NAN, &[("a", "b")], "not by NaN"),
    ] {
        let refused = one.bits.inc_by_with_exemplar(amount, labels, None).unwrap_err();
        assert!(refused.to_string().contains(error), "{refused}");
    }
    assert_eq!(one.bits.inc_by_with_exemplar(-1.0, &[], None), Err(NoExemplar::Decrease(Decrease(-1.0))));
    let too_long = NoExemplar::Labels(ExemplarError::TooLong { characters: 129 });
    assert_eq!(one.bits.inc_with_exemplar(&[("ab", &long)], None), Err(too_long));
    assert_eq!(open(&one), before);

    one.bits.inc_with_exemplar(&[("a", &long)], None).unwrap(); // 128 characters, 255 bytes
    assert!(open(&one).contains(&format!("# {{a=\"{long}\"}} 1\n")));
}

#[test]
fn the_bucket_that_was_hit_last_has_the_exemplar() {
    let one = One::new();
    for (value, bucket) in [(100, 0), (101, 1), (1_000, 1), (1_001, 2), (u32::MAX, 2)] {
        one.seen.observe_with_exemplar(value, &[("n", &value.to_string())], None).unwrap();
        let have: Vec<_> =
            lines(&one).iter().map(|line| line.contains(&format!(" # {{n=\"{value}\"}} {value}"))).collect();
        let expected: Vec<_> = (0..have.len()).map(|line| line == bucket).collect();
        assert_eq!(have, expected, "{value}");
    }
}

#[test]
fn a_reset_drops_the_exemplar_and_so_does_a_new_series() {
    let one = One::new();
    one.bits.inc_with_exemplar(&[("a", "b")], None).unwrap();
    Cell::reset(&one.bits);
    assert!(lines(&one).contains(&"bits_total 0".into()));

    #[derive(MetricGroup)]
    struct Peers {
        /// Frames.
        #[metrics(labels("peer"))]
        sent: Family<[&'static str; 1], WithExemplar<Counter>, 1>,
    }
    let peers = Peers::new();
    peers.sent.get(["a"]).inc_with_exemplar(&[("n", "1")], None).unwrap();
    assert!(peers.sent.remove(["a"]));
    peers.sent.get(["b"]).inc();
    assert_eq!(lines(&peers), ["sent_total{peer=\"b\"} 1"]);
}

/// Threads stand for interrupts here: whatever a page shows, the exemplar has been counted.
#[test]
fn no_exemplar_without_its_increment() {
    static RACE: One = One::new();
    static COUNT: WithExemplar<Counter> = WithExemplar::new();
    struct Count;
    impl Collect for Count {
        fn describe(&self, _: &mut dyn FnMut(&narthex_core::Desc<'_>) -> narthex_core::Flow) -> narthex_core::Flow {
            Ok(())
        }
        fn collect(&self, sink: &mut dyn narthex_core::Sink) -> narthex_core::Flow {
            let desc = narthex_core::Desc::new(narthex_core::Kind::Counter, narthex_core::name!("n"), "");
            narthex_core::Metric::collect(&COUNT, &desc, sink)
        }
    }
    std::thread::scope(|threads| {
        let writer = threads.spawn(|| {
            for n in 1..2_000_u64 {
                COUNT.inc_with_exemplar(&[("n", &n.to_string())], None).unwrap();
                RACE.seen.observe_with_exemplar(n as u32, &[("n", "1")], None).unwrap();
                if n % 100 == 0 {
                    RACE.seen.reset();
                }
            }
        });
        while !writer.is_finished() {
            if let Some((value, rest)) = lines(&Count)[0].trim_start_matches("n_total ").split_once(" # {n=\"") {
                let counted: u64 = value.parse().unwrap();
                assert!(counted >= rest.split('"').next().unwrap().parse().unwrap(), "{value} {rest}");
            }
            for line in lines(&RACE) {
                assert!(!line.contains("} 0 # "), "{line}");
            }
        }
        writer.join().unwrap();
    });
}
