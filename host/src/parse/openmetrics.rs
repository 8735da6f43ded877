//! OpenMetrics 1.0 text, line by line.

use crate::parse::error::{ParseError, ParseErrorKind, shown};
use crate::parse::exposition::Exposition;
use crate::parse::family::{Families, Family, FamilyRow};
use crate::parse::kind::{Part, kind, parts};
use crate::parse::labels::{Added, LabelReader};
use crate::parse::page::{Exemplar, Page};
use crate::parse::scan::Scan;
use crate::parse::seen::Seen;
use crate::parse::series::{Line, Open};
use crate::parse::value::{Value, timestamp};
use narthex_core::Kind;
use std::cmp::Ordering;

pub(super) fn parse(text: &str) -> Result<Exposition, ParseError> {
    if u32::try_from(text.len()).map_or(true, |len| len > u32::MAX / 2) {
        return Err(ParseError::new("", 0, ParseErrorKind::TooLarge, "a page may have 2 GiB"));
    }
    let mut parser = Parser {
        scan: Scan::new(text),
        page: Page::default(),
        labels: LabelReader::default(),
        seen: Seen::default(),
        families: Families::default(),
        family: None,
        series: None,
        scaled: false,
        rows: Vec::new(),
    };
    while !parser.line()? {}
    let Parser { scan, mut page, rows, .. } = parser;
    page.text = scan.into_text();
    Ok(Exposition::new(page, rows))
}

struct Parser<'t> {
    scan: Scan<'t>,
    page: Page,
    labels: LabelReader,
    seen: Seen,
    families: Families<'t>,
    family: Option<Family<'t>>,
    series: Option<Open>,
    /// Whether the family has decimals that are to be integers of one scale.
    scaled: bool,
    rows: Vec<FamilyRow>,
}

impl<'t> Parser<'t> {
    /// Reads a line; whether it was the last.
    fn line(&mut self) -> Result<bool, ParseError> {
        match self.scan.peek() {
            Some(b'#') => {
                if let Some(after) = self.scan.rest().strip_prefix("# EOF\n") {
                    self.close_family()?;
                    self.scan.skip("# EOF\n".len());
                    return match after.is_empty() {
                        true => Ok(true),
                        false => Err(self.fault(ParseErrorKind::End, "nothing may follow the line \"# EOF\"")),
                    };
                }
                self.metadata()?;
                Ok(false)
            }
            Some(b'\n') => Err(self.fault(ParseErrorKind::Syntax, "a page has no empty lines")),
            Some(_) => self.sample().map(|()| false),
            None => Err(self.fault(ParseErrorKind::End, "the page is torn: it has to end in a line \"# EOF\"")),
        }
    }

    fn metadata(&mut self) -> Result<(), ParseError> {
        self.scan.skip(1);
        self.scan.expect(b' ', "a hash")?;
        let keyword = self.scan.word();
        if keyword == "EOF" {
            return Err(self.scan.unexpected("a line end", "\"# EOF\""));
        }
        if !matches!(keyword, "TYPE" | "HELP" | "UNIT") {
            let message = "is no keyword; a line that begins with a hash is TYPE, HELP, UNIT or EOF";
            return Err(self.scan.wrong(keyword, ParseErrorKind::Metadata, message));
        }
        self.scan.expect(b' ', "a keyword")?;
        let at = self.scan.at();
        let name = self.scan.name(true);
        if name.is_empty() {
            return Err(self.scan.unexpected("the name of a family", "a single space"));
        }
        self.scan.expect(b' ', "the name of a family")?;
        if self.family.as_ref().is_none_or(|family| family.name() != name) {
            self.open_family(name, at)?;
        }
        let has_samples = self.series.is_some();
        let Some(family) = &mut self.family else { return Ok(()) };
        if has_samples {
            let message = format!("{keyword} of {} has to come before its samples", shown(name));
            return Err(self.scan.fault(at, ParseErrorKind::Metadata, message));
        }
        match keyword {
            "HELP" => {
                let help = self.scan.escaped(b'\n')?;
                return family.set_help(&self.scan, at, help);
            }
            "TYPE" => {
                let word = self.scan.word();
                let Some(kind) = kind(word) else {
                    let message = "is no type; there are counter, gauge, histogram, gaugehistogram, summary, info, \
                                   stateset and unknown";
                    return Err(self.scan.wrong(word, ParseErrorKind::Metadata, message));
                };
                family.set_kind(&self.scan, &self.families, at, kind)?;
            }
            _ => {
                let word = self.scan.word();
                family.set_unit(&self.scan, at, word)?;
            }
        }
        self.scan.expect(b'\n', "a type or unit")
    }

