//! The samples of one series, which make up its point.

use crate::parse::error::{ParseError, ParseErrorKind, shown};
use crate::parse::kind::Part;
use crate::parse::labels::LabelSet;
use crate::parse::page::{Histogram, Page, Point, Run, Series, Summary};
use crate::parse::scan::{Scan, Span};
use crate::parse::value::Value;
use narthex_core::{Kind, Timestamp};
use std::cmp::Ordering;

/// One line.
pub(super) struct Line {
    pub(super) at: usize,
    pub(super) part: Part,
    pub(super) labels: LabelSet,
    /// The value of the label that the format adds.
    pub(super) added: Span,
    pub(super) value: Value,
    pub(super) value_at: usize,
    pub(super) time: Option<Timestamp>,
}

/// The series that is being read; its samples are neighbours.
pub(super) struct Open {
    pub(super) labels: LabelSet,
    /// Where the samples of its last point start.
    at: usize,
    time: Option<Timestamp>,
    value: Option<Value>,
    created: Option<Value>,
    sum: Option<Value>,
    count: Option<u64>,
    info: bool,
    /// Whether there was a [`Value::Decimal`].
    pub(super) scaled: bool,
    /// Where in the tables of the page its parts start.
    start: Starts,
    inf: bool,
}

#[derive(Clone, Copy)]
struct Starts {
    bounds: usize,
    counts: usize,
    quantiles: usize,
    states: usize,
    exemplars: usize,
    exemplar_labels: usize,
}

impl Starts {
    fn of(page: &Page) -> Self {
        Self {
            bounds: page.bounds.len(),
            counts: page.counts.len(),
            quantiles: page.quantiles.len(),
            states: page.states.len(),
            exemplars: page.exemplars.len(),
            exemplar_labels: page.exemplar_labels.len(),
        }
    }
}

impl Open {
    pub(super) fn new(page: &Page, line: &Line) -> Self {
        Self {
            labels: line.labels,
            at: line.at,
            time: line.time,
            value: None,
            created: None,
            sum: None,
            count: None,
            info: false,
            scaled: false,
            start: Starts::of(page),
            inf: false,
        }
    }

    /// Whether the line continues the point that is being read, or begins a newer one of the series.
    pub(super) fn continues(&self, scan: &Scan<'_>, line: &Line) -> Result<bool, ParseError> {
        let message = match (self.time, line.time) {
            (None, None) => return Ok(true),
            (Some(old), Some(new)) if old <= new => return Ok(old == new),
            (Some(_), Some(_)) => "the timestamps of a series go back",
            _ => "a series has timestamps at all of its samples or at none",
        };
        Err(scan.fault(line.at, ParseErrorKind::Timestamp, message))
    }

    /// Forgets the point, for a newer one of the same series.
    pub(super) fn restart(&mut self, page: &mut Page, line: &Line) {
        page.bounds.truncate(self.start.bounds);
        page.counts.truncate(self.start.counts);
        page.quantiles.truncate(self.start.quantiles);
        page.states.truncate(self.start.states);
        page.exemplars.truncate(self.start.exemplars);
        page.exemplar_labels.truncate(self.start.exemplar_labels);
        *self = Self { labels: self.labels, scaled: self.scaled, ..Self::new(page, line) };
    }

