//! `cargo xtask tidy`: the rules of the house that no compiler checks.

mod source;
mod version;

use crate::project;
use anyhow::{Result, bail};
use source::{Cfg, Source};
use std::fs;
use std::path::Path;

/// A crate whose rooms lie in layers. A room may use its own layer and those before it.
struct Layered {
    source: &'static str,
    layers: &'static [&'static [&'static str]],
}

const LAYERED: [Layered; 2] = [
    Layered {
        source: "core/src/",
        layers: &[
            &["word"],
            &["number"],
            &["cell"],
            &["name", "desc", "label", "escaping", "utf8"],
            &["family"],
            &["point", "collect", "details"],
            &["metric", "adapt", "lookup", "guard", "exemplified"],
            &["encode"],
            &["frame"],
            &["impls"],
        ],
    },
    Layered {
        source: "host/src/",
        layers: &[
            &["sync", "created", "collectors", "parse", "testing"],
            &["registered"],
            &["error"],
            &["instrument"],
            &["runtime"],
            &["guard", "families"],
            &["registry"],
            &["builder"],
            &["exposition"],
            &["http", "middleware", "textfile"],
            &["push"],
            &["relay"],
            &["bin"],
        ],
    },
];

/// Where a `cfg` may ask about the target.
const TARGET_CFG: [&str; 2] = ["core/src/word/", "host/src/sync/"];

/// The sources that are published.
const PUBLISHED: [&str; 3] = ["core/src/", "core/derive/src/", "host/src/"];

/// Lines of a file: think again, and no more.
const LONG: usize = 250;
const TOO_LONG: usize = 400;

pub fn run() -> Result<()> {
    let mut found = Found::default();
    for source in sources()? {
        check(&source, &mut found);
    }
    found.errors.extend(version::check(&project::root())?);
    for warning in &found.warnings {
        eprintln!("warning: {warning}");
    }
    if !found.errors.is_empty() {
        bail!("the house is not tidy:\n    {}", found.errors.join("\n    "))
    }
    Ok(())
}

#[derive(Default)]
struct Found {
    warnings: Vec<String>,
    errors: Vec<String>,
}

fn check(source: &Source, found: &mut Found) {
    let path = &source.path;
    match source.lines {
        0..=LONG => {}
        lines @ ..=TOO_LONG => found.warnings.push(format!("{path} has {lines} lines; aim for {LONG}")),
        lines => found.errors.push(format!("{path} has {lines} lines; {TOO_LONG} is the limit")),
    }
    if PUBLISHED.iter().any(|published| path.starts_with(published)) {
        found.errors.extend(source.cfgs().iter().filter_map(|cfg| misplaced(path, cfg)));
    }
    for layered in &LAYERED {
        if let Some(inside) = path.strip_prefix(layered.source)
            && inside != "lib.rs"
            && !inside.ends_with("/tests.rs")
            && !inside.contains("/tests/")
        {
            found.errors.extend(upward(source, inside, layered.layers));
        }
    }
}

/// What is wrong with the place of a `cfg`.
fn misplaced(path: &str, cfg: &Cfg) -> Option<String> {
    let Cfg { line, condition, item } = cfg;
    let asks = |word: &str| condition.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word);
    let target = condition.contains("target_") || asks("unix") || asks("windows");
    if target && !TARGET_CFG.iter().any(|allowed| path.starts_with(allowed)) {
        return Some(format!("{path}:{line}: a target `cfg` outside {}", TARGET_CFG.join(", ")));
    }
    let feature = condition.contains("feature =");
    let re_export = path.ends_with("/lib.rs") && item.starts_with("pub use ");
    let module = item.trim_start_matches("pub(crate) ").trim_start_matches("pub ").starts_with("mod ");
    let krate = item.starts_with("extern crate ");
    (feature && !re_export && !module && !krate)
        .then(|| format!("{path}:{line}: a feature `cfg` that is not on a `mod` line"))
}

/// The uses of rooms that lie above, by the file at `inside` its crate.
fn upward(source: &Source, inside: &str, layers: &[&[&str]]) -> Vec<String> {
    let layer = |room: &str| layers.iter().position(|rooms| rooms.contains(&room));
    let room = inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs");
    let path = &source.path;
    let Some(own) = layer(room) else {
        return vec![format!("{path}: {room} is in no layer; give it one in tests/src/tidy.rs")];
    };
    let problem = |(line, used): (usize, String)| match layer(&used) {
        Some(other) if other > own => Some(format!("{path}:{line}: {room} uses {used}, which lies above it")),
        Some(_) => None,
        None => Some(format!("{path}:{line}: `crate::{used}` is no room; name the room that it lives in")),
    };
    source.crate_paths().into_iter().filter_map(problem).collect()
}

/// Every Rust file of the repository.
fn sources() -> Result<Vec<Source>> {
    let mut found = Vec::new();
    for directory in ["core", "host", "tests", "embedded-examples"] {
        visit(Path::new(directory), &mut found)?;
    }
    Ok(found)
}

