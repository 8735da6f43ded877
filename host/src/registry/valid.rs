use narthex_core::number::{Number, Numbers};
use narthex_core::{Desc, Kind, LabelNames, Labels, Point, Sample};
use std::collections::HashSet;
use std::iter::successors;
use std::sync::Arc;

/// The family that a collector gives, and what is known of its samples.
pub(super) struct Known {
    name: Arc<str>,
    kind: Kind,
    /// The label names of the last series, which the next one is likely to have.
    labels: Option<Vec<Box<str>>>,
    /// What the index of the next series is at least.
    next: usize,
}

impl Known {
    pub(super) fn new(name: Arc<str>, kind: Kind) -> Self {
        Self { name, kind, labels: None, next: 0 }
    }

    /// Whether a page with the sample is one that readers take.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub(super) fn check(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Result<(), String> {
        self.family(desc)
            .and_then(|()| self.labels(desc, sample.labels))
            .and_then(|()| self.index(sample.index))
            .and_then(|()| self.point(sample.point))
            .map_err(|text| format!("metric {:?}: {text}", self.name))
    }

    fn family(&self, desc: &Desc<'_>) -> Result<(), String> {
        let mut rest = &*self.name;
        let same = desc.name().all(|part| rest.strip_prefix(part).is_some_and(|after| (rest = after, true).1));
        match same && rest.is_empty() && desc.kind() == self.kind {
            true => Ok(()),
            false => {
                Err(format!("a sample of the {:?} {:?} is in its family", desc.kind(), String::from_iter(desc.name())))
            }
        }
    }

    fn labels(&mut self, desc: &Desc<'_>, labels: &Labels<'_>) -> Result<(), String> {
        let links = || successors(Some(labels), |labels| labels.rest());
        if let Some(odd) = links().find(|labels| labels.names().len() != labels.values().len()) {
            return Err(format!(
                "the values {:?} of a series are not as many as its labels {:?}",
                odd.values(),
                odd.names()
            ));
        }
        let names = || links().flat_map(|labels| labels.names().iter().copied());
        if self.labels.as_ref().is_some_and(|known| known.iter().map(|name| &**name).eq(names())) {
            return Ok(());
        }
        let all: Vec<&str> = names().collect();
        let checked = LabelNames::new(&all).map_err(|invalid| format!("label {invalid}"))?;
        let own = match self.kind {
            Kind::Histogram | Kind::GaugeHistogram => "le",
            Kind::Summary => "quantile",
            Kind::StateSet => &self.name,
            _ => "",
        };
        if checked.contains(own) {
            return Err(format!("the label {own:?} is one that a {:?} writes itself", self.kind));
        }
        let described = desc.labels();
        if !all.ends_with(described.as_slice()) {
            let described = described.as_slice();
            return Err(format!("the labels {all:?} of a series do not end in those of its family, {described:?}"));
        }
        self.labels = Some(all.into_iter().map(Box::from).collect());
        Ok(())
    }

    fn index(&mut self, index: usize) -> Result<(), String> {
        if index < self.next {
            return Err(format!("the index {index} of a series is not above that of the series before"));
        }
        self.next = index.saturating_add(1);
        Ok(())
    }

    fn point(&self, point: &Point<'_>) -> Result<(), String> {
        match (point, self.kind) {
            (Point::Number(value), Kind::Counter) if value.is_negative_or_nan() => {
                Err(format!("{} is no value of a counter, which goes up from 0", value.text(0).as_str()))
            }
            (Point::Number(_), Kind::Counter | Kind::Gauge | Kind::Unknown) => Ok(()),
            (Point::Histogram { bounds, buckets, .. }, Kind::Histogram | Kind::GaugeHistogram) => {
                check_buckets(*bounds, buckets)
            }
            (Point::Summary { .. }, Kind::Summary) | (Point::Info, Kind::Info) => Ok(()),
            (Point::StateSet { states, .. }, Kind::StateSet) => {
                let mut seen = HashSet::new();
                match states.iter().find(|state| !seen.insert(**state)) {
                    Some(twice) => Err(format!("the state {twice:?} is there twice")),
                    None => Ok(()),
                }
            }
            (point, kind) => Err(format!("{} is no value of a {kind:?}", what(point))),
        }
    }
}

fn check_buckets(bounds: &dyn Numbers, buckets: &[u64]) -> Result<(), String> {
    let len = bounds.len();
    if buckets.len() != len + 1 {
        let have = buckets.len();
        return Err(format!("{have} buckets for {len} bounds; there is one for each, and one for +Inf"));
    }
    if !buckets.is_sorted() {
        return Err(format!("the counts {buckets:?} go down; each bucket has the observations of those before, too"));
    }
    let (mut all, mut before) = ((0..len).map_while(|at| bounds.get(at)), None);
    match all.find(|bound| !finite(bound) || before.replace(*bound).is_some_and(|before| !less(&before, bound))) {
        Some(bound) => {
            let bound = bound.text(0);
            Err(format!("the bound {} is not finite, or not above the one before", bound.as_str()))
        }
        None => Ok(()),
    }
}

fn finite(number: &Number) -> bool {
    match number {
        Number::F64(value, _) => value.is_finite(),
        Number::F32(value, _) => value.is_finite(),
        _ => true,
    }
}

/// Of numbers of one type, without rounding.
fn less(a: &Number, b: &Number) -> bool {
    match (a, b) {
        (Number::U64(a), Number::U64(b)) => a < b,
        (Number::I64(a), Number::I64(b)) => a < b,
        (Number::F32(a, _), Number::F32(b, _)) => a < b,
        _ => a.to_f64(0) < b.to_f64(0),
    }
}

fn what(point: &Point<'_>) -> &'static str {
    match point {
        Point::Number(_) => "a number",
        Point::Histogram { .. } => "a histogram",
        Point::Summary { .. } => "a summary",
        Point::Info => "an info",
        Point::StateSet { .. } => "a state set",
        _ => "this",
    }
}