    /// Takes what the line says.
    #[inline]
    pub(super) fn add(&mut self, scan: &Scan<'_>, page: &mut Page, kind: Kind, line: &Line) -> Result<(), ParseError> {
        let value = line.value;
        self.scaled |= value.is_decimal() && line.part != Part::Created;
        let wrong = |message: &str| Err(scan.fault(line.value_at, ParseErrorKind::Value, message));
        let twice = match line.part {
            Part::Value => self.value.replace(value).is_some(),
            Part::Total if value.is_nan() || value.is_negative() => {
                return wrong("a counter is a number from 0 upwards");
            }
            Part::Total => self.value.replace(value).is_some(),
            Part::Created if !value.to_f64().is_finite() => return wrong("_created is seconds since 1970"),
            Part::Created => self.created.replace(value).is_some(),
            Part::Info if value.to_f64() != 1.0 => return wrong("the value of an info is 1"),
            Part::Info => std::mem::replace(&mut self.info, true),
            Part::Count => match value.to_count() {
                Some(count) => self.count.replace(count).is_some(),
                None => return wrong("a count is a whole number from 0 to 18446744073709551615"),
            },
            Part::Sum if value.is_nan() => return wrong("a sum is not NaN"),
            Part::Sum if value.is_negative() && kind != Kind::GaugeHistogram => {
                return wrong("a sum is a number from 0 upwards; with negative observations it is left out");
            }
            Part::Sum => self.sum.replace(value).is_some(),
            Part::Bucket => return self.bucket(scan, page, line),
            Part::Quantile => return quantile(scan, page, line),
            Part::State => {
                let Some(state @ (0 | 1)) = value.to_count() else { return wrong("a state is 0 or 1") };
                page.states.push((line.added, state == 1));
                false
            }
        };
        if twice {
            let message = "the sample is there twice; without a newer timestamp a series has one value";
            return Err(scan.fault(line.at, ParseErrorKind::Duplicate, message));
        }
        Ok(())
    }

    fn bucket(&mut self, scan: &Scan<'_>, page: &mut Page, line: &Line) -> Result<(), ParseError> {
        let Some(count) = line.value.to_count() else {
            let message = "the count of a bucket is a whole number from 0 to 18446744073709551615";
            return Err(scan.fault(line.value_at, ParseErrorKind::Value, message));
        };
        let label = |message: &str| Err(scan.fault(scan.place(line.added, line.at), ParseErrorKind::Label, message));
        let le = scan.str(line.added);
        let bound = match bound(le) {
            Some(bound) => bound,
            None => return label(&format!("{} is not a bound; write a decimal like 0.5, or +Inf", shown(le))),
        };
        let bounds = page.bounds.get(self.start.bounds..).unwrap_or_default();
        let ascends = bounds.last().is_none_or(|last| last.compare(bound) == Some(Ordering::Less));
        if self.inf || !ascends {
            return label("the bounds of buckets have to increase, +Inf the last");
        }
        let counts = page.counts.get(self.start.counts..).unwrap_or_default();
        if counts.last().is_some_and(|last| *last > count) {
            let message = "buckets are cumulative: each counts what those before it do";
            return Err(scan.fault(line.value_at, ParseErrorKind::Value, message));
        }
        page.counts.push(count);
        self.scaled |= bound.is_decimal();
        self.inf = bound.to_f64() == f64::INFINITY;
        if !self.inf {
            page.bounds.push(bound);
        }
        Ok(())
    }

    /// The number of the bucket that was read last.
    pub(super) fn last_bucket(&self, page: &Page) -> u32 {
        (page.counts.len() - self.start.counts).saturating_sub(1) as u32
    }

    /// The bound of the bucket that was read last, unless it is `+Inf`.
    pub(super) fn last_bound(&self, page: &Page) -> Option<Value> {
        page.bounds.get(self.start.bounds..)?.last().copied().filter(|_| !self.inf)
    }

