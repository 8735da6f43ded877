use super::{Builder, Parts, Unlabelled, named_each};
use crate::error::{Error, ErrorKind};
use crate::instrument::Instrument;
use crate::registered::Registration;
use crate::registry::caught;
use crate::runtime::OwnedDesc;
use narthex_core::{
    Collect, CollectError, Counter, Desc, Flow, Gauge, Kind, Labels, Number, Point, Sample, Scalar, Sink,
};
use std::collections::HashSet;
use std::panic::resume_unwind;
use std::sync::{Arc, OnceLock};

/// What can be read from a function: counters and gauges.
pub trait Readable: sealed::Sealed {}

impl<T: Scalar> Readable for Counter<T> {}
impl<T: Scalar> Readable for Gauge<T> {}

mod sealed {
    pub trait Sealed {}
    impl<T: narthex_core::Scalar> Sealed for narthex_core::Counter<T> {}
    impl<T: narthex_core::Scalar> Sealed for narthex_core::Gauge<T> {}
}

impl<C: Instrument + Readable> Builder<'_, C, Unlabelled> {
    /// Registers a metric whose value `read` gives, once for each page: for what is counted elsewhere already.
    ///
    /// No lock is held while it runs. A panic, and a counter's value that is NaN or negative, cost this metric in that scrape
    /// and are counted as failures of a collector.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// let queue = std::sync::Arc::new(std::sync::Mutex::new(vec!["job"]));
    /// let jobs = queue.clone();
    /// registry.gauge("queue_depth", "Jobs that wait.").callback(move || jobs.lock().unwrap().len() as u64)?;
    /// queue.lock().unwrap().push("another");
    /// assert_eq!(registry.sample_value("queue_depth", &[]), Some(2.0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`register`](Self::register); [`ErrorKind::Callback`] with
    /// [`created`](Self::created), which a value that is read has not.
    pub fn callback<V: Into<Number>>(
        self,
        read: impl Fn() -> V + Send + Sync + 'static,
    ) -> Result<Registration, Error> {
        self.read_series(0, move |give| give(&[], read().into()))
    }
}

impl<C: Instrument + Readable, const N: usize> Builder<'_, C, [&'static str; N]> {
    /// Registers a family whose series `read` gives, once for each page: it calls what it is given with the label values and
    /// the value of each, in the order in which they are exposed. A label set that it gives again is left out, and is a
    /// failure as above.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// registry.counter("pool_gets_total", "Connections that were taken.").labels(["pool"]).callback(|give| {
    ///     give(["read"], 7_u64.into());
    ///     give(["write"], 2_u64.into());
    /// })?;
    /// assert_eq!(registry.sample_value("pool_gets_total", &[("pool", "write")]), Some(2.0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`register`](Self::register); [`ErrorKind::Callback`] for an option that is of series which a family keeps:
    /// [`created`](Self::created), [`limit`](Self::limit), [`initial`](Self::initial),
    /// [`expire_after`](Self::expire_after).
    pub fn callback(
        self,
        read: impl Fn(&mut dyn FnMut([&str; N], Number)) + Send + Sync + 'static,
    ) -> Result<Registration, Error> {
        self.read_series(N, move |give| read(&mut |labels, value| give(&labels, value)))
    }
}

type Give<'a> = &'a mut dyn FnMut(&[&str], Number);

impl<C: Instrument + Readable, L> Builder<'_, C, L> {
    fn read_series(
        self,
        values: usize,
        read: impl Fn(Give<'_>) + Send + Sync + 'static,
    ) -> Result<Registration, Error> {
        let desc = self.desc()?;
        named_each(&desc, values)?;
        let Parts { initial, limit, created, expire_after, .. } = &self.parts;
        let given = [
            ("created", *created),
            ("limit", limit.is_some()),
            ("initial", !initial.is_empty()),
            ("expire_after", expire_after.is_some()),
        ];
        if let Some((option, _)) = given.into_iter().find(|(_, given)| *given) {
            let name = &desc.name;
            let text = format!("metric {name:?}: a callback gives its series itself; leave out `.{option}(…)`");
            return Err(Error::new(ErrorKind::Callback, text));
        }
        let callback = Arc::new(Callback { desc, read });
        self.parts.registry(self.registry)?.add_made(move || Arc::new(Reading::new(Arc::clone(&callback))))
    }
}

struct Callback<F> {
    desc: OwnedDesc,
    read: F,
}

/// A callback for one page: it is read when the page comes to it, and once, because a page is collected part by part.
struct Reading<F> {
    callback: Arc<Callback<F>>,
    read: OnceLock<Read>,
}

/// What it gave.
#[derive(Default)]
struct Read {
    series: Vec<(Box<[Box<str>]>, Number)>,
    wrong: Option<CollectError>,
    panic: Option<String>,
}

impl<F: Fn(Give<'_>)> Reading<F> {
    fn new(callback: Arc<Callback<F>>) -> Self {
        Self { callback, read: OnceLock::new() }
    }

    fn read(&self) -> Read {
        let counts = self.callback.desc.kind == Kind::Counter;
        let (mut read, mut seen) = (Read::default(), HashSet::new());
        let outcome = caught(|| {
            (self.callback.read)(&mut |values, value| {
                let number = value.to_f64(0);
                let values: Box<[Box<str>]> = values.iter().map(|value| (*value).into()).collect();
                if counts && (number.is_nan() || number < 0.0) {
                    read.wrong = Some(CollectError::new(&"the callback of a counter gave NaN or a negative number"));
                } else if seen.insert(values.clone()) {
                    read.series.push((values, value));
                } else {
                    read.wrong = Some(CollectError::new(&"the callback gave the same label values twice"));
                }
            });
        });
        read.panic = outcome.err();
        read
    }
}

impl<F: Fn(Give<'_>) + Send + Sync> Collect for Reading<F> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.callback.desc.with(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.callback.desc.with(|desc| {
            let first = sink.family(desc)?;
            if first == usize::MAX {
                return Ok(()); // nobody wants them
            }
            let read = self.read.get_or_init(|| self.read());
            for (index, (values, value)) in read.series.iter().enumerate().skip(first) {
                let values: Vec<&str> = values.iter().map(|value| &**value).collect();
                let labels = Labels::new(desc.labels().as_slice(), &values);
                sink.sample(desc, &Sample::new(index, &labels, &Point::Number(*value)))?;
            }
            if let Some(said) = &read.panic {
                resume_unwind(Box::new(said.clone())); // what it gave before is exposed now
            }
            read.wrong.map_or(Ok(()), |wrong| Err(wrong.into()))
        })
    }
}
