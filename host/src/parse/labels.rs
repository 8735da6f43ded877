//! The labels of samples, and which series have the same.

use crate::parse::error::{ParseError, ParseErrorKind, shown};
use crate::parse::page::{Page, Run};
use crate::parse::scan::{Scan, Span};
use narthex_core::LabelNames;

/// The labels of one series while a page is read: a shape, and where its values start.
#[derive(Clone, Copy)]
pub(super) struct LabelSet {
    pub(super) shape: u32,
    pub(super) values: u32,
}

/// Reads labels into the tables of a page. A series that has the label names of the one before shares its shape.
#[derive(Default)]
pub(super) struct LabelReader {
    /// The names of each shape as indexes in sorted order, parallel to the page's names.
    sorted: Vec<u32>,
}

/// A label that the format adds to those of a series: `le`, `quantile`, a state.
pub(super) struct Added<'a> {
    pub(super) name: &'a str,
    /// Whether this sample has it, or must not.
    pub(super) wanted: bool,
}

impl LabelReader {
    /// Reads `{…}`, if it is there; answers the labels, and the value of the added one.
    pub(super) fn read(
        &mut self,
        scan: &mut Scan<'_>,
        page: &mut Page,
        added: Option<Added<'_>>,
    ) -> Result<(LabelSet, Span), ParseError> {
        let start = scan.at();
        let values = page.label_values.len();
        let last = page.shapes.last().copied();
        let mut own = None;
        let mut shape = Building { last: last.unwrap_or_default(), alike: 0, names: None };
        if scan.take(b'{') && !scan.take(b'}') {
            loop {
                let (name, value) = label(scan)?;
                if added.as_ref().is_some_and(|added| added.name == scan.str(name)) {
                    if own.replace(value).is_some() {
                        return Err(twice(scan, name));
                    }
                } else {
                    page.label_values.push(value);
                    shape.name(scan, page, name)?;
                }
                if !another(scan)? {
                    break;
                }
            }
        }
        if let Some(Added { name, wanted }) = added
            && wanted != own.is_some()
        {
            let message = if wanted { "the sample lacks its label" } else { "the sample cannot have the label" };
            return Err(scan.fault(start, ParseErrorKind::Label, format!("{message} {}", shown(name))));
        }
        let shape = match shape.finish(page) {
            None if last.is_some() => page.shapes.len() - 1,
            new => self.add(scan, page, new.unwrap_or_default())?,
        };
        Ok((LabelSet { shape: shape as u32, values: values as u32 }, own.unwrap_or_default()))
    }

    /// Reads the labels of an exemplar.
    pub(super) fn read_exemplar(scan: &mut Scan<'_>, page: &mut Page) -> Result<Run, ParseError> {
        const MOST: usize = 128;
        let first = page.exemplar_labels.len();
        let mut characters = 0;
        scan.expect(b'{', "the hash of an exemplar")?;
        let mut more = !scan.take(b'}');
        while more {
            let (name, value) = label(scan)?;
            check(scan, name)?;
            let earlier = page.exemplar_labels.get(first..).unwrap_or_default();
            if earlier.iter().any(|(other, _)| scan.str(*other) == scan.str(name)) {
                return Err(twice(scan, name));
            }
            characters += scan.str(name).chars().count() + scan.str(value).chars().count();
            if characters > MOST {
                let message = format!("the names and values of an exemplar's labels may have {MOST} characters");
                return Err(scan.fault(name.start as usize, ParseErrorKind::Exemplar, message));
            }
            page.exemplar_labels.push((name, value));
            more = another(scan)?;
        }
        Ok(Run::since(first, &page.exemplar_labels))
    }

    /// Keeps a new shape, when its names are all different.
    fn add(&mut self, scan: &Scan<'_>, page: &mut Page, names: Run) -> Result<usize, ParseError> {
        let spans = names.of(&page.label_names);
        let name = |index: &u32| spans.get(*index as usize).map(|span| scan.str(*span));
        let start = self.sorted.len();
        self.sorted.extend(0..names.len);
        let sorted = self.sorted.get_mut(start..).unwrap_or_default();
        sorted.sort_by_key(name);
        let same = sorted.windows(2).filter(|pair| matches!(pair, [a, b] if name(a) == name(b)));
        if let Some(second) = same.filter_map(|pair| spans.get(*pair.last()? as usize)).min_by_key(|span| span.start) {
            return Err(twice(scan, *second));
        }
        page.shapes.push(names);
        Ok(page.shapes.len() - 1)
    }