    /// Checks that the point is whole.
    pub(super) fn check(&self, scan: &Scan<'_>, page: &mut Page, kind: Kind) -> Result<(), ParseError> {
        let fault = |message: &str| Err(scan.fault(self.at, ParseErrorKind::Incomplete, message));
        let twice = |message: &str| Err(scan.fault(self.at, ParseErrorKind::Duplicate, message));
        match kind {
            Kind::Counter if self.value.is_none() => fault("the series has a _created but no _total"),
            Kind::Histogram | Kind::GaugeHistogram => {
                let negative = page.bounds.get(self.start.bounds).is_some_and(|bound| bound.is_negative());
                match (self.sum, self.count) {
                    _ if !self.inf => fault("the histogram lacks its bucket with le=\"+Inf\""),
                    (Some(_), None) => fault("a histogram with a sum has a count, too"),
                    (None, Some(_)) => fault("a histogram with a count has a sum, too"),
                    (_, Some(count)) if page.counts.last() != Some(&count) => {
                        fault("the count of a histogram is that of its bucket with le=\"+Inf\"")
                    }
                    (Some(_), _) if negative && kind == Kind::Histogram => {
                        fault("a histogram with a negative bound has no sum and no count")
                    }
                    (Some(sum), _) if sum.is_negative() && !negative => {
                        fault("a gauge histogram without a negative bound has no negative sum")
                    }
                    _ => Ok(()),
                }
            }
            Kind::Summary => {
                let quantiles = page.quantiles.get_mut(self.start.quantiles..).unwrap_or_default();
                quantiles.sort_by(|(a, _), (b, _)| a.to_f64().total_cmp(&b.to_f64()));
                let same = |pair: &[(Value, Value)]| matches!(pair, [a, b] if a.0.to_f64() == b.0.to_f64());
                if quantiles.windows(2).any(same) { twice("the summary has a quantile twice") } else { Ok(()) }
            }
            Kind::StateSet => {
                let states = page.states.get(self.start.states..).unwrap_or_default();
                let mut names: Vec<&str> = states.iter().map(|(name, _)| scan.str(*name)).collect();
                names.sort_unstable();
                match names.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first()) {
                    Some(state) => twice(&format!("the state set has the state {} twice", shown(state))),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Keeps the series.
    pub(super) fn close(self, page: &mut Page, kind: Kind) {
        let point = match kind {
            Kind::Histogram | Kind::GaugeHistogram => {
                let bounds = Run::since(self.start.bounds, &page.bounds);
                page.histograms.push(Histogram { bounds, counts: self.start.counts as u32, sum: self.sum });
                Point::Histogram(page.histograms.len() as u32 - 1)
            }
            Kind::Summary => {
                let quantiles = Run::since(self.start.quantiles, &page.quantiles);
                page.summaries.push(Summary { count: self.count, sum: self.sum, quantiles });
                Point::Summary(page.summaries.len() as u32 - 1)
            }
            Kind::StateSet => {
                page.state_sets.push(Run::since(self.start.states, &page.states));
                Point::StateSet(page.state_sets.len() as u32 - 1)
            }
            Kind::Info => Point::Info,
            _ => Point::Number(self.value.unwrap_or(Value::U64(0))),
        };
        let series = page.series.len() as u32;
        page.created.extend(self.created.map(|created| (series, created)));
        page.times.extend(self.time.map(|time| (series, time)));
        page.series.push(Series { shape: self.labels.shape, values: self.labels.values, point });
    }
}

/// The value of a label `le`; `None` when it is none. Only infinity has one way of writing.
fn bound(le: &str) -> Option<Value> {
    let whole = le.strip_suffix(".0").filter(|whole| whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'));
    let bound = Value::parse_scaled(whole.unwrap_or(le)).ok()?;
    (bound.to_f64().is_finite() || le == "+Inf").then_some(bound)
}

fn quantile(scan: &Scan<'_>, page: &mut Page, line: &Line) -> Result<(), ParseError> {
    let text = scan.str(line.added);
    match Value::parse(text) {
        Ok(quantile) if (0.0..=1.0).contains(&quantile.to_f64()) => page.quantiles.push((quantile, line.value)),
        _ => {
            let message = format!("{} is not a quantile; write a decimal from 0 to 1", shown(text));
            return Err(scan.fault(scan.place(line.added, line.at), ParseErrorKind::Label, message));
        }
    }
    if line.value.is_negative() {
        let message = "the value of a quantile is from 0 upwards, or NaN";
        return Err(scan.fault(line.value_at, ParseErrorKind::Value, message));
    }
    Ok(())
}