fn visit(directory: &Path, found: &mut Vec<Source>) -> Result<()> {
    let full = project::root().join(directory);
    if !full.is_dir() {
        return Ok(());
    }
    let mut entries = fs::read_dir(full)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = directory.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "target" {
                visit(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(Source::new(&path.to_string_lossy(), &fs::read_to_string(entry.path())?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(path: &str, text: &str) -> Vec<String> {
        let mut found = Found::default();
        check(&Source::new(path, text), &mut found);
        found.errors
    }

    #[test]
    fn layers_point_down() {
        for (path, text, error) in [
            ("core/src/word/zero.rs", "use crate::cell::Counter;", "word uses cell, which lies above it"),
            (
                "core/src/cell/mod.rs",
                "\nuse crate::{\n    word::Zero,\n    family::Table,\n};",
                "cell uses family, which",
            ),
            ("core/src/label/set.rs", "fn f() -> crate::encode::Text {}", "label uses encode, which"),
            ("core/src/name.rs", "use crate::Counter;", "`crate::Counter` is no room"),
            ("core/src/helpers.rs", "", "helpers is in no layer"),
            ("host/src/error.rs", "use crate::http::serve;", "error uses http, which lies above it"),
        ] {
            let errors = errors(path, text);
            assert!(errors.len() == 1 && errors[0].contains(error), "{path}: {errors:?}");
        }
        for (path, text) in [
            ("core/src/cell/counter.rs", "use crate::word::{Word64, Zero};\nuse crate::number::Scalar;"),
            ("core/src/word/word32.rs", "//! see [`crate::cell`]\n/* crate::cell */ const S: &str = \"crate::cell\";"),
            ("core/src/cell/gauge.rs", "#[cfg(test)]\nmod tests {\n    use crate::encode::text;\n}"),
            ("core/src/cell/bounds.rs", "macro_rules! b { () => { $crate::Zero } }"),
            ("core/src/lib.rs", "use crate::encode::text;"),
            ("core/src/cell/tests.rs", "use crate::encode::text;"),
            ("host/src/registry.rs", "use crate::error::Error;"),
            ("core/src/encode/tests/fixture.rs", "use crate::Counter;"),
        ] {
            assert_eq!(errors(path, text), [""; 0], "{path}");
        }
    }

    #[test]
    fn a_cfg_has_its_place() {
        let target = "a target `cfg` outside core/src/word/, host/src/sync/";
        let feature = "a feature `cfg` that is not on a `mod` line";
        for (path, text, error) in [
            ("core/src/cell/counter.rs", "#[cfg(target_has_atomic = \"64\")]\nfn f() {}", target),
            ("core/src/cell/counter.rs", "#[cfg_attr(\n    target_arch = \"arm\",\n    inline\n)]\nfn f() {}", target),
            ("host/src/http.rs", "fn f() { if cfg!(all(unix, debug_assertions)) {} }", target),
            ("core/src/point.rs", "#[cfg(feature = \"defmt\")]\nimpl Format for Point {}", feature),
            ("core/src/point.rs", "#[cfg_attr(feature = \"defmt\", derive(Format))]\nstruct Point;", feature),
            ("core/src/point.rs", "#[cfg(feature = \"derive\")]\npub use x::Y;", feature),
        ] {
            let errors = errors(path, text);
            assert!(errors.len() == 1 && errors[0].ends_with(error), "{path}: {errors:?}");
        }
        for (path, text) in [
            (
                "core/src/word/mod.rs",
                "#[cfg_attr(not(target_has_atomic = \"64\"), path = \"section64.rs\")]\nmod word64;",
            ),
            ("core/src/impls/mod.rs", "#[cfg(feature = \"defmt\")]\n#[doc(hidden)]\npub mod defmt;"),
            ("core/src/lib.rs", "#[cfg(any(test, feature = \"std\"))]\nextern crate std;"),
            ("core/src/lib.rs", "#[cfg(feature = \"derive\")]\npub use narthex_derive::MetricGroup;"),
            ("core/src/lib.rs", "#![cfg_attr(docsrs, feature(doc_cfg))]"),
            ("core/src/point.rs", "/// # #[cfg(feature = \"derive\")] {\nfn f() { if cfg!(miri) {} }"),
            ("tests/firmware/boards/src/lib.rs", "#[cfg(target_arch = \"arm\")]\nfn f() {}"),
        ] {
            assert_eq!(errors(path, text), [""; 0], "{path}");
        }
    }

    #[test]
    fn files_stay_short() {
        let of = |lines| {
            let mut found = Found::default();
            check(&Source::new("host/tests/x.rs", &"\n".repeat(lines)), &mut found);
            (found.warnings.len(), found.errors.len())
        };
        assert_eq!([of(250), of(251), of(400), of(401)], [(0, 0), (1, 0), (1, 0), (0, 1)]);
    }
}
