//! How fast pages are read.
//!
//! `cargo bench -p narthex-tests --bench parse`

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use narthex::parse_openmetrics;
use std::hint::black_box;

const SERIES: usize = 10_000;

fn parse(c: &mut Criterion) {
    let labels = |n| format!("method=\"GET\",path=\"/api/v1/items/{n}\"");
    let bounds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf"];
    let buckets = |n| bounds.map(|le| format!("a_bucket{{{},le=\"{le}\"}} {n}\n", labels(n))).concat();
    let pages = [
        ("counters", "counter", lines(&|n| format!("a_total{{{},status=\"200\"}} {}\n", labels(n), n * 7919))),
        ("gauges of 17 digits", "gauge", lines(&|n| format!("a{{sensor=\"s{n}\"}} {}\n", (n as f64).sqrt()))),
        ("histograms", "histogram", lines(&buckets)),
    ];
    let mut group = c.benchmark_group("parse");
    for (what, kind, lines) in pages {
        let page = format!("# TYPE a {kind}\n{lines}# EOF\n");
        group.throughput(Throughput::Bytes(page.len() as u64));
        group.bench_function(what, |b| b.iter(|| parse_openmetrics(black_box(&page)).unwrap()));
    }
    let page = include_str!("../../embedded-examples/app/golden/exposition.openmetrics.txt");
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("what firmware writes", |b| b.iter(|| parse_openmetrics(black_box(page)).unwrap()));
    group.finish();
}

fn lines(of: &dyn Fn(usize) -> String) -> String {
    (0..SERIES).map(of).collect()
}

criterion_group!(benches, parse);
criterion_main!(benches);
