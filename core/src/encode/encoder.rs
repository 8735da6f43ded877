use super::format::TextFormat;
use super::write::{Write, WriteError};
use crate::collect::{Flow, Sink, Stop};
use crate::desc::Desc;
use crate::details::Details;
use crate::label::Labels;
use crate::number::{Number, NumberText};
use crate::point::{Dialect, Extra, Sample};
use core::marker::PhantomData;

/// A sink of samples that writes them to a sink of bytes.
///
/// [`encode::text`](crate::encode::text) and [`encode::openmetrics`](crate::encode::openmetrics) write whole pages;
/// this is the piece that they are made of.
pub struct Encoder<'w, W: Write + ?Sized, F>(Lines<'w, W, PhantomData<F>>);

impl<'w, W: Write + ?Sized, F: TextFormat> Encoder<'w, W, F> {
    /// An encoder that has written nothing.
    pub const fn new(out: &'w mut W) -> Self {
        Self(Lines::new(out, PhantomData))
    }

    /// The end of the page: `# EOF` where the format has it.
    ///
    /// # Errors
    ///
    /// [`Stop::Sink`], when the sink failed.
    pub fn end(&mut self) -> Flow {
        self.0.end()
    }

    /// Why the sink took no more, if it did not.
    pub fn into_error(self) -> Option<WriteError<W::Error>> {
        self.0.error
    }
}

impl<W: Write + ?Sized, F: TextFormat> Sink for Encoder<'_, W, F> {
    #[inline]
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        self.0.family(desc)
    }

    #[inline]
    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        self.0.sample(desc, sample)
    }
}

/// What knows the dialect of the lines: a type, and the other dialect leaves no code; or a value, and both share theirs.
pub(super) trait Speaks: Copy {
    fn dialect(self) -> Dialect;
}

impl<F: TextFormat> Speaks for PhantomData<F> {
    #[inline]
    fn dialect(self) -> Dialect {
        F::DIALECT
    }
}

impl Speaks for Dialect {
    #[inline]
    fn dialect(self) -> Dialect {
        self
    }
}

/// Writes the lines of families and samples.
pub(super) struct Lines<'w, W: Write + ?Sized, D> {
    out: &'w mut W,
    error: Option<WriteError<W::Error>>,
    /// A part of a line: a bound and its label, or a value and what is around it.
    part: NumberText<48>,
    dialect: D,
}

impl<'w, W: Write + ?Sized, D> Lines<'w, W, D> {
    pub(super) const fn new(out: &'w mut W, dialect: D) -> Self {
        Self { out, error: None, part: NumberText::new(), dialect }
    }
}

