use super::{Builder, Unlabelled};
use crate::error::Error;
use crate::instrument::Instrument;
use crate::registered::Registration;
use crate::runtime::OwnedDesc;
use narthex_core::{
    Collect, CollectError, Counter, Desc, Flow, Gauge, Kind, Labels, Number, Point, Sample, Scalar, Sink,
};
use std::sync::Arc;

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
    /// Registers a metric whose value `read` gives, at every scrape: for what is counted elsewhere already.
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
    /// Those of [`register`](Self::register).
    pub fn callback<V: Into<Number>>(
        self,
        read: impl Fn() -> V + Send + Sync + 'static,
    ) -> Result<Registration, Error> {
        self.read_series(move |give| give(&[], read().into()))
    }
}

impl<C: Instrument + Readable, const N: usize> Builder<'_, C, [&'static str; N]> {
    /// Registers a family whose series `read` gives, at every scrape: it calls what it is given with the label values and
    /// the value of each, in the order in which they are exposed, each label set once.
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
    /// Those of [`register`](Self::register).
    pub fn callback(
        self,
        read: impl Fn(&mut dyn FnMut([&str; N], Number)) + Send + Sync + 'static,
    ) -> Result<Registration, Error> {
        self.read_series(move |give| read(&mut |labels, value| give(&labels, value)))
    }
}

type Give<'a> = &'a mut dyn FnMut(&[&str], Number);

impl<C: Instrument + Readable, L> Builder<'_, C, L> {
    fn read_series(self, read: impl Fn(Give<'_>) + Send + Sync + 'static) -> Result<Registration, Error> {
        let desc = self.desc()?;
        let collector = Arc::new(Callback { desc, read });
        self.parts.registry(self.registry)?.add(collector.clone(), collector)
    }
}

struct Callback<F> {
    desc: OwnedDesc,
    read: F,
}

impl<F: Fn(Give<'_>) + Send + Sync> Collect for Callback<F> {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.desc.with(each)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.desc.with(|desc| {
            let first = sink.family(desc)?;
            let (mut index, mut outcome, mut impossible) = (0, Ok(()), false);
            (self.read)(&mut |values, value| {
                let number = value.to_f64(0);
                if desc.kind() == Kind::Counter && (number.is_nan() || number < 0.0) {
                    impossible = true;
                } else if outcome.is_ok() && index >= first {
                    let labels = Labels::new(desc.labels().as_slice(), values);
                    outcome = sink.sample(desc, &Sample::new(index, &labels, &Point::Number(value)));
                }
                index += 1;
            });
            outcome?;
            match impossible {
                true => Err(CollectError::new(&"the callback of a counter gave NaN or a negative number").into()),
                false => Ok(()),
            }
        })
    }
}
