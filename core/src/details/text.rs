//! Details as text formats write them.

use super::{Details, Exemplar, Timestamp};
use crate::collect::Flow;
use crate::number::Number;

/// A part of a line.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// In text 0.0.4, what follows a value.
    Milliseconds,
    /// In OpenMetrics, what follows a value: the timestamp, and the exemplar that has this number.
    Tail { exemplar: Option<usize>, scale: i8 },
    /// In OpenMetrics, the value of `_created`.
    Created,
}

type Put<'a> = &'a mut dyn FnMut(&[u8]) -> Flow;

pub(super) fn write(details: &Details<'_>, part: Part, put: Put<'_>) -> Flow {
    match part {
        Part::Milliseconds => details.timestamp().map_or(Ok(()), |timestamp| {
            put(b" ")?;
            put(Number::I64(timestamp.milliseconds()).text(0).as_bytes())
        }),
        Part::Tail { exemplar, scale } => {
            time(details.timestamp(), put)?;
            let exemplar = exemplar.and_then(|at| details.exemplars().get(at)?.as_ref());
            exemplar.map_or(Ok(()), |exemplar| tail(exemplar, scale, put))
        }
        Part::Created => time(details.created(), put),
    }
}

fn time(timestamp: Option<Timestamp>, put: Put<'_>) -> Flow {
    let Some(timestamp) = timestamp else { return Ok(()) };
    put(b" ")?;
    put(timestamp.text().as_bytes())
}

fn tail(exemplar: &Exemplar<'_>, scale: i8, put: Put<'_>) -> Flow {
    put(b" # {")?;
    let mut separator: &[u8] = b"";
    for (name, value) in exemplar.labels().iter() {
        put(separator)?;
        put(name.as_bytes())?;
        put(b"=\"")?;
        escape(value, true, &mut *put)?;
        separator = b"\",";
    }
    put(if separator.is_empty() { b"} " } else { b"\"} " })?;
    put(exemplar.value().text(scale).as_bytes())?;
    time(exemplar.timestamp(), put)
}

/// Text with `\` and newline escaped, and `"` where the place asks for it.
pub(crate) fn escape(text: &str, quotes: bool, mut put: impl FnMut(&[u8]) -> Flow) -> Flow {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| is_special(*byte, quotes)) {
        let (before, after) = rest.split_at_checked(at).unwrap_or_default();
        put(before)?;
        let Some((byte, after)) = after.split_first() else { break };
        put(match byte {
            b'\n' => b"\\n",
            b'"' => b"\\\"",
            _ => b"\\\\",
        })?;
        rest = after;
    }
    put(rest)
}

#[inline]
pub(crate) fn is_special(byte: u8, quotes: bool) -> bool {
    if byte > b'"' { byte == b'\\' } else { byte == b'\n' || (quotes && byte == b'"') }
}
