//! Metrics of every kind, and what they are written as.

use crate::collect::{Collect, Flow, Sink};
use crate::{
    Counter, Desc, Family, Gauge, Histogram, Info, Kind, LabelNames, Metric, StateSet, Summary, buckets, name,
};

buckets!(Latency: u32 = [100, 1_000]);
buckets!(Offset: f64 = [-0.5, 0.0, 2.5]);

#[derive(Default)]
pub struct Everything {
    sent: Counter,
    rssi: Gauge<i32>,
    ratio: Gauge<f32>,
    requests: Family<[&'static str; 2], Counter, 3, 40>,
    latency: Histogram<Latency>,
    offset: Histogram<Offset>,
    payload: Summary<u32>,
    build: Info<[&'static str; 1]>,
    up: StateSet<bool>,
}

type CollectOne<'a> = dyn Fn(&Desc<'_>, &mut dyn Sink) -> Flow + 'a;

pub fn labelled(desc: Desc<'static>, labels: &'static [&'static str]) -> Desc<'static> {
    desc.with_labels(LabelNames::new(labels).unwrap()).unwrap()
}

impl Everything {
    fn each(&self, f: &mut dyn FnMut(&CollectOne<'_>, &Desc<'_>) -> Flow) -> Flow {
        let desc = Desc::new;
        f(&|d, s| self.sent.collect(d, s), &desc(Kind::Counter, name!("sent"), "Sent \\ all\n\"frames\"."))?;
        f(&|d, s| self.rssi.collect(d, s), &desc(Kind::Gauge, name!("rssi_dbm"), "Signal.").with_unit("dbm").unwrap())?;
        f(&|d, s| self.ratio.collect(d, s), &desc(Kind::Gauge, name!("ratio"), ""))?;
        let requests = labelled(desc(Kind::Counter, name!("requests"), "Requests."), &["path", "status"]);
        f(&|d, s| self.requests.collect(d, s), &requests)?;
        let latency = desc(Kind::Histogram, name!("latency_seconds"), "Latency.").with_unit("seconds").unwrap();
        f(&|d, s| self.latency.collect(d, s), &latency.with_scale(-6))?;
        f(&|d, s| self.offset.collect(d, s), &desc(Kind::Histogram, name!("offset"), "Offset."))?;
        f(&|d, s| self.payload.collect(d, s), &desc(Kind::Summary, name!("payload"), "Payload."))?;
        f(&|d, s| self.build.collect(d, s), &labelled(desc(Kind::Info, name!("build"), "Build."), &["version"]))?;
        f(&|d, s| self.up.collect(d, s), &desc(Kind::StateSet, name!("up"), "Up."))
    }

    pub fn filled() -> Self {
        let all = Self::default();
        all.sent.inc_by(u64::MAX);
        all.rssi.set(-71);
        all.ratio.set(0.1);
        all.requests.get(["/\\\n\"é", "200"]).inc();
        all.requests.get(["/", "500"]).inc_by(7);
        [99, 100, 101, 5_000].into_iter().for_each(|v| all.latency.observe(v));
        [-1.0, 0.25].into_iter().for_each(|v| all.offset.observe(v));
        all.payload.observe(1_500);
        all.build.set(["1.0\"rc"]).unwrap();
        all.up.set(true);
        all
    }
}

impl Collect for Everything {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.each(&mut |_, desc| each(desc))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.each(&mut |collect, desc| collect(desc, sink))
    }
}

pub const TEXT: &str = r##"# HELP sent_total Sent \\ all\n"frames".
# TYPE sent_total counter
sent_total 18446744073709551615
# HELP rssi_dbm Signal.
# TYPE rssi_dbm gauge
rssi_dbm -71
# TYPE ratio gauge
ratio 0.1
# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{path="/\\\n\"é",status="200"} 1
requests_total{path="/",status="500"} 7
# HELP latency_seconds Latency.
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.0001"} 2
latency_seconds_bucket{le="0.001"} 3
latency_seconds_bucket{le="+Inf"} 4
latency_seconds_sum 0.0053
latency_seconds_count 4
# HELP offset Offset.
# TYPE offset histogram
offset_bucket{le="-0.5"} 1
offset_bucket{le="0"} 1
offset_bucket{le="2.5"} 2
offset_bucket{le="+Inf"} 2
offset_sum -0.75
offset_count 2
# HELP payload Payload.
# TYPE payload summary
payload_sum 1500
payload_count 1
# HELP build_info Build.
# TYPE build_info gauge
build_info{version="1.0\"rc"} 1
# HELP up Up.
# TYPE up gauge
up{up="false"} 0
up{up="true"} 1
"##;

pub const OPENMETRICS: &str = r##"# HELP sent Sent \\ all\n\"frames\".
# TYPE sent counter
sent_total 18446744073709551615
# HELP rssi_dbm Signal.
# TYPE rssi_dbm gauge
# UNIT rssi_dbm dbm
rssi_dbm -71
# TYPE ratio gauge
ratio 0.1
# HELP requests Requests.
# TYPE requests counter
requests_total{path="/\\\n\"é",status="200"} 1
requests_total{path="/",status="500"} 7
# HELP latency_seconds Latency.
# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
latency_seconds_bucket{le="0.0001"} 2
latency_seconds_bucket{le="0.001"} 3
latency_seconds_bucket{le="+Inf"} 4
latency_seconds_sum 0.0053
latency_seconds_count 4
# HELP offset Offset.
# TYPE offset histogram
offset_bucket{le="-0.5"} 1
offset_bucket{le="0.0"} 1
offset_bucket{le="2.5"} 2
offset_bucket{le="+Inf"} 2
# HELP payload Payload.
# TYPE payload summary
payload_sum 1500
payload_count 1
# HELP build Build.
# TYPE build info
build_info{version="1.0\"rc"} 1
# HELP up Up.
# TYPE up stateset
up{up="false"} 0
up{up="true"} 1
# EOF
"##;
