//! What an increment costs, beside the least that it could cost.
//!
//! `cargo bench -p narthex-tests --bench increment`

use criterion::{Criterion, criterion_group, criterion_main};
use narthex::{Counter, Registry};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

static BARE: AtomicU64 = AtomicU64::new(0);
static CELL: Counter = Counter::new();

fn increment(c: &mut Criterion) {
    let registry = Registry::new();
    let requests = registry.counter("requests_total", "Requests.").labels(["method", "path"]).register().unwrap();
    let paths: Vec<String> = (0..100).map(|n| format!("/path/{n}")).collect();
    paths.iter().for_each(|path| requests.get(["GET", path]).inc());
    let held = requests.get(["GET", "/path/7"]);

    let mut group = c.benchmark_group("increment");
    group.bench_function("bare fetch_add", |b| {
        b.iter(|| {
            black_box(&BARE).fetch_add(1, Ordering::Relaxed);
        })
    });
    group.bench_function("static cell", |b| b.iter(|| black_box(&CELL).inc()));
    group.bench_function("held handle", |b| b.iter(|| black_box(&held).inc()));
    group.bench_function("look-up, 100 series", |b| {
        let mut path = paths.iter().cycle();
        b.iter(|| requests.get(["GET", black_box(path.next().map_or("", |path| path))]).inc());
    });
    group.finish();
}

criterion_group!(benches, increment);
criterion_main!(benches);
