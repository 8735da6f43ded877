mod kept;
mod provider;

pub use provider::{GiveExemplar, Provider};

use super::{Instrument, RuntimeHistogram};
use crate::error::{Error, ErrorKind};
use crate::sync::Mutex;
use kept::Kept;
use narthex_core::{
    Counter, Decrease, Details, Exemplar, Exemplified, Flow, Kind, Labels, Measure, Observe, Scalar, Take, bucket_of,
};
use once_cell::race::OnceBox;
use std::sync::Arc;

/// A counter or a histogram that keeps exemplars: labels that lead to something that it counted, the id of a trace say.
///
/// Made by [`exemplars`](crate::Builder::exemplars). It dereferences to the cell. A counter keeps its last exemplar, a
/// histogram the last of each bucket, with the moment; where they are kept is allocated when there is the first one.
/// OpenMetrics shows them, text 0.0.4 does not.
///
/// An update with an exemplar takes a lock of its series for a moment, so that no page has an exemplar that it does not
/// count; an update without waits for nobody.
///
/// ```
/// use narthex::{Registry, encode::OpenMetrics, generate_latest};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let registry = Registry::new();
/// let latency = registry.histogram("latency_seconds", "Latency.").buckets([0.1, 1.0]).exemplars().register()?;
/// latency.observe(0.05);
/// latency.observe_with_exemplar(0.25, &[("trace_id", "4bf92f35")])?;
///
/// let page = generate_latest(&registry, OpenMetrics);
/// assert!(page.contains(r#"latency_seconds_bucket{le="1.0"} 2 # {trace_id="4bf92f35"} 0.25 "#));
/// # Ok(())
/// # }
/// ```
pub struct WithExemplars<C> {
    cell: C,
    kept: OnceBox<Mutex<Places>>,
    provider: Arc<Provider>,
}

/// The exemplar of a counter, or those of the buckets.
type Places = Box<[Option<Arc<Kept>>]>;

impl<T: Scalar> WithExemplars<Counter<T>>
where
    Counter<T>: Exemplified<Value = T>,
{
    /// Adds one, with an exemplar if the family has a [provider](crate::Builder::exemplars_from) and it gives one.
    #[inline]
    pub fn inc(&self) {
        self.update(T::ONE);
    }

    /// Adds one, with names and values of labels that lead to what was counted. Without labels there is no exemplar, and
    /// the one before stays.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Exemplar`] for a name that breaks the rules of label names or is there twice, and for names and values
    /// of more than [128 characters](Exemplar::CHARACTERS) together; nothing is counted then.
    pub fn inc_with_exemplar(&self, labels: &[(&str, &str)]) -> Result<(), Error> {
        self.update_with_exemplar(T::ONE, labels)
    }

    /// Adds `amount`; otherwise as [`inc_with_exemplar`](Self::inc_with_exemplar).
    ///
    /// # Errors
    ///
    /// Those, and [`ErrorKind::Amount`] for one that is negative or NaN; nothing is counted then.
    pub fn inc_by_with_exemplar(&self, amount: T, labels: &[(&str, &str)]) -> Result<(), Error> {
        self.update_with_exemplar(amount, labels)
    }
}

impl WithExemplars<Counter<u64>> {
    /// Adds `amount`, wrapping past the maximum, with an exemplar as [`inc`](Self::inc).
    #[inline]
    pub fn inc_by(&self, amount: u64) {
        self.update(amount);
    }
}

impl WithExemplars<Counter<f64>> {
    /// Adds `amount`, with an exemplar as [`inc`](Self::inc).
    ///
    /// # Errors
    ///
    /// [`Decrease`] when `amount` is negative or NaN; the counter keeps its value.
    #[inline]
    pub fn inc_by(&self, amount: f64) -> Result<(), Decrease> {
        Counter::<f64>::permits(amount)?;
        self.update(amount);
        Ok(())
    }
}

impl WithExemplars<RuntimeHistogram> {
    /// Counts one observation, with an exemplar if the family has a [provider](crate::Builder::exemplars_from) and it
    /// gives one.
    #[inline]
    pub fn observe(&self, value: f64) {
        self.update(value);
    }

    /// Counts one observation, with names and values of labels that lead to it. Without labels there is no exemplar, and
    /// those before stay.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Exemplar`] as [`inc_with_exemplar`](WithExemplars::inc_with_exemplar); nothing is counted then.
    pub fn observe_with_exemplar(&self, value: f64, labels: &[(&str, &str)]) -> Result<(), Error> {
        self.update_with_exemplar(value, labels)
    }
}