    /// Whether two label sets are the same in any order; an empty label is none (OpenMetrics 1.0, "Label").
    #[inline]
    pub(super) fn same(&self, scan: &Scan<'_>, page: &Page, a: LabelSet, b: LabelSet) -> bool {
        if a.shape != b.shape {
            return self.sorted(scan, page, a).eq(self.sorted(scan, page, b));
        }
        let count = page.shapes.get(a.shape as usize).map_or(0, |shape| shape.len);
        let values = |start| Run { start, len: count }.of(&page.label_values).iter().map(|value| scan.str(*value));
        values(a.values).eq(values(b.values))
    }

    /// Names and values in the order of the names, without the empty.
    pub(super) fn sorted<'a>(
        &'a self,
        scan: &'a Scan<'_>,
        page: &'a Page,
        set: LabelSet,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let shape = page.shapes.get(set.shape as usize).copied().unwrap_or_default();
        let values = Run { start: set.values, len: shape.len }.of(&page.label_values);
        let names = shape.of(&page.label_names);
        let label = |index: &u32| {
            let (name, value) = (names.get(*index as usize)?, values.get(*index as usize)?);
            Some((scan.str(*name), scan.str(*value))).filter(|(_, value)| !value.is_empty())
        };
        shape.of(&self.sorted).iter().filter_map(label)
    }
}

/// The label names of a sample, as far as they are read.
struct Building {
    last: Run,
    /// How many are those of the last shape.
    alike: u32,
    /// Where they are, once one is not.
    names: Option<usize>,
}

impl Building {
    #[inline]
    fn name(&mut self, scan: &Scan<'_>, page: &mut Page, name: Span) -> Result<(), ParseError> {
        if self.names.is_none() {
            let expected = self.last.of(&page.label_names).get(self.alike as usize);
            if expected.is_some_and(|expected| scan.str(*expected) == scan.str(name)) {
                self.alike += 1;
                return Ok(());
            }
            self.part(page);
        }
        check(scan, name)?;
        page.label_names.push(name);
        Ok(())
    }

    /// The names are no longer those of the last shape.
    #[cold]
    fn part(&mut self, page: &mut Page) {
        let start = self.last.start as usize;
        self.names = Some(page.label_names.len());
        page.label_names.extend_from_within(start..start + self.alike as usize);
    }

    /// Where the names are, unless they are those of the last shape.
    #[inline]
    fn finish(mut self, page: &mut Page) -> Option<Run> {
        if self.names.is_none() && self.alike < self.last.len {
            self.part(page);
        }
        self.names.map(|start| Run::since(start, &page.label_names))
    }
}

/// `name="value"`.
#[inline]
fn label(scan: &mut Scan<'_>) -> Result<(Span, Span), ParseError> {
    let name = scan.name(false);
    let name = scan.span_of_last(name);
    match scan.peek() {
        Some(b'=') => scan.skip(1),
        _ if name.len == 0 => return Err(scan.unexpected("a label name", "a brace or a comma")),
        _ => return Err(scan.unexpected("an equals sign", "a label name")),
    }
    scan.expect(b'"', "an equals sign")?;
    Ok((name, scan.escaped(b'"')?))
}

/// Whether another label follows, or the closing brace.
#[inline]
fn another(scan: &mut Scan<'_>) -> Result<bool, ParseError> {
    match scan.peek() {
        Some(byte @ (b',' | b'}')) => {
            scan.skip(1);
            Ok(byte == b',')
        }
        _ => Err(scan.unexpected("a comma or a brace", "a label")),
    }
}

fn check(scan: &Scan<'_>, name: Span) -> Result<(), ParseError> {
    LabelNames::new(&[scan.str(name)]).map(|_| ()).map_err(|invalid| {
        let message = format!("{}: {}", shown(invalid.text), invalid.rule);
        scan.fault(name.start as usize, ParseErrorKind::Label, message)
    })
}

#[cold]
fn twice(scan: &Scan<'_>, name: Span) -> ParseError {
    let message = format!("the sample has the label {} twice", shown(scan.str(name)));
    scan.fault(name.start as usize, ParseErrorKind::Label, message)
}
