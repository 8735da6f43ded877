//! How much memory a page takes while it is read, and after.

use narthex::{AllocatorCollector, parse_openmetrics, sample_value};
use std::fmt::Write;

#[global_allocator]
static ALLOCATOR: AllocatorCollector = AllocatorCollector::new();

const GOLDEN: &str = include_str!("../../embedded-examples/app/golden/exposition.openmetrics.txt");

/// One test: what others allocate meanwhile would be counted as well.
#[test]
fn memory_is_proportional_to_the_page() {
    let many = |line: &dyn Fn(usize) -> String| {
        let mut page = String::new();
        (0..50_000).for_each(|n| writeln!(page, "{}", line(n)).unwrap());
        page + "# EOF\n"
    };
    let labels: Vec<_> = (0..50_000).map(|n| format!("l{n}=\"\"")).collect();
    for (what, page) in [
        ("what firmware writes", GOLDEN.to_owned()),
        ("a family at each line", many(&|n| format!("{} 1", short(n)))),
        ("a series at each line", many(&|n| format!("a{{b=\"{n}\"}} 1"))),
        ("a label name at each line", many(&|n| format!("a{{b{n}=\"c\"}} 1"))),
        (
            "a histogram at each line",
            "# TYPE a histogram\n".to_owned() + &many(&|n| format!("a_bucket{{b=\"{n}\",le=\"+Inf\"}} 1")),
        ),
        ("many labels", format!("a{{{}}} 1\n# EOF\n", labels.join(","))),
        ("escapes", format!("a{{b=\"{}\"}} 1\n# EOF\n", "\\n".repeat(50_000))),
    ] {
        let value = |name| sample_value(&ALLOCATOR, name, &[]).unwrap();
        let names = ["process_heap_bytes", "allocator_allocated_bytes_total"];
        let before = names.map(value);
        let exposition = parse_openmetrics(&page).unwrap();
        let [kept, allocated] = [0, 1].map(|at| (value(names[at]) - before[at]) / page.len() as f64);
        drop(exposition);
        println!("{what}: {kept:.1} bytes are kept for each of the page, {allocated:.1} were allocated");
        assert!(kept < 16.0 && allocated < 64.0, "{what}: {kept} {allocated}");
        assert!(value(names[0]) - before[0] < 1_000.0, "{what} leaves something behind");
    }
}

/// As short a name as there is.
fn short(mut n: usize) -> String {
    let mut name = String::new();
    while n > 0 || name.is_empty() {
        name.push(char::from(b'a' + (n % 26) as u8));
        n /= 26;
    }
    name
}
