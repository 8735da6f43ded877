use crate::created;
use crate::error::{Error, ErrorKind};
use narthex_core::{Details, Exemplar, Flow, Kind, Labels, Number, Point, Take, Timestamp, bucket_of};

/// What a series of a [`MetricFamily`](crate::MetricFamily) holds. A number becomes one by itself.
///
/// ```
/// use narthex::{MetricFamily, MetricValue, Timestamp};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let wait = MetricValue::histogram([(0.1, 2), (f64::INFINITY, 5)], 3.5)
///     .with_created(Timestamp::new(1_520_430_000, 0).unwrap())
///     .with_exemplar(&[("trace_id", "4bf92f35")], 0.07, None);
/// MetricFamily::histogram("wait", "Time in the queue.")?.unit("seconds")?.with([], wait)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MetricValue {
    value: Value,
    created: Option<Timestamp>,
    timestamp: Option<Timestamp>,
    exemplars: Vec<OwnedExemplar>,
}

#[derive(Clone, Debug)]
enum Value {
    Number(Number),
    /// All bounds and their counts, also those of `+Inf`.
    Histogram {
        bounds: Vec<f64>,
        counts: Vec<u64>,
        sum: Number,
    },
    Summary {
        count: u64,
        sum: Number,
    },
    Info,
    State(Box<str>),
}

#[derive(Clone, Debug)]
struct OwnedExemplar {
    labels: Box<[(Box<str>, Box<str>)]>,
    value: Number,
    timestamp: Option<Timestamp>,
}

impl MetricValue {
    /// The value of a counter, a gauge or an unknown.
    pub fn number(value: impl Into<Number>) -> Self {
        Self::new(Value::Number(value.into()))
    }

    /// A histogram: of each bucket its upper bound, and how many observations are not above it, all smaller ones
    /// included. The last bound is infinity.
    pub fn histogram(buckets: impl IntoIterator<Item = (f64, u64)>, sum: impl Into<Number>) -> Self {
        let (bounds, counts) = buckets.into_iter().unzip();
        Self::new(Value::Histogram { bounds, counts, sum: sum.into() })
    }

    /// How many observations there are, and their sum.
    pub fn summary(count: u64, sum: impl Into<Number>) -> Self {
        Self::new(Value::Summary { count, sum: sum.into() })
    }

    /// Nothing but labels.
    pub fn info() -> Self {
        Self::new(Value::Info)
    }

    /// The state that holds.
    pub fn state(state: &str) -> Self {
        Self::new(Value::State(state.into()))
    }

    fn new(value: Value) -> Self {
        Self { value, created: None, timestamp: None, exemplars: Vec::new() }
    }

    /// With the moment that it is of; left out where that is the moment of the scrape. A `SystemTime` becomes one by `into`.
    pub fn with_timestamp(mut self, timestamp: Timestamp) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// With the moment that the series began at, of a counter, a histogram or a summary.
    pub fn with_created(mut self, created: Timestamp) -> Self {
        self.created = Some(created);
        self
    }

    /// With one of the observations, of a counter or a histogram; one of each bucket is exposed, the last that is given.
    pub fn with_exemplar(
        mut self,
        labels: &[(&str, &str)],
        value: impl Into<Number>,
        timestamp: Option<Timestamp>,
    ) -> Self {
        let labels = labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        self.exemplars.push(OwnedExemplar { labels, value: value.into(), timestamp });
        self
    }

    /// Whether a family of this kind and these states can have it.
    pub(super) fn check(&self, kind: Kind, states: &[Box<str>]) -> Result<(), Error> {
        let refuse = |error, text: String| Err(Error::new(error, text));
        match (&self.value, kind) {
            (Value::Number(value), Kind::Counter) if value.is_negative_or_nan() => {
                let value = value.text(0);
                return refuse(
                    ErrorKind::Amount,
                    format!("{} for a counter; it starts at 0 and goes up", value.as_str()),
                );
            }
            (Value::Number(_), Kind::Counter | Kind::Gauge | Kind::Unknown) | (Value::Info, Kind::Info) => {}
            (Value::Histogram { bounds, counts, sum }, Kind::Histogram | Kind::GaugeHistogram) => {
                check_buckets(bounds, counts)?;
                check_sum(sum)?;
            }
            (Value::Summary { sum, .. }, Kind::Summary) => check_sum(sum)?,
            (Value::State(state), Kind::StateSet) if !states.contains(state) => {
                return refuse(ErrorKind::States, format!("there is no state {state:?}; the states are {states:?}"));
            }
            (Value::State(_), Kind::StateSet) => {}
            (value, kind) => {
                let text = format!("{} is no value for the kind {kind:?}; give {}", value.what(), wanted(kind));
                return refuse(ErrorKind::Value, text);
            }
        }
        if self.created.is_some() && !created::has_created(kind) {
            let text = format!("the kind {kind:?} has no creation time; a counter, a histogram and a summary have");
            return refuse(ErrorKind::Value, text);
        }
        if !(self.exemplars.is_empty() || matches!(kind, Kind::Counter | Kind::Histogram | Kind::GaugeHistogram)) {
            let text = format!("the kind {kind:?} has no exemplars; a counter and a histogram have");
            return refuse(ErrorKind::Exemplar, text);
        }
        self.exemplars.iter().try_for_each(|exemplar| exemplar.check(kind))
    }

