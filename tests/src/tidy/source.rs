//! As much of Rust's grammar as the rules need.

/// A file with its comments and the contents of its strings blanked out.
pub struct Source {
    /// Relative to the repository.
    pub path: String,
    pub lines: usize,
    code: String,
}

/// A `#[cfg(..)]`, `#[cfg_attr(..)]` or `cfg!(..)`.
pub struct Cfg {
    pub line: usize,
    pub condition: String,
    /// What the attribute is on, without other attributes; empty for `cfg!`.
    pub item: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.replace('\\', "/"), lines: text.lines().count(), code: blank(text) }
    }

    pub fn cfgs(&self) -> Vec<Cfg> {
        let mut found = Vec::new();
        for start in ["cfg(", "cfg_attr(", "cfg!("] {
            for at in words(&self.code, start) {
                let condition = balanced(&self.code[at + start.len() - 1..]);
                let after = &self.code[at + start.len() - 1 + condition.len()..];
                let item = after.strip_prefix(']').map(without_attributes).unwrap_or_default();
                let item = item.lines().next().unwrap_or_default().to_owned();
                found.push(Cfg { line: self.line(at), condition: condition.to_owned(), item });
            }
        }
        found
    }

    /// What follows `crate::`, one entry for each name in braces, outside the tests at the end of the file.
    pub fn crate_paths(&self) -> Vec<(usize, String)> {
        let code = &self.code[..self.tests_start()];
        let mut found = Vec::new();
        for at in words(code, "crate::").filter(|at| !code[..*at].ends_with('$')) {
            let rest = &code[at + "crate::".len()..];
            let names = if rest.starts_with('{') { group(balanced(rest)) } else { vec![identifier(rest)] };
            found.extend(names.into_iter().map(|name| (self.line(at), name.to_owned())));
        }
        found
    }

    fn tests_start(&self) -> usize {
        let mark = "#[cfg(test)]";
        let opens_module = |at: &usize| {
            let item = without_attributes(&self.code[at + mark.len()..]);
            item.starts_with("mod ") && item.lines().next().is_some_and(|line| line.ends_with('{'))
        };
        self.code.match_indices(mark).map(|(at, _)| at).find(opens_module).unwrap_or(self.code.len())
    }

    fn line(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }
}

/// Where `word` begins, but not inside a longer identifier.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let begins = |at: &usize| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    code.match_indices(word).map(|(at, _)| at).filter(begins)
}

fn identifier(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The bracketed text that `text` starts with, brackets included.
fn balanced(text: &str) -> &str {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..=at];
        }
    }
    text
}

/// The first name of each path in `{a, b::c, d::{e, f}}`.
fn group(braces: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = braces.strip_prefix('{').unwrap_or(braces);
    while let Some(at) = rest.find(|c: char| c.is_alphanumeric() || c == '_') {
        rest = &rest[at..];
        names.push(identifier(rest));
        let end = rest.find([',', '{']).unwrap_or(rest.len());
        let inner = if rest[end..].starts_with('{') { balanced(&rest[end..]).len() } else { 0 };
        rest = &rest[end + inner..];
    }
    names
}

fn without_attributes(mut code: &str) -> &str {
    loop {
        code = code.trim_start();
        match code.strip_prefix('#') {
            Some(attribute) => code = &attribute[balanced(attribute).len()..],
            None => return code,
        }
    }
}

/// The code with comments and the contents of strings replaced by spaces; line ends stay.
fn blank(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (kept, dropped) = match c {
            '/' if rest.starts_with("//") => (0, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (0, rest.find("*/").map_or(rest.len(), |end| end + 2)),
            '"' => (1, string(&rest[1..])),
            'r' if raw_hashes(rest).is_some() && !code.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                let close = format!("\"{}", "#".repeat(raw_hashes(rest).unwrap_or_default()));
                let open = 1 + close.len();
                (0, rest[open..].find(&close).map_or(rest.len(), |end| open + end + close.len()))
            }
            '\'' => (character(rest), 0),
            _ => (c.len_utf8(), 0),
        };
        code.push_str(&rest[..kept]);
        code.extend(rest[kept..kept + dropped].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[kept + dropped..];
    }
    code
}

/// The length of a string's rest, its closing quote included.
fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// How many `#` a raw string at the start of `rest` has.
fn raw_hashes(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

/// The length of a character literal, or of the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(1, |end| end + 4),
        Some(_) => chars.next().filter(|(_, c)| *c == '\'').map_or(1, |(at, _)| at + 1),
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanking_keeps_code_and_lines() {
        for (text, code) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b\n */ c", "a     \n    c"),
            (r#"f("x\"y", 'z')"#, r#"f("     , 'z')"#),
            ("r#\"a\"b\"# + 'x + '\"' + '\\''", "         + 'x + '\"' + '\\''"),
            ("for \"//\"", "for \"   "),
        ] {
            assert_eq!(blank(text), code, "{text}");
        }
    }

    #[test]
    fn names_of_a_group() {
        assert_eq!(group("{a, b::c, d::{e, f::{g}}, h as i}"), ["a", "b", "d", "h"]);
        assert_eq!(group("{}"), [""; 0]);
    }
}
