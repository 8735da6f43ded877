//! One page for each rule, and what is said about it.

use narthex::{ParseErrorKind, parse_openmetrics, parse_openmetrics_bytes};

const TRANSCRIPT: &str = include_str!("refused.txt");

#[test]
fn every_rule() {
    let pages = TRANSCRIPT.lines().skip_while(|line| !line.starts_with("##"));
    let mut lines = pages.filter(|line| !line.is_empty() && !line.starts_with("##"));
    let mut wrong = Vec::new();
    while let (Some(shown), Some(expected)) = (lines.next(), lines.next()) {
        let mut page = shown.replace('⏎', "\n").replace('␍', "\r").replace('⇥', "\t");
        if !page.contains("# E") {
            page.push_str("\n# EOF\n");
        }
        let said = match parse_openmetrics(&page) {
            Ok(_) => "taken".to_owned(),
            Err(error) => format!("{:?}, {error}", error.kind()),
        };
        if said != expected.trim_start() {
            wrong.push(format!("{shown}\n    {said}"));
        }
    }
    assert!(wrong.is_empty(), "not as in refused.txt:\n{}", wrong.join("\n"));
}

#[test]
fn bytes_that_are_not_text() {
    let error = parse_openmetrics_bytes(b"a 1\nb{c=\"d\xC3\"} 1\n# EOF\n").unwrap_err();
    assert_eq!((error.kind(), error.line(), error.column()), (ParseErrorKind::Encoding, 2, 7));
    assert_eq!(error.message(), "the byte 0xC3 is not UTF-8, which a page has to be");
    assert!(parse_openmetrics_bytes("é{} 1\n# EOF\n".as_bytes()).is_err_and(|e| e.kind() == ParseErrorKind::Syntax));
    assert!(parse_openmetrics_bytes(b"# EOF\n").is_ok());
}
