//! A real node-exporter reads the files that we write.

mod server;

use narthex::{Registry, write_to_textfile};
use server::{directory, get, node_exporter, wait_for};

/// One of everything that the text format has.
fn registry(job: &str) -> Registry {
    let r = Registry::new();
    let name = format!("{job}_step_seconds");
    let seconds = r.histogram(&name, "Steps \"of\\\nthe\" job.");
    seconds.labels(["step"]).register().unwrap().get(["dump\n\"all\"\\"]).observe(0.3);
    r.counter(&format!("{job}_files_total"), "Files.").register().unwrap().inc_by(u64::MAX);
    r.gauge(&format!("{job}_ratio"), "").float().register().unwrap().set(f64::NEG_INFINITY);
    r.summary(&format!("{job}_size_bytes"), "Sizes.").register().unwrap().observe(10.0);
    r.info(&format!("{job}_build"), "Build.").register().unwrap().set([("version", "1.4.2 \u{1F525}")]).unwrap();
    r.state_set(&format!("{job}_state"), "State.", ["down", "up"]).register().unwrap().set("up").unwrap();
    r
}

#[test]
fn node_exporter_reads_every_file() {
    let directory = directory("textfile");
    let exporter = node_exporter(&directory);
    for job in ["backup", "mail"] {
        write_to_textfile(directory.join(format!("{job}.prom")), &registry(job)).unwrap();
    }
    let page = wait_for("both files", || {
        let page = get(exporter.addr, "/metrics", "")?;
        if page.contains("\nmail_ratio -Inf\n") { Ok(page) } else { Err(page) }
    });
    for line in [
        "node_textfile_scrape_error 0",
        "promhttp_metric_handler_errors_total{cause=\"gathering\"} 0",
        "backup_files_total 1.8446744073709552e+19",
        "backup_build_info{version=\"1.4.2 \u{1F525}\"} 1",
        "backup_state{backup_state=\"up\"} 1",
        "backup_size_bytes_sum 10",
        r#"backup_step_seconds_bucket{step="dump\n\"all\"\\",le="0.5"} 1"#,
    ] {
        assert!(page.lines().any(|there| there == line), "no {line} in {page}");
    }
    for job in ["backup", "mail"] {
        let line =
            format!("node_textfile_mtime_seconds{{file=\"{}\"}} ", directory.join(format!("{job}.prom")).display());
        assert!(page.contains(&line), "no {line} in {page}");
    }
}
