//! The families of a page: what their metadata says, and that none is called like another.

use crate::parse::error::{ParseError, ParseErrorKind, shown};
use crate::parse::kind::{parts, takes};
use crate::parse::page::{Page, Run};
use crate::parse::scale::rescale;
use crate::parse::scan::{Scan, Span};
use narthex_core::{Desc, Kind, Name};
use std::collections::HashMap;

/// The family that is being read.
pub(super) struct Family<'t> {
    name: Name<'t>,
    at: usize,
    kind: Option<Kind>,
    help: Option<Span>,
    unit: Option<&'t str>,
    unit_at: usize,
    first_series: usize,
}

/// A family as it is kept.
#[derive(Clone, Copy)]
pub(super) struct FamilyRow {
    pub(super) name: Span,
    pub(super) help: Span,
    pub(super) unit: Span,
    pub(super) series: Run,
    pub(super) kind: Kind,
    pub(super) scale: i8,
}

impl<'t> Family<'t> {
    /// A family that begins at the byte `at`.
    pub(super) fn new(
        scan: &Scan<'_>,
        families: &Families<'_>,
        name: &'t str,
        at: usize,
        first_series: usize,
    ) -> Result<Self, ParseError> {
        let name = Name::new(name).map_err(|invalid| {
            scan.fault(at, ParseErrorKind::Name, format!("{}: {}", shown(invalid.text), invalid.rule))
        })?;
        let family = Self { name, at, kind: None, help: None, unit: None, unit_at: 0, first_series };
        families.check(scan, &family)?;
        Ok(family)
    }

    pub(super) fn name(&self) -> &'t str {
        self.name.as_str()
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::Unknown)
    }

    pub(super) fn set_kind(
        &mut self,
        scan: &Scan<'_>,
        families: &Families<'_>,
        at: usize,
        kind: Kind,
    ) -> Result<(), ParseError> {
        if self.kind.replace(kind).is_some() {
            return Err(self.twice(scan, at, "TYPE"));
        }
        families.check(scan, self)?;
        self.check_unit(scan)
    }

    pub(super) fn set_help(&mut self, scan: &Scan<'_>, at: usize, help: Span) -> Result<(), ParseError> {
        if self.help.replace(help).is_some() { Err(self.twice(scan, at, "HELP")) } else { Ok(()) }
    }

    pub(super) fn set_unit(&mut self, scan: &Scan<'_>, at: usize, unit: &'t str) -> Result<(), ParseError> {
        self.unit_at = scan.at() - unit.len();
        if self.unit.replace(unit).is_some() {
            return Err(self.twice(scan, at, "UNIT"));
        }
        self.check_unit(scan)
    }

    fn check_unit(&self, scan: &Scan<'_>) -> Result<(), ParseError> {
        let unit = self.unit.unwrap_or_default();
        match Desc::new(self.kind(), self.name, "").with_unit(unit) {
            Ok(_) => Ok(()),
            Err(invalid) => {
                let message = format!("the unit {} of {}: {}", shown(unit), shown(self.name()), invalid.rule);
                Err(scan.fault(self.unit_at, ParseErrorKind::Metadata, message))
            }
        }
    }

    #[cold]
    fn twice(&self, scan: &Scan<'_>, at: usize, keyword: &str) -> ParseError {
        let message = format!("{} has a second {keyword} line; one is allowed", shown(self.name()));
        scan.fault(at, ParseErrorKind::Metadata, message)
    }
}

/// The families that were read, by name.
#[derive(Default)]
pub(super) struct Families<'t> {
    kinds: HashMap<&'t str, Kind, foldhash::fast::RandomState>,
}

impl<'t> Families<'t> {
    /// Whether a family is the first whose samples could be called as they are (OpenMetrics 1.0, "Suffixes").
    fn check(&self, scan: &Scan<'_>, family: &Family<'_>) -> Result<(), ParseError> {
        let mut exposed = String::new();
        let endings = parts(family.kind()).iter().map(|(ending, _)| *ending);
        for own in endings.filter(|ending| !ending.is_empty()).chain([""]) {
            exposed.clear();
            exposed.push_str(family.name());
            exposed.push_str(own);
            let (stem, ending) = exposed.split_at(exposed.rfind('_').unwrap_or(0));
            for (name, ending) in [(exposed.as_str(), ""), (stem, ending)] {
                if self.kinds.get(name).is_some_and(|kind| takes(*kind, ending)) {
                    let message = if name == family.name() {
                        format!("the family {} was there before; its lines have to stand together", shown(name))
                    } else {
                        let (before, now, exposed) = (shown(name), shown(family.name()), shown(&exposed));
                        format!("both {before} and {now} have {exposed}; families share no name, and stand together")
                    };
                    return Err(scan.fault(family.at, ParseErrorKind::Duplicate, message));
                }
            }
        }
        Ok(())
    }

    /// Takes the family that was read.
    pub(super) fn close(&mut self, family: Family<'t>, page: &mut Page, scaled: bool) -> FamilyRow {
        let series = Run::since(family.first_series, &page.series);
        let kind = family.kind();
        self.kinds.insert(family.name(), kind);
        let at = |start: usize, text: &str| Span { start: start as u32, len: text.len() as u32 };
        FamilyRow {
            name: at(family.at, family.name()),
            help: family.help.unwrap_or_default(),
            unit: at(family.unit_at, family.unit.unwrap_or_default()),
            series,
            kind,
            scale: if scaled { rescale(page, series) } else { 0 },
        }
    }
}
