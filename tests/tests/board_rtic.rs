//! Tasks of three priorities update the same metrics; every total is exact. `UPDATE_EXPECT=1` writes the page anew.

use expect_test::expect_file;
use narthex_tests::{board::Board, example, qemu};

#[test]
fn tasks_of_every_priority_share_the_cells() {
    let board = Board::named("lm3s6965evb").unwrap();
    let elf = qemu::build(board, "embedded-examples", "tasks-rtic", "tasks-rtic").unwrap();
    let page = qemu::firmware(board, &elf).unwrap();
    example::promtool(&page).unwrap();
    let scenario = include_str!("../../embedded-examples/app/golden/exposition.txt");
    let own = page.strip_prefix(scenario).unwrap_or_else(|| panic!("not what the scenario exposes:\n{page}"));
    expect_file!["../../embedded-examples/rtic/expected.txt"].assert_eq(own);
}
