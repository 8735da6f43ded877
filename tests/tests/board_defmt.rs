//! What firmware logs with defmt, decoded. `UPDATE_EXPECT=1` writes the transcripts anew.

use expect_test::expect_file;
use narthex_tests::{log, project};
use std::collections::BTreeSet;

#[test]
fn the_example_logs_its_metrics() {
    let logged = log::logged("embedded-examples", "log-defmt").unwrap();
    expect_file!["../../embedded-examples/defmt/expected.txt"].assert_eq(&logged);
}

/// One firmware: it logs every type, and then from two contexts at once.
#[test]
fn every_type_reads_well_and_interrupts_log_too() {
    let logged = log::logged("tests/firmware", "logger").unwrap();
    let (storm, types): (Vec<&str>, Vec<&str>) = logged.lines().partition(|line| line.starts_with("DEBUG"));

    expect_file!["../firmware/logger/expected.txt"].assert_eq(&(types.join("\n") + "\n"));
    let shown: BTreeSet<&str> = types.iter().filter_map(|line| line.split([' ', ',', ':']).nth(1)).collect();
    let missing: Vec<_> = formatted().into_iter().filter(|name| !shown.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "core formats {missing:?}, but tests/firmware/logger does not log them");

    interleaved(&storm);
}

/// The types for which core implements `defmt::Format`.
fn formatted() -> BTreeSet<String> {
    let source = std::fs::read_to_string(project::path("core/src/impls/defmt.rs")).unwrap();
    let heads = source.lines().filter_map(|line| line.strip_prefix("    [")?.split_once("] ")?.1.split_once(": |"));
    let names: BTreeSet<_> = heads.map(|(r#type, _)| r#type.split('<').next().unwrap().to_owned()).collect();
    assert!(names.len() > 20, "the list of formats looks different now: {names:?}");
    names
}

/// No line of main code or of the interrupt is lost, and each says as much as there was to say at least.
fn interleaved(storm: &[&str]) {
    let (last, lines) = storm.split_last().unwrap();
    let (mut main, mut interrupts, mut turns) = (0_u64, 0_u64, 0);
    let mut before = "";
    for line in lines {
        let (context, rest) = line.strip_prefix("DEBUG ").and_then(|line| line.split_once(' ')).unwrap();
        let (number, rest) = rest.split_once(": ").unwrap();
        let own = if context == "main" { &mut main } else { &mut interrupts };
        assert_eq!(number.parse(), Ok(*own), "{line}");
        *own += 1;
        let count = rest.split([']', ',']).nth(2).and_then(|count| count.trim().parse::<u64>().ok()).unwrap();
        assert!((main.max(interrupts)..=main + interrupts + 1).contains(&count), "{line}");
        turns += usize::from(context != before);
        before = context;
    }
    assert!(turns > 100, "interrupts hardly came between lines of main code: {turns}");
    let sum = (0..main).sum::<u64>() + (0..interrupts).sum::<u64>();
    assert!(last.contains(&format!("{}], sum: {sum} }}", main + interrupts)), "{last}");
}
