//! What series have besides their values.

use super::super::{Cursor, Format, OpenMetrics, Text};
use crate::collect::{Collect, Flow, Sink};
use crate::{Desc, Details, Exemplar, Kind, LabelNames, Labels, Name, Point, Sample, Timestamp, sample_value};
use std::string::String;
use std::vec::Vec;

pub struct Detailed;

fn moment(seconds: i64, nanoseconds: u32) -> Timestamp {
    Timestamp::new(seconds, nanoseconds).unwrap()
}

impl Collect for Detailed {
    fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        Ok(())
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        let method = LabelNames::new(&["method"]).unwrap();
        let labels = Labels::new(method.as_slice(), &["GET"]);
        let (trace, none) = (Labels::new(&["trace_id", "q"], &["4bf\"92", "a\\b\nc"]), Labels::NONE);
        let seen = Exemplar::new(&trace, 1_500_u32.into(), Some(moment(1_520_879_607, 789_000_000))).unwrap();
        let bare = Exemplar::new(&none, 7_u32.into(), None).unwrap();
        let exemplars = [Some(seen), None, Some(bare), Some(bare)];
        let details = Details::new().with_created(moment(1_520_430_000, 123_000_000)).with_exemplars(&exemplars);
        let timed = details.with_timestamp(moment(12, 3));

        let mut give = |kind, name: &'static str, point: &Point<'_>, details: &Details<'_>| {
            let desc = Desc::new(kind, Name::new(name).unwrap(), "").with_labels(method).unwrap();
            sink.family(&desc)?;
            sink.sample(&desc.with_scale(-3), &Sample::new(0, &labels, point).with_details(Some(details)))
        };
        give(Kind::Counter, "sent", &Point::Number(3_u32.into()), &details)?;
        give(Kind::Gauge, "depth", &Point::Number(4_u32.into()), &timed)?;
        let (sum, bounds) = (9_u32.into(), &[10_u32, 20][..]);
        give(Kind::Histogram, "wait", &Point::Histogram { bounds: &bounds, buckets: &[1, 1, 2], sum }, &timed)?;
        give(Kind::Summary, "size", &Point::Summary { count: 2, sum }, &details)?;
        give(Kind::Info, "build", &Point::Info, &details)
    }
}

const OPEN: &str = r##"# TYPE sent counter
sent_total{method="GET"} 0.003 # {trace_id="4bf\"92",q="a\\b\nc"} 1.5 1520879607.789
sent_created{method="GET"} 1520430000.123
# TYPE depth gauge
depth{method="GET"} 0.004 12.000000003
# TYPE wait histogram
wait_bucket{method="GET",le="0.01"} 1 12.000000003 # {trace_id="4bf\"92",q="a\\b\nc"} 1.5 1520879607.789
wait_bucket{method="GET",le="0.02"} 1 12.000000003
wait_bucket{method="GET",le="+Inf"} 2 12.000000003 # {} 0.007
wait_sum{method="GET"} 0.009 12.000000003
wait_count{method="GET"} 2 12.000000003
wait_created{method="GET"} 1520430000.123 12.000000003
# TYPE size summary
size_sum{method="GET"} 0.009
size_count{method="GET"} 2
size_created{method="GET"} 1520430000.123
# TYPE build info
build_info{method="GET"} 1
# EOF
"##;

const PLAIN: &str = r##"# TYPE sent_total counter
sent_total{method="GET"} 0.003
# TYPE depth gauge
depth{method="GET"} 0.004 12000
# TYPE wait histogram
wait_bucket{method="GET",le="0.01"} 1 12000
wait_bucket{method="GET",le="0.02"} 1 12000
wait_bucket{method="GET",le="+Inf"} 2 12000
wait_sum{method="GET"} 0.009 12000
wait_count{method="GET"} 2 12000
# TYPE size summary
size_sum{method="GET"} 0.009
size_count{method="GET"} 2
# TYPE build_info gauge
build_info{method="GET"} 1
"##;

fn page<F: Format>(size: usize) -> Option<String> {
    let (mut cursor, mut page, mut buffer) = (Cursor::<F>::new(), Vec::new(), std::vec![0; size]);
    loop {
        match cursor.fill(&Detailed, &mut buffer).ok()? {
            0 => return String::from_utf8(page).ok(),
            filled => page.extend_from_slice(&buffer[..filled]),
        }
    }
}

#[test]
fn details_follow_values() {
    assert_eq!(page::<OpenMetrics>(4096).unwrap(), OPEN);
    assert_eq!(page::<Text>(4096).unwrap(), PLAIN);
    assert_eq!(page::<OpenMetrics>(500).unwrap(), OPEN, "in parts");
    assert_eq!(page::<OpenMetrics>(100), None, "a sample is written whole or not at all");
}

#[test]
fn created_has_a_value() {
    let method = [("method", "GET")];
    assert_eq!(sample_value(&Detailed, "sent_created", &method), Some(1_520_430_000.123));
    assert_eq!(sample_value(&Detailed, "sent_created", &[]), None);
    assert_eq!(sample_value(&Detailed, "sent_total", &method), Some(0.003));
    assert_eq!(sample_value(&Detailed, "depth_created", &method), None);
}
