//! Pages that are torn, mutated, or made to take time.

use crate::GOLDEN;
use narthex::{ParseErrorKind, parse_openmetrics, parse_openmetrics_bytes};
use std::fmt::Write;
use std::time::Instant;

#[test]
fn a_torn_page_is_refused() {
    for page in GOLDEN {
        for (end, _) in page.char_indices() {
            assert!(parse_openmetrics(&page[..end]).is_err(), "{}", &page[..end]);
        }
        let line = page.len() / 2 + page[page.len() / 2..].find('\n').unwrap();
        assert_eq!(parse_openmetrics(&page[..=line]).unwrap_err().kind(), ParseErrorKind::End);
    }
}

#[test]
fn no_page_makes_it_panic() {
    const PIECES: [&str; 26] = [
        "# ",
        "# EOF\n",
        "# TYPE ",
        "# HELP ",
        "# UNIT ",
        "histogram\n",
        "summary\n",
        "stateset\n",
        "info\n",
        "counter\n",
        "a",
        "a_",
        "_total",
        "_bucket",
        "{",
        "}",
        "le=\"",
        "quantile=\"",
        "\"",
        "\\",
        ",",
        " ",
        "\n",
        "1",
        "+Inf",
        "é",
    ];
    let mut random = fastrand::Rng::with_seed(0x6e61_7274_6865_7832);
    let mut taken = 0;
    for round in 0..20_000 {
        let mut page = GOLDEN[round % GOLDEN.len()].as_bytes().to_vec();
        page.drain(random.usize(..page.len() / 2)..page.len() - random.usize(..page.len() / 2));
        for _ in 0..random.usize(..6) {
            let at = random.usize(..=page.len());
            match random.u8(..3) {
                0 if at < page.len() => page[at] ^= 1 << random.u8(..8),
                1 => drop(page.drain(at..page.len().min(at + random.usize(..20)))),
                _ => drop(page.splice(at..at, PIECES[random.usize(..PIECES.len())].bytes())),
            }
        }
        let soup: String = (0..random.usize(..40)).map(|_| PIECES[random.usize(..PIECES.len())]).collect();
        for page in [&page, soup.as_bytes()] {
            match parse_openmetrics_bytes(page) {
                Ok(_) => taken += 1,
                Err(error) => assert!(error.line() > 0 && error.column() > 0 && !error.message().is_empty()),
            }
        }
    }
    assert!(taken > 100, "{taken}");
}

/// Pages whose time would be a square of their size with a careless parser: then one of 20,000 lines takes 40 times as
/// long as 40 of 500.
#[test]
fn time_is_linear() {
    const MANY: usize = 40;
    for make in [labels, shuffled_series, shapes, families, small_families_after_a_large_one, states, points, orders] {
        let (small, large) = (make(500), make(500 * MANY));
        let time = |page: &str, times| {
            let start = Instant::now();
            (0..times).for_each(|_| drop(parse_openmetrics(page).unwrap()));
            start.elapsed()
        };
        // others use the machine, too: once is enough
        let is_linear = (0..5).any(|_| time(&large, 1) < time(&small, MANY) * 8);
        assert!(is_linear, "{:.200}", large);
    }
}

fn labels(count: usize) -> String {
    let mut page = "a{".to_owned();
    (0..count).for_each(|n| write!(page, "l{}=\"\",", n * 7919 % count).unwrap());
    page.pop();
    page + "} 1\n# EOF\n"
}

fn shuffled_series(count: usize) -> String {
    let mut page = String::new();
    (0..count).for_each(|n| writeln!(page, "a{{b=\"{}\"}} 1", n * 7919 % count).unwrap());
    page + "# EOF\n"
}

/// Each series has another label name.
fn shapes(count: usize) -> String {
    let mut page = String::new();
    (0..count).for_each(|n| writeln!(page, "a{{b{n}=\"c\"}} 1").unwrap());
    page + "# EOF\n"
}

fn families(count: usize) -> String {
    let mut page = String::new();
    (0..count).for_each(|n| writeln!(page, "a{n} 1").unwrap());
    page + "# EOF\n"
}

fn small_families_after_a_large_one(count: usize) -> String {
    shuffled_series(count).replace("# EOF\n", "") + &families(count)
}

fn states(count: usize) -> String {
    let mut page = "# TYPE a stateset\n".to_owned();
    (0..count).for_each(|n| writeln!(page, "a{{a=\"{}\"}} 0", n * 7919 % count).unwrap());
    page + "# EOF\n"
}

/// One series, ever newer.
fn points(count: usize) -> String {
    let mut page = "# TYPE a counter\n".to_owned();
    (0..count).for_each(|n| writeln!(page, "a_total 1 {n} # {{b=\"c\"}} 1").unwrap());
    page + "# EOF\n"
}

/// The labels of each histogram in another order at each line.
fn orders(count: usize) -> String {
    let mut page = "# TYPE a histogram\n".to_owned();
    for n in 0..count / 3 {
        writeln!(page, "a_bucket{{b=\"{n}\",c=\"d\",le=\"+Inf\"}} 1").unwrap();
        writeln!(page, "a_sum{{c=\"d\",b=\"{n}\"}} 1").unwrap();
        writeln!(page, "a_count{{b=\"{n}\",c=\"d\"}} 1").unwrap();
    }
    page + "# EOF\n"
}
