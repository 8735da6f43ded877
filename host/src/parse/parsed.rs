use crate::parse::page::{self, Bounds, Page, Run, Series, of_series};
use crate::parse::value::Value;
use narthex_core::{Details, Exemplar, Flow, Labels, Number, Point, Timestamp};

/// A series of an [`Exposition`](crate::parse::Exposition), with what a [`Sample`](narthex_core::Sample) has no place for:
/// quantiles.
#[derive(Clone, Copy)]
pub struct ParsedSeries<'a> {
    page: &'a Page,
    series: &'a Series,
    number: usize,
}

impl<'a> ParsedSeries<'a> {
    /// The series that has this number on its page.
    pub(super) fn new(page: &'a Page, series: &'a Series, number: usize) -> Self {
        Self { page, series, number }
    }

    /// Name and value of each label, without those that the format adds (`le`, `quantile`, a state).
    pub fn labels(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.page.names(self.series).zip(self.page.values(self.series))
    }

    /// The timestamp of its samples, if they have one. Of several points, only the last is kept.
    pub fn timestamp(&self) -> Option<Timestamp> {
        of_series(&self.page.times, self.number)
    }

    /// The value of `_created`: seconds since the Unix epoch.
    pub fn created(&self) -> Option<Number> {
        of_series(&self.page.created, self.number).map(Value::into)
    }

    /// Count, sum and quantiles of a summary.
    pub fn quantiles(&self) -> impl Iterator<Item = (Number, Number)> + use<'a> {
        let run = match self.series.point {
            page::Point::Summary(at) => self.page.summaries.get(at as usize).map(|summary| summary.quantiles),
            _ => None,
        };
        run.unwrap_or_default()
            .of(&self.page.quantiles)
            .iter()
            .map(|(quantile, value)| ((*quantile).into(), (*value).into()))
    }

    /// The exemplars, in the order of the samples that have them.
    pub fn exemplars(&self) -> impl Iterator<Item = ParsedExemplar<'a>> + use<'a> {
        let (page, number) = (self.page, self.number as u32);
        let start = page.exemplars.partition_point(|exemplar| exemplar.series < number);
        let from = page.exemplars.get(start..).unwrap_or_default();
        from.iter().take_while(move |e| e.series == number).map(move |exemplar| ParsedExemplar { page, exemplar })
    }

    /// Gives `f` what there is besides the value, if there is anything. `scale` is that of the family.
    pub(super) fn with_details(&self, scale: i8, f: impl FnOnce(Option<&Details<'_>>) -> Flow) -> Flow {
        let created = of_series(&self.page.created, self.number).and_then(Value::to_timestamp);
        let mut details = Details::new();
        if let Some(created) = created {
            details = details.with_created(created);
        }
        if let Some(timestamp) = self.timestamp() {
            details = details.with_timestamp(timestamp);
        }
        let exemplars: Vec<_> = self.exemplars().collect();
        if exemplars.is_empty() {
            return f((created.is_some() || self.timestamp().is_some()).then_some(&details));
        }
        let texts: Vec<(Vec<&str>, Vec<&str>)> = exemplars.iter().map(|exemplar| exemplar.labels().unzip()).collect();
        let labels: Vec<_> = texts.iter().map(|(names, values)| Labels::new(names, values)).collect();
        let places = exemplars.iter().map(|exemplar| exemplar.bucket() + 1).max().unwrap_or_default();
        let mut by_bucket = vec![None; places];
        for (exemplar, labels) in exemplars.iter().zip(&labels) {
            let value = match exemplar.value() {
                value if scale == 0 => value,
                value => value.to_f64(0).into(), // integers of the family are scaled, and this is none
            };
            if let Some(place) = by_bucket.get_mut(exemplar.bucket()) {
                *place = Exemplar::new(labels, value, exemplar.timestamp()).ok();
            }
        }
        f(Some(&details.with_exemplars(&by_bucket)))
    }

    /// Gives the point, if there is a shape for it.
    pub(super) fn point(&self, give: &mut dyn FnMut(&Point<'_>) -> Flow) -> Flow {
        let page = self.page;
        match self.series.point {
            page::Point::Number(value) => give(&Point::Number(value.into())),
            page::Point::Info => give(&Point::Info),
            page::Point::Histogram(at) => {
                let Some(histogram) = page.histograms.get(at as usize) else { return Ok(()) };
                let (bounds, sum) = (Bounds(histogram.bounds.of(&page.bounds)), sum(histogram.sum));
                let buckets = Run { start: histogram.counts, len: histogram.bounds.len + 1 }.of(&page.counts);
                give(&Point::Histogram { bounds: &bounds, buckets, sum })
            }
            page::Point::Summary(at) => match page.summaries.get(at as usize) {
                Some(page::Summary { count: Some(count), sum: given, .. }) => {
                    give(&Point::Summary { count: *count, sum: sum(*given) })
                }
                _ => Ok(()),
            },
            page::Point::StateSet(at) => {
                let states = page.state_sets.get(at as usize).copied().unwrap_or_default().of(&page.states);
                let active = states.iter().position(|(_, active)| *active).unwrap_or(states.len());
                if states.iter().skip(active + 1).any(|(_, active)| *active) {
                    return Ok(());
                }
                let states: Vec<&str> = states.iter().map(|(name, _)| name.of(&page.text)).collect();
                give(&Point::StateSet { states: &states, active })
            }
        }
    }
}

/// One that the page has not is NaN, which OpenMetrics has not either.
fn sum(given: Option<Value>) -> Number {
    given.map_or(f64::NAN.into(), Number::from)
}

/// An exemplar of a series.
#[derive(Clone, Copy)]
pub struct ParsedExemplar<'a> {
    page: &'a Page,
    exemplar: &'a page::Exemplar,
}

impl<'a> ParsedExemplar<'a> {
    /// Which bucket it belongs to, from 0; of a counter 0.
    pub fn bucket(&self) -> usize {
        self.exemplar.bucket as usize
    }

    /// Name and value of each label.
    pub fn labels(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let text = &self.page.text;
        self.exemplar.labels.of(&self.page.exemplar_labels).iter().map(|(name, value)| (name.of(text), value.of(text)))
    }

    /// The value.
    pub fn value(&self) -> Number {
        self.exemplar.value.into()
    }

    /// When it was observed, if that was said.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.exemplar.time
    }
}
