//! Metrics that are named at run time, in the shape that people know.

mod buckets;
mod callback;
mod exemplars;
mod lifetime;
mod series;

pub use callback::Readable;

use crate::created;
use crate::error::{Error, ErrorKind};
use crate::instrument::{DEFAULT_BUCKETS, Instrument, RuntimeHistogram, RuntimeInfo, RuntimeStateSet};
use crate::registry::Registry;
use crate::runtime::{GrowingFamily, Handle, Lifetime, OwnedDesc, Single, composed};
use narthex_core::{Counter, Gauge, Invalid, LabelSet, Rule, Summary};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// A metric that is being described; [`register`](Self::register) makes it.
///
/// Nothing is checked, made or registered before. `C` is the cell, `L` the label set.
///
/// ```
/// # fn main() -> Result<(), narthex::Error> {
/// # let registry = narthex::Registry::new();
/// let temperature = registry
///     .gauge("temperature", "Temperature of a room.")
///     .namespace("house")
///     .unit("celsius")
///     .float()
///     .labels(["room"])
///     .register()?;
/// temperature.get(["kitchen"]).set(21.5);
/// assert_eq!(registry.sample_value("house_temperature_celsius", &[("room", "kitchen")]), Some(21.5));
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until it is registered"]
pub struct Builder<'a, C: Instrument, L = Unlabelled> {
    registry: &'a Registry,
    parts: Parts<'a>,
    shared: C::Shared,
    label_set: PhantomData<fn(L)>,
}

#[derive(Default)]
struct Parts<'a> {
    name: &'a str,
    help: &'a str,
    namespace: &'a str,
    subsystem: &'a str,
    unit: &'a str,
    utf8: bool,
    labels: Vec<&'a str>,
    const_labels: Vec<(&'a str, &'a str)>,
    initial: Vec<Vec<String>>,
    limit: Option<usize>,
    created: bool,
    expire_after: Option<Duration>,
}

/// Stands for the label set of a metric without labels.
#[derive(Clone, Copy, Debug)]
pub enum Unlabelled {}

impl Registry {
    /// A counter of integers, exact past 2^53; [`float`](Builder::float) makes it one of floats.
    ///
    /// The name may end in `_total` or not; it is exposed with it.
    pub fn counter<'a>(&'a self, name: &'a str, help: &'a str) -> Builder<'a, Counter<u64>> {
        Builder::new(self, name, help, ())
    }

    /// A gauge of integers; [`float`](Builder::float) makes it one of floats.
    pub fn gauge<'a>(&'a self, name: &'a str, help: &'a str) -> Builder<'a, Gauge<i64>> {
        Builder::new(self, name, help, ())
    }

    /// A histogram of floats with [`DEFAULT_BUCKETS`], unless [`buckets`](Builder::buckets) gives others.
    pub fn histogram<'a>(&'a self, name: &'a str, help: &'a str) -> Builder<'a, RuntimeHistogram> {
        Builder::new(self, name, help, Arc::new(DEFAULT_BUCKETS.into()))
    }

    /// Count and sum of observed floats.
    pub fn summary<'a>(&'a self, name: &'a str, help: &'a str) -> Builder<'a, Summary<f64>> {
        Builder::new(self, name, help, ())
    }

    /// Constant facts; [`RuntimeInfo::set`] gives them.
    ///
    /// The name may end in `_info` or not; it is exposed with it.
    pub fn info<'a>(&'a self, name: &'a str, help: &'a str) -> Builder<'a, RuntimeInfo> {
        Builder::new(self, name, help, Arc::default())
    }

    /// One of some states, the first at the start.
    pub fn state_set<'a, S: AsRef<str>>(
        &'a self,
        name: &'a str,
        help: &'a str,
        states: impl IntoIterator<Item = S>,
    ) -> Builder<'a, RuntimeStateSet> {
        Builder::new(self, name, help, states.into_iter().map(|state| state.as_ref().into()).collect())
    }
}

impl<'a, C: Instrument, L> Builder<'a, C, L> {
    fn new(registry: &'a Registry, name: &'a str, help: &'a str, shared: C::Shared) -> Self {
        Self { registry, parts: Parts { name, help, ..Parts::default() }, shared, label_set: PhantomData }
    }

