use narthex_core::encode::{self, EncodeError, Write};
use narthex_core::{Collect, CollectError};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Whether the page of `metrics` is as expected, of the families called `names`, or of all when there are no names.
///
/// The page is OpenMetrics when `expected` ends in `# EOF`, else text 0.0.4. `HELP`, `TYPE` and `UNIT` lines count; other
/// comments, indentation, blank lines, the order of lines and of labels, and how a number is written (`1e3`, `1000`) do
/// not. A family is called as on its `TYPE` line; `_total` and `_info` may be left out.
///
/// ```
/// use narthex::{Registry, testing::compare};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::new();
/// let jobs = registry.counter("jobs_total", "Jobs.").labels(["queue", "state"]).register()?;
/// jobs.get(["mail", "done"]).inc();
/// let expected = r#"
///     ## HELP jobs_total Jobs.
///     ## TYPE jobs_total counter
///     jobs_total{state="done",queue="mail"} 1
/// "#;
/// compare(&registry, expected, &["jobs"])?;
///
/// jobs.get(["mail", "done"]).inc();
/// let difference = compare(&registry, expected, &["jobs"]).unwrap_err();
/// assert_eq!(
///     difference.to_string(),
///     r#"the page is not as expected (-: expected, +: found)
/// - jobs_total{state="done",queue="mail"} 1
/// + jobs_total{queue="mail",state="done"} 2
/// "#
/// );
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Difference`], line by line, which also says when a collector failed.
pub fn compare(metrics: &dyn Collect, expected: &str, names: &[&str]) -> Result<(), Difference> {
    let (mut page, open) = (Page(Vec::new()), expected.lines().any(|line| line.trim() == "# EOF"));
    let outcome = if open { encode::openmetrics(metrics, &mut page) } else { encode::text(metrics, &mut page) };
    let page = String::from_utf8(page.0).unwrap_or_default();
    let mut difference = Difference::default();
    if let Err(EncodeError::Collector(error)) = outcome {
        difference.failure = Some(error);
    }
    let (mut expected, mut found) = (lines(expected, names), lines(&page, names));
    let keys: Vec<Key<'_>> = expected.keys().chain(found.keys()).cloned().collect();
    for key in keys {
        let (mut expected, mut found) =
            (expected.remove(&key).unwrap_or_default().into_iter(), found.remove(&key).unwrap_or_default().into_iter());
        loop {
            match (expected.next(), found.next()) {
                (None, None) => break,
                (Some(expected), None) => difference.missing.push(expected.whole.into()),
                (None, Some(found)) => difference.extra.push(found.whole.into()),
                (Some(expected), Some(found)) if expected.says(&found) => {}
                (Some(expected), Some(found)) => difference.changed.push((expected.whole.into(), found.whole.into())),
            }
        }
    }
    if difference == Difference::default() { Ok(()) } else { Err(difference) }
}

/// How a page differs from what was expected. Shown as a list of lines, by `{}` and by `{:?}`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Difference {
    missing: Vec<String>,
    extra: Vec<String>,
    changed: Vec<(String, String)>,
    failure: Option<CollectError>,
}

impl Difference {
    /// The lines that were expected and are not there.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// The lines that are there and were not expected.
    pub fn extra(&self) -> &[String] {
        &self.extra
    }

    /// The lines that say something else than expected: the one that was expected, and the one that is there.
    pub fn changed(&self) -> &[(String, String)] {
        &self.changed
    }

    /// Why a collector failed, so that lines may be missing.
    pub fn failure(&self) -> Option<CollectError> {
        self.failure
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "the page is not as expected (-: expected, +: found)")?;
        self.failure.iter().try_for_each(|error| writeln!(f, "! a collector failed: {error}"))?;
        self.changed.iter().try_for_each(|(expected, found)| writeln!(f, "- {expected}\n+ {found}"))?;
        self.missing.iter().try_for_each(|line| writeln!(f, "- {line}"))?;
        self.extra.iter().try_for_each(|line| writeln!(f, "+ {line}"))
    }
}

impl std::fmt::Debug for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Difference {}

struct Page(Vec<u8>);

impl Write for Page {
    type Error = Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}

/// What a line is about: its name, or what kind of comment and the name, and sorted labels.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a>(&'a str, Vec<&'a str>);

/// A line, and what it says of what it is about.
struct Line<'a> {
    whole: &'a str,
    rest: &'a str,
}

impl Line<'_> {
    fn says(&self, other: &Self) -> bool {
        if self.rest == other.rest || self.whole == other.whole {
            return true;
        }
        let parts = |line: &Self| match line.rest.split_once(' ') {
            Some((value, tail)) => (value.to_string(), tail.to_string()),
            None => (line.rest.to_string(), String::new()),
        };
        let ((mine, my_tail), (theirs, their_tail)) = (parts(self), parts(other));
        !self.whole.starts_with('#') && my_tail == their_tail && same_number(&mine, &theirs)
    }
}

/// Integers are compared whole, where doubles would round.
fn same_number(a: &str, b: &str) -> bool {
    match (a.parse::<i128>(), b.parse::<i128>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a.parse::<f64>().is_ok_and(|a| b.parse::<f64>().is_ok_and(|b| a == b || a.is_nan() && b.is_nan())),
    }
}

/// The lines of the families with these names, by what they are about.
fn lines<'a>(page: &'a str, names: &[&str]) -> BTreeMap<Key<'a>, Vec<Line<'a>>> {
    let (mut lines, mut family) = (BTreeMap::<_, Vec<_>>::new(), "");
    for whole in page.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (key, rest) = if let Some(comment) = whole.strip_prefix('#') {
            let mut words = comment.trim_start().splitn(3, ' ');
            let (Some(what @ ("HELP" | "TYPE" | "UNIT")), Some(name)) = (words.next(), words.next()) else { continue };
            family = name;
            (Key(name, vec![what]), words.next().unwrap_or_default().trim_start())
        } else {
            sample(whole)
        };
        if !key.0.strip_prefix(family).is_some_and(|ending| SUFFIXES.contains(&ending)) {
            family = key.0;
        }
        if names.is_empty() || names.iter().any(|name| called(family, name)) {
            lines.entry(key).or_default().push(Line { whole, rest });
        }
    }
    lines
}

/// What samples of a family may be called besides its name.
const SUFFIXES: [&str; 9] = ["", "_total", "_created", "_bucket", "_sum", "_count", "_gsum", "_gcount", "_info"];

fn called(family: &str, name: &str) -> bool {
    let bare = |name| ["_total", "_info"].iter().find_map(|end| str::strip_suffix(name, end)).unwrap_or(name);
    family == name || bare(family) == name || family == bare(name)
}

/// What a sample is about, and the rest of its line.
fn sample(line: &str) -> (Key<'_>, &str) {
    let Some((name, mut rest)) = line.split_once('{').filter(|(name, _)| !name.contains(' ')) else {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        return (Key(name, Vec::new()), rest.trim_start());
    };
    let mut labels = Vec::new();
    while let Some(end) = end_of_label(rest) {
        let (label, behind) = rest.split_at(end);
        labels.push(label.trim_matches([' ', ',']));
        rest = behind.trim_start_matches([' ', ',']);
    }
    labels.sort_unstable();
    (Key(name, labels), rest.trim_start_matches('}').trim_start())
}

/// Behind the second quote of `name="value"`, unless the labels end before it.
fn end_of_label(text: &str) -> Option<usize> {
    let open = text.find(['"', '}']).filter(|at| text[*at..].starts_with('"'))?;
    let mut escaped = false;
    let close = text[open + 1..].bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })?;
    Some(open + 1 + close + 1)
}
