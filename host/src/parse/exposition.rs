use crate::parse::family::FamilyRow;
use crate::parse::page::Page;
use crate::parse::parsed::ParsedSeries;
use narthex_core::{Collect, Desc, Flow, Kind, Labels, Name, Sample, Sink, name};
use std::sync::Arc;

/// A page that was read whole: families and their series, as a collector.
///
/// What a [`Sample`] has no place for is checked all the same, and not collected:
///
/// | on the page | |
/// | --- | --- |
/// | quantiles | [`ParsedSeries`] has them |
/// | a `_created` that is no moment: beyond 64-bit seconds | the same |
/// | several points of one series, with timestamps | the last is kept |
/// | a summary without a count | [left out](Self::left_out) |
/// | a state set of which several states hold | left out |
/// | a histogram or summary without a sum | collected with a sum of NaN; OpenMetrics encoders write none |
/// | the sum of a gauge histogram that is negative, or has negative bounds | collected; OpenMetrics encoders write none |
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

    /// How many series are not collected, because [`Point`](narthex_core::Point) has no shape for them.
    pub fn left_out(&self) -> usize {
        self.families.iter().map(ParsedFamily::left_out).sum()
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

    /// How many of the series are not collected.
    pub fn left_out(&self) -> usize {
        let is_collected = |series: &ParsedSeries<'_>| {
            let mut given = false;
            let _ = series.point(&mut |_| {
                given = true;
                Ok(())
            });
            given
        };
        let series = (0..self.len()).filter_map(|index| self.series(index));
        series.filter(|series| !is_collected(series)).count()
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
        Some(ParsedSeries::new(&self.page, series, self.row.series.start as usize + index))
    }

    /// Gives the series at `index` as a sample, its labels after those of `outer`. Gives nothing when there is no such
    /// series, or no place in [`Point`](narthex_core::Point) for what it holds.
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
        let Some(series) = self.series(index) else { return Ok(()) };
        texts.names.clear();
        texts.values.clear();
        for (name, value) in series.labels() {
            texts.names.push(name);
            texts.values.push(value);
        }
        let own = Labels::new(&texts.names, &texts.values);
        let labels = outer.map_or(own, |outer| outer.and(&own));
        series.with_details(self.row.scale, |details| {
            series.point(&mut |point| give(&Sample::new(index, &labels, point).with_details(details)))
        })
    }
}

impl std::fmt::Debug for ParsedFamily {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut family = f.debug_struct("ParsedFamily");
        family.field("name", &self.name()).field("kind", &self.kind()).field("series", &self.len()).finish()
    }
}