    fn open_family(&mut self, name: &'t str, at: usize) -> Result<(), ParseError> {
        self.close_family()?;
        self.family = Some(Family::new(&self.scan, &self.families, name, at, self.page.series.len())?);
        Ok(())
    }

    fn close_family(&mut self) -> Result<(), ParseError> {
        self.close_series()?;
        self.seen.clear();
        if let Some(family) = self.family.take() {
            let scaled = std::mem::take(&mut self.scaled);
            self.rows.push(self.families.close(family, &mut self.page, scaled));
        }
        Ok(())
    }

    fn close_series(&mut self) -> Result<(), ParseError> {
        if let (Some(series), Some(family)) = (self.series.take(), &self.family) {
            series.check(&self.scan, &mut self.page, family.kind())?;
            self.scaled |= series.scaled;
            series.close(&mut self.page, family.kind());
        }
        Ok(())
    }

    fn sample(&mut self) -> Result<(), ParseError> {
        let at = self.scan.at();
        let part = self.sample_name()?;
        let Some(family) = &self.family else { return Ok(()) };
        let kind = family.kind();
        let added = match kind {
            Kind::Histogram | Kind::GaugeHistogram => Some("le"),
            Kind::Summary => Some("quantile"),
            Kind::StateSet => Some(family.name()),
            _ => None,
        };
        let wanted = matches!(part, Part::Bucket | Part::Quantile | Part::State);
        let added = added.map(|name| Added { name, wanted });
        let (labels, added) = self.labels.read(&mut self.scan, &mut self.page, added)?;
        self.scan.expect(b' ', "a name or labels")?;
        let value_at = self.scan.at();
        let value = match part {
            Part::Value | Part::Total | Part::Sum | Part::Created => {
                self.word(Value::parse_scaled, ParseErrorKind::Value)?
            }
            _ => self.word(Value::parse, ParseErrorKind::Value)?,
        };
        let mut time = None;
        if self.scan.take(b' ') && self.scan.peek() != Some(b'#') {
            time = Some(self.word(timestamp, ParseErrorKind::Timestamp)?);
            if self.scan.take(b' ') && self.scan.peek() != Some(b'#') {
                return Err(self.scan.unexpected("an exemplar", "a timestamp and a space"));
            }
        }
        let line = Line { at, part, labels, added, value, value_at, time };
        self.place(kind, &line)?;
        if self.scan.peek() == Some(b'#') {
            self.exemplar(part)?;
        }
        self.scan.expect(b'\n', "a sample")
    }

