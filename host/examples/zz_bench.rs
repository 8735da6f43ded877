//! scratch
use narthex::*;
use std::fmt::Write;
fn pages() -> Vec<(&'static str, String)> {
    let mut counters = String::from("# HELP http_requests Requests.\n# TYPE http_requests counter\n");
    for i in 0..10_000 {
        writeln!(
            counters,
            "http_requests_total{{method=\"GET\",path=\"/api/v1/items/{i}\",status=\"{}\"}} {}",
            200 + i % 7,
            i * 7919
        )
        .unwrap();
    }
    counters += "# EOF\n";
    let mut gauges = String::from("# TYPE t gauge\n");
    for i in 0..10_000 {
        writeln!(gauges, "t{{sensor=\"s{i}\"}} {}", (i as f64).sqrt()).unwrap();
    }
    gauges += "# EOF\n";
    let mut hist = String::from("# TYPE h histogram\n");
    for i in 0..1000 {
        for (n, le) in ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf"]
            .iter()
            .enumerate()
        {
            writeln!(hist, "h_bucket{{method=\"GET\",path=\"/api/v1/items/{i}\",le=\"{le}\"}} {}", n * 3 + i).unwrap();
        }
        writeln!(hist, "h_sum{{method=\"GET\",path=\"/api/v1/items/{i}\"}} 1234.5").unwrap();
        writeln!(hist, "h_count{{method=\"GET\",path=\"/api/v1/items/{i}\"}} {}", 33 + i).unwrap();
    }
    hist += "# EOF\n";
    let mut fams = String::new();
    for i in 0..5000 {
        writeln!(
            fams,
            "# HELP metric_number_{i} Some help text here.\n# TYPE metric_number_{i} gauge\nmetric_number_{i} {i}"
        )
        .unwrap();
    }
    fams += "# EOF\n";
    vec![
        ("counters", counters),
        ("gauges", gauges),
        ("histograms", hist),
        ("families", fams),
        ("device", include_str!("../../embedded-examples/app/golden/exposition.openmetrics.txt").into()),
    ]
}
fn main() {
    for (name, page) in pages() {
        let n = (30_000_000 / page.len()).max(3);
        let mut best = f64::MAX;
        for _ in 0..5 {
            let t = std::time::Instant::now();
            for _ in 0..n {
                std::hint::black_box(parse_openmetrics(std::hint::black_box(&page)).unwrap());
            }
            best = best.min(t.elapsed().as_secs_f64() / n as f64);
        }
        println!("{name}: {} bytes, {:.1} us, {:.0} MB/s", page.len(), best * 1e6, page.len() as f64 / best / 1e6);
    }
}