    /// Gives what a sample of it has.
    pub(super) fn lend(&self, states: &[Box<str>], give: &mut Take<'_>) -> Flow {
        let texts: Vec<(Vec<&str>, Vec<&str>)> = self.exemplars.iter().map(OwnedExemplar::labels).collect();
        let labels: Vec<_> = texts.iter().map(|(names, values)| Labels::new(names, values)).collect();
        let mut exemplars = vec![None; if labels.is_empty() { 0 } else { self.value.places() }];
        for (exemplar, labels) in self.exemplars.iter().zip(&labels) {
            if let Some(place) = exemplars.get_mut(self.value.place(&exemplar.value)) {
                *place = Exemplar::new(labels, exemplar.value, exemplar.timestamp).ok();
            }
        }
        let mut details = Details::new().with_exemplars(&exemplars);
        details = self.created.map_or(details, |created| details.with_created(created));
        details = self.timestamp.map_or(details, |timestamp| details.with_timestamp(timestamp));
        let plain = self.created.is_none() && self.timestamp.is_none() && exemplars.is_empty();
        let mut give = |point: &Point<'_>| give(point, (!plain).then_some(&details));
        match &self.value {
            Value::Number(value) => give(&Point::Number(*value)),
            Value::Histogram { bounds, counts, sum } => {
                let bounds = bounds.split_last().map_or(&[][..], |(_, finite)| finite);
                give(&Point::Histogram { bounds: &bounds, buckets: counts, sum: *sum })
            }
            Value::Summary { count, sum } => give(&Point::Summary { count: *count, sum: *sum }),
            Value::Info => give(&Point::Info),
            Value::State(state) => {
                let active = states.iter().position(|known| known == state).unwrap_or(states.len());
                let states: Vec<&str> = states.iter().map(|state| &**state).collect();
                give(&Point::StateSet { states: &states, active })
            }
        }
    }
}

impl<N: Into<Number>> From<N> for MetricValue {
    fn from(value: N) -> Self {
        Self::number(value)
    }
}

impl Value {
    fn what(&self) -> &'static str {
        match self {
            Value::Number(_) => "a number",
            Value::Histogram { .. } => "a histogram",
            Value::Summary { .. } => "a summary",
            Value::Info => "an info",
            Value::State(_) => "a state",
        }
    }

    /// How many exemplars there is place for.
    fn places(&self) -> usize {
        match self {
            Value::Histogram { bounds, .. } => bounds.len(),
            _ => 1,
        }
    }

    /// Where the exemplar of this observation belongs.
    fn place(&self, observed: &Number) -> usize {
        match self {
            Value::Histogram { bounds, .. } => {
                bucket_of(bounds, observed.to_f64(0)).min(bounds.len().saturating_sub(1))
            }
            _ => 0,
        }
    }
}

impl OwnedExemplar {
    fn check(&self, kind: Kind) -> Result<(), Error> {
        if kind == Kind::Counter && is_nan(&self.value) {
            return Err(Error::new(ErrorKind::Exemplar, "an exemplar of NaN, by which no counter goes up"));
        }
        let (names, values) = self.labels();
        let labels = Labels::new(&names, &values);
        let checked = Exemplar::new(&labels, self.value, self.timestamp).map(drop);
        checked.map_err(|error| Error::new(ErrorKind::Exemplar, error.to_string()))
    }

    /// Names and values.
    fn labels(&self) -> (Vec<&str>, Vec<&str>) {
        self.labels.iter().map(|(name, value)| (&**name, &**value)).unzip()
    }
}

fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Histogram | Kind::GaugeHistogram => "a `MetricValue::histogram`",
        Kind::Summary => "a `MetricValue::summary`",
        Kind::Info => "a `MetricValue::info`",
        Kind::StateSet => "a `MetricValue::state`",
        _ => "a number",
    }
}

fn check_buckets(bounds: &[f64], counts: &[u64]) -> Result<(), Error> {
    let refuse = |text: String| Err(Error::new(ErrorKind::Buckets, text));
    if bounds.last() != Some(&f64::INFINITY) {
        return refuse(format!("the last of the bounds {bounds:?} is not infinity, whose bucket has the count of all"));
    }
    if !bounds.is_sorted_by(|a, b| a < b) || bounds.first() == Some(&f64::NEG_INFINITY) {
        return refuse(format!("the bounds {bounds:?} do not increase from one finite number to the next"));
    }
    if !counts.is_sorted() {
        return refuse(format!("the counts {counts:?} go down; each bucket has the observations of those before, too"));
    }
    Ok(())
}

fn check_sum(sum: &Number) -> Result<(), Error> {
    if is_nan(sum) { Err(Error::new(ErrorKind::Amount, "the sum is NaN; no server takes that")) } else { Ok(()) }
}

fn is_nan(number: &Number) -> bool {
    number.to_f64(0).is_nan()
}