impl<W: Write + ?Sized, D: Speaks> Lines<'_, W, D> {
    pub(super) fn end(&mut self) -> Flow {
        if self.open_metrics() { self.put(b"# EOF\n") } else { Ok(()) }
    }

    pub(super) fn out(&self) -> &W {
        self.out
    }

    #[inline]
    fn open_metrics(&self) -> bool {
        self.dialect.dialect().open_metrics()
    }

    #[inline]
    pub(super) fn put(&mut self, bytes: &[u8]) -> Flow {
        if bytes.is_empty() { Ok(()) } else { put(self.out, &mut self.error, bytes) }
    }

    #[inline]
    fn name(&mut self, desc: &Desc<'_>, suffix: &str) -> Flow {
        let mut prefix = desc.prefix();
        while let Some(outer) = prefix {
            self.put(outer.as_str().as_bytes())?;
            prefix = outer.rest();
        }
        self.put(desc.base().as_bytes())?;
        self.put(desc.suffix().as_bytes())?;
        self.put(suffix.as_bytes())
    }

    /// Text with `\` and newline escaped, and `"` where the place asks for it.
    #[inline(never)]
    fn escaped(&mut self, text: &str, quotes: bool) -> Flow {
        if text.bytes().any(|byte| is_special(byte, quotes)) {
            self.escape(text, quotes)
        } else {
            self.put(text.as_bytes())
        }
    }

    #[cold]
    #[inline(never)]
    fn escape(&mut self, text: &str, quotes: bool) -> Flow {
        let mut rest = text.as_bytes();
        while let Some(at) = rest.iter().position(|byte| is_special(*byte, quotes)) {
            let (before, after) = rest.split_at_checked(at).unwrap_or_default();
            self.put(before)?;
            let Some((byte, after)) = after.split_first() else { break };
            self.put(match byte {
                b'\n' => b"\\n",
                b'"' => b"\\\"",
                _ => b"\\\\",
            })?;
            rest = after;
        }
        self.put(rest)
    }

    // A line is written by functions that follow each other, none under another, to keep the stack low.

    /// The name, and the labels of the series without the last quote.
    #[inline(never)]
    pub(super) fn start(&mut self, desc: &Desc<'_>, suffix: &str, labels: &Labels<'_>) -> Flow {
        self.name(desc, suffix)?;
        if labels.is_empty() { Ok(()) } else { self.labels(labels) }
    }

    #[inline(never)]
    pub(super) fn labels(&mut self, labels: &Labels<'_>) -> Flow {
        let mut separator: &[u8] = b"{";
        let mut scope = Some(labels);
        while let Some(labels) = scope {
            for (name, value) in labels.own() {
                self.put(separator)?;
                self.put(name.as_bytes())?;
                self.put(b"=\"")?;
                self.escaped(value, true)?;
                separator = b"\",";
            }
            scope = labels.rest();
        }
        Ok(())
    }

    #[inline(never)]
    fn state(&mut self, desc: &Desc<'_>, state: &str, labelled: bool) -> Flow {
        self.put(if labelled { b"\"," } else { b"{" })?;
        self.name(desc, "=\"")?;
        self.escaped(state, true)
    }

    /// A bound. OpenMetrics 1.0 ("Canonical numbers") writes whole numbers with `.0`.
    #[inline(never)]
    fn bound(&mut self, bound: Option<&Number>, scale: i8, labelled: bool) -> Flow {
        self.part.clear();
        match bound {
            None => self.part.push_all(b"+Inf"),
            Some(bound) => {
                if self.open_metrics() {
                    let mut text = NumberText::<48>::new(); // as long as `part`, for one routine to write both
                    text.push_number(bound, scale);
                    if text.as_bytes().iter().all(|b| !matches!(b, b'.' | b'e')) {
                        self.part.push_all(b".0");
                    }
                }
                self.part.push_number(bound, scale);
            }
        }
        self.part.push_all(if labelled { b"\",le=\"" } else { b"{le=\"" });
        self.put_part()
    }

    #[inline(never)]
    fn value(&mut self, value: &Number, scale: i8, braces: bool) -> Flow {
        self.part.clear();
        self.part.push(b'\n');
        self.part.push_number(value, scale);
        self.part.push(b' ');
        if braces {
            self.part.push(b'}');
            self.part.push(b'"');
        }
        self.put_part()
    }

    #[cold]
    #[inline(never)]
    fn detailed(&mut self, desc: &Desc<'_>, sample: &Sample<'_>, details: &Details<'_>) -> Flow {
        details.write(desc, sample, self.dialect.dialect(), &mut |bytes| self.put(bytes))
    }

    #[inline]
    fn put_part(&mut self) -> Flow {
        let Self { out, error, part, .. } = self;
        put(*out, error, part.as_bytes())
    }
}

#[inline]
fn is_special(byte: u8, quotes: bool) -> bool {
    if byte > b'"' { byte == b'\\' } else { byte == b'\n' || (quotes && byte == b'"') }
}

impl<W: Write + ?Sized, D: Speaks> Sink for Lines<'_, W, D> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        let (suffix, kind) = self.dialect.dialect().type_line(desc.kind());
        let mut type_keyword: &[u8] = b"# TYPE ";
        if !desc.help().is_empty() {
            self.put(b"# HELP ")?;
            self.name(desc, suffix)?;
            if desc.help_is_plain() {
                self.put(desc.help().as_bytes())?;
            } else {
                self.escaped(desc.help(), self.open_metrics())?;
            }
            type_keyword = b"\n# TYPE ";
        }
        self.put(type_keyword)?;
        self.name(desc, suffix)?;
        self.put(kind.as_bytes())?;
        if self.open_metrics() && !desc.unit().is_empty() {
            self.put(b"# UNIT ")?;
            self.name(desc, suffix)?;
            self.put(desc.unit().as_bytes())?;
            self.put(b"\n")?;
        }
        Ok(0)
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        if let Some(details) = sample.details {
            return self.detailed(desc, sample, details);
        }
        let labelled = !sample.labels.is_empty();
        sample.lines(desc.kind(), self.dialect.dialect(), |suffix, extra, value, scaled| {
            self.start(desc, suffix, sample.labels)?;
            let braces = match extra {
                Extra::None => labelled,
                Extra::Le(bound) => {
                    self.bound(bound.as_ref(), desc.scale(), labelled)?;
                    true
                }
                Extra::State(state) => {
                    self.state(desc, state, labelled)?;
                    true
                }
            };
            self.value(value, if scaled { desc.scale() } else { 0 }, braces)
        })
    }
}

#[inline(never)]
fn put<W: Write + ?Sized>(out: &mut W, error: &mut Option<WriteError<W::Error>>, mut bytes: &[u8]) -> Flow {
    while !bytes.is_empty() {
        match out.write(bytes) {
            Ok(0) => {
                *error = Some(WriteError::Zero);
                return Err(Stop::Sink);
            }
            Ok(taken) => bytes = bytes.get(taken..).unwrap_or_default(),
            Err(cause) => {
                *error = Some(WriteError::Sink(cause));
                return Err(Stop::Sink);
            }
        }
    }
    Ok(())
}
