use super::{Encode, Library, Work};
use crate::input::{
    COUNTER, ELEVEN, HISTOGRAM, Page, UNIQUE_METHOD, closed, counted, observed, series, unique_path, values,
};
use crate::scrape::Server;
use anyhow::Result;
use narthex::encode::Text;
use narthex::{ClosedLabels, Counter, HttpOptions, Registry, Table, append_latest, encode_protobuf, serve};
use std::any::Any;
use std::hint::black_box;

pub struct Narthex;

#[derive(Clone, Copy, ClosedLabels)]
enum Method {
    Get,
    Post,
    Put,
    Delete,
    Head,
    Options,
    Patch,
    Trace,
    Connect,
    Propfind,
}

#[derive(Clone, Copy, ClosedLabels)]
enum Status {
    S200,
    S201,
    S204,
    S301,
    S304,
    S400,
    S401,
    S403,
    S404,
    S500,
}

#[derive(Clone, Copy, ClosedLabels)]
struct Request {
    method: Method,
    status: Status,
}

static METHODS: [Method; 10] = {
    use Method::*;
    [Get, Post, Put, Delete, Head, Options, Patch, Trace, Connect, Propfind]
};
static STATUSES: [Status; 10] = {
    use Status::*;
    [S200, S201, S204, S301, S304, S400, S401, S403, S404, S500]
};
static REQUESTS: Table<Request, Counter> = Table::new();

const NAMES: [&str; 2] = ["method", "path"];

impl Library for Narthex {
    fn name(&self) -> &'static str {
        "narthex"
    }

    fn increment(&self) -> Option<Work> {
        let counter = Registry::new().counter("requests_total", "").register().ok()?;
        Some(Box::new(move |_, times| (0..times).for_each(|_| black_box(&counter).inc())))
    }

    fn look_up(&self, n: usize) -> Option<Work> {
        look_up(&Registry::new(), n)
    }

    fn closed(&self) -> Option<Work> {
        let stream = closed();
        Some(Box::new(move |thread, times| {
            stream.cycle(thread, times, |method, status| {
                REQUESTS.get(Request { method: METHODS[method], status: STATUSES[status] }).inc();
            })
        }))
    }

    fn observe(&self, bounds: &'static [f64]) -> Option<Work> {
        let latency = Registry::new().histogram("latency", "").buckets(bounds.iter().copied()).register().ok()?;
        let values = values();
        Some(Box::new(move |thread, times| values.cycle(thread, times, |value| black_box(&latency).observe(value))))
    }

    fn counters(&self, n: usize) -> Option<Box<dyn Any>> {
        let counter = Registry::new().counter("requests_total", "").labels(NAMES).register().ok()?;
        (0..n).for_each(|n| counter.get([UNIQUE_METHOD, &unique_path(n)]).inc());
        Some(Box::new(counter))
    }

    fn histograms(&self, n: usize) -> Option<Box<dyn Any>> {
        let latency = Registry::new().histogram("latency", "").buckets(ELEVEN).labels(NAMES).register().ok()?;
        (0..n).for_each(|n| latency.get([UNIQUE_METHOD, &unique_path(n)]).observe(0.5));
        Some(Box::new(latency))
    }

    fn text(&self, page: Page) -> Option<Encode> {
        registry(page).map(text)
    }

    fn protobuf(&self, page: Page) -> Option<Encode> {
        let registry = registry(page)?;
        Some(Box::new(move |to| *to = encode_protobuf(&registry)))
    }

    fn increment_scraped(&self, n: usize) -> Option<(Work, Encode)> {
        let registry = Registry::new();
        let family = registry.counter("requests_total", "").labels(NAMES).register().ok()?;
        series(n).each(|method, path| family.get([method, path]).inc());
        let counter = family.get(["GET", "/held"]);
        Some((Box::new(move |_, times| (0..times).for_each(|_| black_box(&counter).inc())), text(registry)))
    }

    fn look_up_scraped(&self, n: usize) -> Option<(Work, Encode)> {
        let registry = Registry::new();
        Some((look_up(&registry, n)?, text(registry)))
    }

    fn serve(&self, page: Page) -> Result<Option<Server>> {
        start(page, HttpOptions::new())
    }

    fn serve_shared(&self, page: Page) -> Result<Option<Server>> {
        start(page, HttpOptions::new().share_scrapes(true))
    }
}

fn look_up(registry: &Registry, n: usize) -> Option<Work> {
    let counter = registry.counter("requests_total", "").labels(NAMES).register().ok()?;
    let series = series(n);
    series.each(|method, path| counter.get([method, path]).inc());
    Some(Box::new(move |thread, times| series.cycle(thread, times, |method, path| counter.get([method, path]).inc())))
}

fn text(registry: Registry) -> Encode {
    Box::new(move |to| append_latest(&registry, Text, to))
}

fn start(page: Page, options: HttpOptions) -> Result<Option<Server>> {
    let Some(registry) = registry(page) else { return Ok(None) };
    let options = options.scrapes(16); // as the others, which have no limit
    Server::start(|listener| serve(listener, registry, options)).map(Some)
}

fn registry(page: Page) -> Option<Registry> {
    let registry = Registry::new();
    match page {
        Page::Counters(n) => {
            let [name, help] = COUNTER;
            let family = registry.counter(name, help).labels(NAMES).register().ok()?;
            counted(n).for_each(|(method, path, value)| family.get([method, &path]).inc_by(value));
        }
        Page::Histograms(n) => {
            let [name, help] = HISTOGRAM;
            let family = registry.histogram(name, help).buckets(ELEVEN).labels(NAMES).register().ok()?;
            for (method, path, values) in observed(n) {
                let latency = family.get([method, &path]);
                values.into_iter().for_each(|value| latency.observe(value));
            }
        }
    }
    Some(registry)
}