    /// The name of a sample, which says what it is to its family, or begins a family.
    #[inline]
    fn sample_name(&mut self) -> Result<Part, ParseError> {
        if let Some(family) = &self.family
            && let Some(rest) = self.scan.rest().strip_prefix(family.name())
        {
            let end = rest.bytes().position(|byte| matches!(byte, b'{' | b' ' | b'\n'));
            let ending = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            // `==` of two empty strings is memcmp at a dangling address, which takes longer than the rest of a line
            let is = |own: &str| if ending.is_empty() { own.is_empty() } else { own == ending };
            if let Some((_, part)) = parts(family.kind()).iter().find(|(own, _)| is(own)) {
                self.scan.skip(family.name().len() + ending.len());
                return Ok(*part);
            }
            if ending.is_empty() {
                let endings: Vec<_> = parts(family.kind()).iter().map(|(ending, _)| *ending).collect();
                let message = format!("a sample of {} has to end in {}", shown(family.name()), endings.join(" or "));
                return Err(self.fault(ParseErrorKind::Name, message));
            }
        }
        let at = self.scan.at();
        let name = self.scan.name(true);
        if name.is_empty() {
            return Err(self.scan.unexpected("a hash or the name of a metric", "the start of a line"));
        }
        if !matches!(self.scan.peek(), Some(b'{' | b' ')) {
            return Err(self.scan.unexpected("a single space or labels", "the name of a metric"));
        }
        self.open_family(name, at)?;
        Ok(Part::Value)
    }

    fn word<T>(&mut self, parse: fn(&str) -> Result<T, &'static str>, kind: ParseErrorKind) -> Result<T, ParseError> {
        let word = self.scan.word();
        if word.is_empty() {
            let wanted = if kind == ParseErrorKind::Timestamp { "a timestamp or a hash" } else { "a number" };
            return Err(self.scan.unexpected(wanted, "a single space"));
        }
        parse(word).map_err(|message| self.scan.wrong(word, kind, message))
    }

    /// Gives a sample to its series.
    #[inline]
    fn place(&mut self, kind: Kind, line: &Line) -> Result<(), ParseError> {
        let Self { scan, page, labels, .. } = self;
        let same = |open: &Open| labels.same(scan, page, open.labels, line.labels);
        if let Some(open) = self.series.as_mut().filter(|open| same(open)) {
            page.label_values.truncate(line.labels.values as usize);
            if !open.continues(scan, line)? {
                open.check(scan, page, kind)?;
                open.restart(page, line);
            }
        } else {
            self.close_series()?;
            if !self.seen.insert(&self.scan, &self.page, &self.labels, line.labels) {
                let message = "the samples of a series have to stand together, and once; this one was there before";
                return Err(self.scan.fault(line.at, ParseErrorKind::Duplicate, message));
            }
            self.series = Some(Open::new(&self.page, line));
        }
        match &mut self.series {
            Some(open) => open.add(&self.scan, &mut self.page, kind, line),
            None => Ok(()),
        }
    }

    fn exemplar(&mut self, part: Part) -> Result<(), ParseError> {
        if !matches!(part, Part::Total | Part::Bucket) {
            let message = "only the _total of a counter and the buckets of histograms have exemplars";
            return Err(self.fault(ParseErrorKind::Exemplar, message));
        }
        self.scan.skip(1);
        self.scan.expect(b' ', "a hash")?;
        let labels = LabelReader::read_exemplar(&mut self.scan, &mut self.page)?;
        self.scan.expect(b' ', "the labels of an exemplar")?;
        let at = self.scan.at();
        let value = self.word(Value::parse, ParseErrorKind::Value)?;
        if let Some(bound) = self.series.as_ref().and_then(|open| open.last_bound(&self.page))
            && value.compare(bound) == Some(Ordering::Greater)
        {
            let message = "the value of an exemplar is not above the bound of its bucket";
            return Err(self.scan.fault(at, ParseErrorKind::Exemplar, message));
        }
        let time = if self.scan.take(b' ') { Some(self.word(timestamp, ParseErrorKind::Timestamp)?) } else { None };
        let bucket = self.series.as_ref().map_or(0, |open| open.last_bucket(&self.page));
        let series = self.page.series.len() as u32;
        self.page.exemplars.push(Exemplar { series, bucket, labels, value, time });
        Ok(())
    }

    #[cold]
    fn fault(&self, kind: ParseErrorKind, message: impl Into<String>) -> ParseError {
        self.scan.fault(self.scan.at(), kind, message)
    }
}
