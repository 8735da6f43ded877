use crate::parse::family::FamilyRow;
use crate::parse::page::{self, Bounds, Page, Run, Series, of_series};
use crate::parse::value::{Timestamp, Value};
use narthex_core::{Collect, Desc, Flow, Kind, Labels, Name, Number, Point, Sample, Sink, name};
use std::sync::Arc;

/// A page that was read whole: families and their series, as a collector.
///
/// What a [`Sample`] has no place for is checked all the same, and not collected:
///
/// | on the page | |
/// | --- | --- |
/// | `_created`, timestamps, exemplars, quantiles | [`ParsedSeries`] has them |
/// | several points of one series, with timestamps | the last is kept |
/// | a summary without a count or without a sum | [left out](Self::left_out) |
/// | a histogram without a sum, but for negative bounds | left out |
/// | a state set of which several states hold | left out |
/// | the sum of a gauge histogram with negative bounds | collected; OpenMetrics encoders write none |
pub struct Exposition {
    families: Vec<ParsedFamily>,
}

impl Exposition {
    pub(super) fn new(page: Page, rows: Vec<FamilyRow>) -> Self {
        let page = Arc::new(page);
        Self { families: rows.into_iter().map(|row| ParsedFamily { page: page.clone(), row }).collect() }
    }

    /// The families, in the order of the page.
    pub fn families(&self) -> &[ParsedFamily] {
        &self.families
    }

    /// How many series are not collected, because [`Point`] has no shape for them.
    pub fn left_out(&self) -> usize {
        let mut left_out = 0;
        for family in &self.families {
            for series in (0..family.len()).filter_map(|index| family.series(index)) {
                let mut given = 0;
                let _ = series.point(&mut |_| {
                    given += 1;
                    Ok(())
                });
                left_out += usize::from(given == 0);
            }
        }
        left_out
    }
}

impl Collect for Exposition {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.families.iter().try_for_each(|family| each(&family.desc()))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        let mut labels = Texts::default();
        self.families.iter().try_for_each(|family| {
            let desc = family.desc();
            let first = sink.family(&desc)?;
            (first..family.len())
                .try_for_each(|index| family.give(index, None, &mut labels, &mut |sample| sink.sample(&desc, sample)))
        })
    }
}

/// Names and values of labels; kept from series to series, to allocate once.
#[derive(Default)]
struct Texts<'a> {
    names: Vec<&'a str>,
    values: Vec<&'a str>,
}

impl std::fmt::Debug for Exposition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.families).finish()
    }
}

/// A family of an [`Exposition`].
#[derive(Clone)]
pub struct ParsedFamily {
    page: Arc<Page>,
    row: FamilyRow,
}

impl ParsedFamily {
    /// The name, without the endings of its samples.
    pub fn name(&self) -> &str {
        self.row.name.of(&self.page.text)
    }

    /// The kind; unknown without a `TYPE` line.
    pub fn kind(&self) -> Kind {
        self.row.kind
    }

    /// The help text, or nothing.
    pub fn help(&self) -> &str {
        self.row.help.of(&self.page.text)
    }

    /// The unit, or nothing.
    pub fn unit(&self) -> &str {
        self.row.unit.of(&self.page.text)
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.row.series.len as usize
    }

    /// Whether there are no series.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Name, help, unit, kind and scale. The label names are left out: each series of a page may have others.
    pub fn desc(&self) -> Desc<'_> {
        let name = Name::new(self.name()).unwrap_or(name!("invalid")); // it was checked
        let desc = Desc::new(self.kind(), name, self.help()).with_scale(self.row.scale);
        desc.with_unit(self.unit()).unwrap_or(desc)
    }

    /// The series at `index`, from 0 to [`len`](Self::len).
    pub fn series(&self, index: usize) -> Option<ParsedSeries<'_>> {
        let series = self.row.series.of(&self.page.series).get(index)?;
        Some(ParsedSeries { page: &self.page, series, number: self.row.series.start as usize + index })
    }

    /// Gives the series at `index` as a sample, its labels after those of `outer`. Gives nothing when there is no such
    /// series, or no place in [`Point`] for what it holds.
    ///
    /// # Errors
    ///
    /// Whatever `give` answers.
    pub fn sample(&self, index: usize, outer: Option<&Labels<'_>>, give: &mut dyn FnMut(&Sample<'_>) -> Flow) -> Flow {
        self.give(index, outer, &mut Texts::default(), give)
    }

    fn give<'a>(
        &'a self,
        index: usize,
        outer: Option<&Labels<'_>>,
        texts: &mut Texts<'a>,
        give: &mut dyn FnMut(&Sample<'_>) -> Flow,
    ) -> Flow {
        let Some(parsed) = self.series(index) else { return Ok(()) };
        texts.names.clear();
        texts.names.extend(self.page.names(parsed.series));
        texts.values.clear();
        texts.values.extend(self.page.values(parsed.series).take(texts.names.len()));
        let own = Labels::new(&texts.names, &texts.values);
        let labels = outer.map_or(own, |outer| outer.and(&own));
        parsed.point(&mut |point| give(&Sample::new(index, &labels, point)))
    }
}

impl std::fmt::Debug for ParsedFamily {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut family = f.debug_struct("ParsedFamily");
        family.field("name", &self.name()).field("kind", &self.kind()).field("series", &self.len()).finish()
    }
}

/// A series of an [`Exposition`], with what a [`Sample`] has no place for.
#[derive(Clone, Copy)]
pub struct ParsedSeries<'a> {
    page: &'a Page,
    series: &'a Series,
    number: usize,
}

impl<'a> ParsedSeries<'a> {
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

    fn point(&self, give: &mut dyn FnMut(&Point<'_>) -> Flow) -> Flow {
        let page = self.page;
        match self.series.point {
            page::Point::Number(value) => give(&Point::Number(value.into())),
            page::Point::Info => give(&Point::Info),
            page::Point::Histogram(at) => {
                let Some(histogram) = page.histograms.get(at as usize) else { return Ok(()) };
                let bounds = histogram.bounds.of(&page.bounds);
                let negative = bounds.first().is_some_and(|bound| bound.is_negative());
                let sum = match histogram.sum {
                    Some(sum) => sum.into(),
                    None if negative => f64::NAN.into(), // which is not written
                    None => return Ok(()),
                };
                let bounds = Bounds(bounds);
                let buckets = Run { start: histogram.counts, len: histogram.bounds.len + 1 }.of(&page.counts);
                give(&Point::Histogram { bounds: &bounds, buckets, sum })
            }
            page::Point::Summary(at) => match page.summaries.get(at as usize) {
                Some(page::Summary { count: Some(count), sum: Some(sum), .. }) => {
                    give(&Point::Summary { count: *count, sum: (*sum).into() })
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
