use super::format::{Format, type_line};
use super::write::{Write, WriteError};
use crate::collect::{Flow, Sink, Stop};
use crate::desc::Desc;
use crate::number::Number;
use crate::point::{Extra, Line, Sample};
use core::marker::PhantomData;

/// A sink of samples that writes them to a sink of bytes.
///
/// [`encode::text`](crate::encode::text) and [`encode::openmetrics`](crate::encode::openmetrics) write whole pages;
/// this is the piece that they are made of.
pub struct Encoder<'w, W: Write + ?Sized, F> {
    out: &'w mut W,
    error: Option<WriteError<W::Error>>,
    format: PhantomData<F>,
}

impl<'w, W: Write + ?Sized, F: Format> Encoder<'w, W, F> {
    /// An encoder that has written nothing.
    pub const fn new(out: &'w mut W) -> Self {
        Self { out, error: None, format: PhantomData }
    }

    /// The end of the page: `# EOF` where the format has it.
    ///
    /// # Errors
    ///
    /// [`Stop::Sink`], when the sink failed.
    pub fn end(&mut self) -> Flow {
        if F::DIALECT.open_metrics() { self.put(b"# EOF\n") } else { Ok(()) }
    }

    /// Why the sink took no more, if it did not.
    pub fn into_error(self) -> Option<WriteError<W::Error>> {
        self.error
    }

    pub(super) fn out(&mut self) -> &mut W {
        self.out
    }

    #[inline(never)]
    fn put(&mut self, mut bytes: &[u8]) -> Flow {
        while !bytes.is_empty() {
            match self.out.write(bytes) {
                Ok(0) => {
                    self.error = Some(WriteError::Zero);
                    return Err(Stop::Sink);
                }
                Ok(taken) => bytes = bytes.get(taken..).unwrap_or_default(),
                Err(error) => {
                    self.error = Some(WriteError::Sink(error));
                    return Err(Stop::Sink);
                }
            }
        }
        Ok(())
    }

    fn name(&mut self, desc: &Desc<'_>, suffix: &str) -> Flow {
        desc.name().try_for_each(|part| self.put(part.as_bytes()))?;
        self.put(suffix.as_bytes())
    }

    /// Text with `\` and newline escaped, and `"` where the place asks for it.
    fn escaped(&mut self, text: &str, quotes: bool) -> Flow {
        let mut rest = text.as_bytes();
        let special = |byte: &u8| matches!(byte, b'\\' | b'\n') || (quotes && *byte == b'"');
        while let Some(at) = rest.iter().position(special) {
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

    fn metadata(&mut self, keyword: &str, desc: &Desc<'_>, suffix: &str) -> Flow {
        self.put(keyword.as_bytes())?;
        self.name(desc, suffix)?;
        self.put(b" ")
    }

    fn line(&mut self, desc: &Desc<'_>, sample: &Sample<'_>, line: &Line<'_>) -> Flow {
        self.name(desc, line.suffix)?;
        let mut separator: &[u8] = b"{";
        for (name, value) in sample.labels.iter() {
            self.put(separator)?;
            self.put(name.as_bytes())?;
            self.put(b"=\"")?;
            self.escaped(value, true)?;
            separator = b"\",";
        }
        match line.extra {
            Extra::None => {}
            Extra::Le(bound, scale) => {
                self.put(separator)?;
                self.put(b"le=\"")?;
                self.bound(bound, scale)?;
                separator = b"\",";
            }
            Extra::State(state) => {
                self.put(separator)?;
                self.name(desc, "=\"")?;
                self.escaped(state, true)?;
                separator = b"\",";
            }
        }
        self.put(if separator.len() == 1 { b" " } else { b"\"} " })?;
        self.put(line.value.text(line.scale).as_bytes())?;
        self.put(b"\n")
    }

    /// A bound. OpenMetrics 1.0 ("Canonical numbers") writes whole numbers with `.0`.
    fn bound(&mut self, bound: Option<Number>, scale: i8) -> Flow {
        let Some(bound) = bound else { return self.put(b"+Inf") };
        let text = bound.text(scale);
        let whole = F::DIALECT.open_metrics() && text.as_bytes().iter().all(|b| !matches!(b, b'.' | b'e'));
        self.put(text.as_bytes())?;
        if whole { self.put(b".0") } else { Ok(()) }
    }
}

impl<W: Write + ?Sized, F: Format> Sink for Encoder<'_, W, F> {
    fn family(&mut self, desc: &Desc<'_>) -> Flow<usize> {
        let (suffix, kind) = type_line(F::DIALECT, desc.kind());
        if !desc.help().is_empty() {
            self.metadata("# HELP ", desc, suffix)?;
            self.escaped(desc.help(), F::DIALECT.open_metrics())?;
            self.put(b"\n")?;
        }
        self.metadata("# TYPE ", desc, suffix)?;
        self.put(kind.as_bytes())?;
        self.put(b"\n")?;
        if F::DIALECT.open_metrics() && !desc.unit().is_empty() {
            self.metadata("# UNIT ", desc, suffix)?;
            self.put(desc.unit().as_bytes())?;
            self.put(b"\n")?;
        }
        Ok(0)
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        sample.lines(desc, F::DIALECT, &mut |line| self.line(desc, sample, line))
    }
}