    /// Goes before the name, with an underscore.
    pub fn namespace(mut self, namespace: &'a str) -> Self {
        self.parts.namespace = namespace;
        self
    }

    /// Goes between namespace and name, with underscores.
    pub fn subsystem(mut self, subsystem: &'a str) -> Self {
        self.parts.subsystem = subsystem;
        self
    }

    /// The unit: `seconds`, `bytes`, … in the plural, one of Prometheus's base units. It is added to the name unless
    /// the name ends in it.
    pub fn unit(mut self, unit: &'a str) -> Self {
        self.parts.unit = unit;
        self
    }

    /// Takes any UTF-8 for the name and the label names: `http.server.duration`, `größe`.
    ///
    /// Readers that ask for them get the names as they are; see [`Escaping`](narthex_core::encode::Escaping). Others get
    /// them with underscores: `http_server_duration`, and a registry has that name once. A name that would begin with two
    /// underscores then is written by its code points instead: `名前` as `U___540d__524d_`. Constant labels have classic
    /// names.
    ///
    /// ```
    /// use narthex::encode::{Escaping, Text};
    /// use narthex::{Registry, generate_latest, generate_latest_escaped};
    ///
    /// # fn main() -> Result<(), narthex::Error> {
    /// let registry = Registry::new();
    /// let sent = registry.counter("mail.sent", "").utf8().labels(["mail.kind"]).register()?;
    /// sent.get(["digest"]).inc();
    /// assert!(generate_latest(&registry, Text).ends_with("mail_sent_total{mail_kind=\"digest\"} 1\n"));
    /// let page = generate_latest_escaped(&registry, Text, Escaping::AllowUtf8);
    /// assert!(page.ends_with("{\"mail.sent_total\",\"mail.kind\"=\"digest\"} 1\n"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn utf8(mut self) -> Self {
        self.parts.utf8 = true;
        self
    }

    /// The checked description.
    fn desc(&self) -> Result<OwnedDesc, Error> {
        let Parts { name, help, namespace, subsystem, unit, labels, .. } = &self.parts;
        if name.is_empty() {
            return Err(Error::invalid("metric name", Invalid { text: "", rule: Rule::Empty }));
        }
        let mut desc = OwnedDesc {
            kind: C::KIND,
            name: composed([namespace, subsystem, name], unit, C::KIND),
            help: (*help).into(),
            unit: (*unit).into(),
            labels: labels.iter().map(|label| (*label).into()).collect(),
            utf8: None,
        };
        if self.parts.utf8 {
            desc.escape()?;
        }
        desc.check()?;
        C::check(&self.shared).map_err(|error| error.at(&format!("metric {:?}:", desc.name)))?;
        Ok(desc)
    }
}

impl<'a, L> Builder<'a, Counter<u64>, L> {
    /// Counts floats instead of integers.
    pub fn float(self) -> Builder<'a, Counter<f64>, L> {
        Builder { registry: self.registry, parts: self.parts, shared: (), label_set: PhantomData }
    }
}

impl<'a, L> Builder<'a, Gauge<i64>, L> {
    /// Holds a float instead of an integer.
    pub fn float(self) -> Builder<'a, Gauge<f64>, L> {
        Builder { registry: self.registry, parts: self.parts, shared: (), label_set: PhantomData }
    }
}

impl<L> Builder<'_, RuntimeHistogram, L> {
    /// The upper bounds of the buckets, increasing. `+Inf` is always there; given at the end, it changes nothing.
    pub fn buckets(self, bounds: impl IntoIterator<Item = f64>) -> Self {
        let mut bounds: Vec<f64> = bounds.into_iter().collect();
        bounds.pop_if(|last| *last == f64::INFINITY);
        Self { shared: Arc::new(bounds.into()), ..self }
    }
}

