use super::{Encode, Library, Work};
use crate::input::{
    ELEVEN, METHODS, Page, STATUSES, UNIQUE_METHOD, closed, counted, observed, series, unique_path, values,
};
use crate::scrape::Server;
use anyhow::Result;
use metrics::{counter, describe_counter, describe_histogram, histogram, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::any::Any;
use std::hint::black_box;
use std::net::TcpListener;
use std::sync::LazyLock;

/// With its Prometheus exporter.
pub struct Metrics;

/// `record` only keeps a value; they are counted by a scrape or by this, so that the work pays for it as well.
const VALUES_COUNTED_TOGETHER: u64 = 8192;

/// Macros go through it, as in an application.
static GLOBAL: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    let recorder = recorder(&ELEVEN)?;
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok()?;
    Some(handle)
});

fn recorder(bounds: &[f64]) -> Option<PrometheusRecorder> {
    Some(PrometheusBuilder::new().set_buckets(bounds).ok()?.build_recorder())
}

/// The macro is fastest when it is told a name in the source.
macro_rules! look_up {
    ($name:literal, $n:expr) => {{
        let series = series($n);
        let increment = |method: &str, path: &str| {
            counter!($name, "method" => method.to_owned(), "path" => path.to_owned()).increment(1);
        };
        series.each(increment);
        Some(Box::new(move |thread, times| series.cycle(thread, times, increment)))
    }};
}

impl Library for Metrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn increment(&self) -> Option<Work> {
        GLOBAL.as_ref()?;
        let held = counter!("held");
        Some(Box::new(move |_, times| (0..times).for_each(|_| black_box(&held).increment(1))))
    }

    fn look_up(&self, n: usize) -> Option<Work> {
        GLOBAL.as_ref()?;
        if n <= 100 { look_up!("few", n) } else { look_up!("many", n) }
    }

    fn closed(&self) -> Option<Work> {
        GLOBAL.as_ref()?;
        let stream = closed();
        Some(Box::new(move |thread, times| {
            stream.cycle(thread, times, |method, status| {
                counter!("closed", "method" => METHODS[method], "status" => STATUSES[status]).increment(1);
            })
        }))
    }

    fn observe(&self, bounds: &'static [f64]) -> Option<Work> {
        let recorder = recorder(bounds)?;
        let latency = with_local_recorder(&recorder, || histogram!("latency"));
        let values = values();
        let handle = recorder.handle();
        Some(Box::new(move |thread, times| {
            let mut kept = 0;
            values.cycle(thread, times, |value| {
                black_box(&latency).record(value);
                kept += 1;
                if thread == 0 && kept % VALUES_COUNTED_TOGETHER == 0 {
                    handle.run_upkeep();
                }
            });
            if thread == 0 {
                handle.run_upkeep();
            }
        }))
    }

    fn counters(&self, n: usize) -> Option<Box<dyn Any>> {
        let recorder = recorder(&ELEVEN)?;
        with_local_recorder(&recorder, || {
            (0..n).for_each(|n| counter!("held", "method" => UNIQUE_METHOD, "path" => unique_path(n)).increment(1));
        });
        Some(Box::new(recorder))
    }

    fn histograms(&self, n: usize) -> Option<Box<dyn Any>> {
        let recorder = recorder(&ELEVEN)?;
        with_local_recorder(&recorder, || {
            (0..n).for_each(|n| histogram!("held", "method" => UNIQUE_METHOD, "path" => unique_path(n)).record(0.5));
        });
        recorder.handle().run_upkeep();
        Some(Box::new(recorder))
    }

    fn text(&self, page: Page) -> Option<Encode> {
        let handle = recorded(page)?;
        Some(Box::new(move |to| {
            let _ = handle.render_to_write(to);
        }))
    }

    fn protobuf(&self, page: Page) -> Option<Encode> {
        let handle = recorded(page)?;
        Some(Box::new(move |to| {
            let _ = handle.render_protobuf_to_write(to);
        }))
    }

    /// Its own listener, which cannot say what port the system chose.
    fn serve(&self, page: Page) -> Result<Option<Server>> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let builder = PrometheusBuilder::new().set_buckets(&ELEVEN)?.with_http_listener(address);
        let runtime = Server::runtime()?;
        let (recorder, exporter) = {
            let _inside = runtime.enter();
            builder.build()?
        };
        record(page, &recorder);
        runtime.spawn(exporter);
        Ok(Some(Server::here(address, runtime)))
    }
}

fn recorded(page: Page) -> Option<PrometheusHandle> {
    let recorder = recorder(&ELEVEN)?;
    record(page, &recorder);
    let handle = recorder.handle();
    handle.run_upkeep();
    Some(handle)
}

fn record(page: Page, recorder: &PrometheusRecorder) {
    with_local_recorder(recorder, || match page {
        Page::Counters(n) => {
            describe_counter!("http_requests_total", "Requests.");
            for (method, path, value) in counted(n) {
                counter!("http_requests_total", "method" => method, "path" => path).increment(value);
            }
        }
        Page::Histograms(n) => {
            describe_histogram!("http_request_duration_seconds", "Latency.");
            for (method, path, values) in observed(n) {
                let latency = histogram!("http_request_duration_seconds", "method" => method, "path" => path);
                values.into_iter().for_each(|value| latency.record(value));
            }
        }
    });
}