impl<C: Exemplified> WithExemplars<C> {
    /// With a value that was checked.
    #[inline]
    fn update(&self, value: C::Value) {
        match self.provider.ask(value) {
            None => self.cell.update(value),
            Some(exemplar) => self.keep(value, exemplar),
        }
    }

    /// Adds or observes with an exemplar, in code that is generic over cells; see
    /// [`inc_by_with_exemplar`](WithExemplars::inc_by_with_exemplar).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn update_with_exemplar(&self, value: C::Value, labels: &[(&str, &str)]) -> Result<(), Error> {
        C::permits(value).map_err(|decrease| Error::new(ErrorKind::Amount, decrease.to_string()))?;
        match Kept::new(labels, value.number())? {
            None => self.cell.update(value),
            Some(exemplar) => self.keep(value, exemplar),
        }
        Ok(())
    }

    /// Counts before the exemplar is there, both under the lock: see [`measure`](Measure::measure).
    #[cold]
    fn keep(&self, value: C::Value, exemplar: Kept) {
        let mut exemplar = Some(Arc::new(exemplar));
        let mut places = self.places().lock();
        self.cell.update(value);
        if let Some(place) = places.get_mut(self.cell.place(value)) {
            std::mem::swap(place, &mut exemplar);
        }
        drop(places); // before what was there
    }

    fn places(&self) -> &Mutex<Places> {
        self.kept.get_or_init(|| Box::new(Mutex::new(vec![None; self.cell.exemplars().as_ref().len()].into())))
    }
}

impl<C: Exemplified> Measure for WithExemplars<C> {
    const KIND: Kind = C::KIND;
    const INTEGER: bool = C::INTEGER;

    fn measure(&self, take: &mut Take<'_>) -> Flow {
        let Some(places) = self.kept.get() else { return self.cell.measure(take) };
        let places = places.lock();
        let kept = places.clone();
        let mut lock = Some(places);
        let texts: Vec<_> = kept.iter().flatten().map(|kept| kept.labels()).collect();
        let labels: Vec<_> = texts.iter().map(|(names, values)| Labels::new(names, values)).collect();
        let mut labels = labels.iter();
        let exemplars: Vec<_> = kept.iter().map(|kept| kept.as_ref()?.lend(labels.next()?)).collect();
        let details = Details::new().with_exemplars(&exemplars);
        self.cell.measure(&mut |point, _| {
            drop(lock.take()); // the value was read, and what follows is not ours
            take(point, Some(&details))
        })
    }
}

impl<C: Exemplified + Instrument> Instrument for WithExemplars<C> {
    type Shared = (C::Shared, Arc<Provider>);

    fn make((shared, provider): &Self::Shared) -> Self {
        Self { cell: C::make(shared), kept: OnceBox::new(), provider: Arc::clone(provider) }
    }

    fn restart(&self) {
        let mut places = self.kept.get().map(Mutex::lock);
        self.cell.restart();
        let before = places.as_mut().map(|places| places.iter_mut().map(Option::take).collect::<Vec<_>>());
        drop(places); // before what was there
        drop(before);
    }

    fn fingerprint(&self) -> [u64; 2] {
        self.cell.fingerprint()
    }

    fn check((shared, _): &Self::Shared) -> Result<(), Error> {
        C::check(shared)
    }

    fn refused_exemplars((_, provider): &Self::Shared) -> Option<Arc<Counter>> {
        provider.ask.is_some().then(|| Arc::clone(&provider.refused))
    }
}

impl<C> std::ops::Deref for WithExemplars<C> {
    type Target = C;

    #[inline]
    fn deref(&self) -> &C {
        &self.cell
    }
}

impl Observe for WithExemplars<RuntimeHistogram> {
    type Value = f64;

    fn observe(&self, value: f64) {
        WithExemplars::observe(self, value);
    }
}

impl<C: std::fmt::Debug> std::fmt::Debug for WithExemplars<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("WithExemplars").field(&self.cell).finish()
    }
}

impl Exemplified for RuntimeHistogram {
    type Value = f64;
    type Exemplars<'a> = Vec<Option<Exemplar<'a>>>;

    fn permits(_: f64) -> Result<(), Decrease> {
        Ok(())
    }

    #[inline]
    fn update(&self, value: f64) {
        self.observe(value);
    }

    fn place(&self, value: f64) -> usize {
        bucket_of(self.bounds(), value)
    }

    fn exemplars<'a>(&self) -> Vec<Option<Exemplar<'a>>> {
        vec![None; self.bounds().len() + 1]
    }
}