impl<'a, C: Instrument> Builder<'a, C> {
    /// With labels of these names; a look-up gives values in this order.
    pub fn labels<const N: usize>(self, names: [&'a str; N]) -> Builder<'a, C, [&'static str; N]> {
        self.labelled(names.into())
    }

    /// With the labels of a type with `#[derive(LabelSet)]`.
    ///
    /// ```
    /// use narthex::{LabelSet, Registry};
    ///
    /// #[derive(LabelSet)]
    /// struct Request<'a> {
    ///     path: &'a str,
    ///     status: u16,
    /// }
    ///
    /// # fn main() -> Result<(), narthex::Error> {
    /// let registry = Registry::new();
    /// let requests = registry.counter("requests_total", "Requests.").label_set::<Request>().register()?;
    /// requests.get(Request { path: "/", status: 200 }).inc();
    /// assert_eq!(registry.sample_value("requests_total", &[("path", "/"), ("status", "200")]), Some(1.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn label_set<T: LabelSet>(self) -> Builder<'a, C, T> {
        self.labelled(T::NAMES.to_vec())
    }

    fn labelled<T>(mut self, labels: Vec<&'a str>) -> Builder<'a, C, T> {
        self.parts.labels = labels;
        Builder { registry: self.registry, parts: self.parts, shared: self.shared, label_set: PhantomData }
    }

    /// Makes the metric and registers it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`], [`Unit`](ErrorKind::Unit), [`Buckets`](ErrorKind::Buckets), [`States`](ErrorKind::States),
    /// or [`Duplicate`](ErrorKind::Duplicate), whose [`Error::existing`] gives what is registered. Nothing is
    /// registered then.
    pub fn register(mut self) -> Result<Handle<C>, Error> {
        let desc = self.desc()?;
        let registry = self.parts.registry(self.registry)?;
        reserve::<C>(&mut self.shared, &registry, &desc);
        let began = created::recorded(C::KIND, self.parts.created).then(created::now);
        let handle = Handle::alone(C::make(&self.shared), began);
        let refused = exemplars::refused::<C>(&self.shared, &desc);
        let collector = exemplars::beside(refused, Arc::new(Single::new(desc, handle.clone())));
        registry.add_metric(collector, Arc::new(handle.clone()))?;
        Ok(handle)
    }
}

impl<C: Instrument, L: LabelSet + 'static> Builder<'_, C, L> {
    /// At most this many series at a time; what is refused beyond is counted and exposed as `NAME_refused_total`.
    ///
    /// Label values that come from outside, a path or a user's name, can become very many: limit those.
    pub fn limit(mut self, series: usize) -> Self {
        self.parts.limit = Some(series);
        self
    }

    /// Makes the family and registers it.
    ///
    /// # Errors
    ///
    /// Those of a metric without labels, [`ErrorKind::Label`], and [`ErrorKind::Expiry`].
    pub fn register(mut self) -> Result<GrowingFamily<L, C>, Error> {
        let desc = self.desc()?;
        let registry = self.parts.registry(self.registry)?;
        reserve::<C>(&mut self.shared, &registry, &desc);
        named_each(&desc, L::LEN)?;
        lifetime::check(&desc.name, self.parts.expire_after)?;
        let lifetime =
            Lifetime { created: created::recorded(C::KIND, self.parts.created), expire_after: self.parts.expire_after };
        let refused = exemplars::refused::<C>(&self.shared, &desc);
        let name = desc.name.clone();
        let family = GrowingFamily::new(desc, self.shared, self.parts.limit, lifetime);
        series::make(&name, &family, &self.parts.initial)?;
        registry.add_metric(exemplars::beside(refused, Arc::new(family.clone())), Arc::new(family.clone()))?;
        Ok(family)
    }
}

/// Tells what every series has the labels of its metric, and those of the scopes that it is made in.
fn reserve<C: Instrument>(shared: &mut C::Shared, registry: &Registry, desc: &OwnedDesc) {
    let names: Vec<&str> = registry.scope_labels().chain(desc.names()).collect();
    C::reserve(shared, &names);
}

/// # Errors
///
/// When there are not as many label names as values.
fn named_each(desc: &OwnedDesc, values: usize) -> Result<(), Error> {
    let (name, names) = (&desc.name, desc.labels.len());
    if names == values {
        return Ok(());
    }
    let text = format!("metric {name:?}: {names} label names for {values} label values; name each of them");
    Err(Error::new(ErrorKind::Label, text))
}
