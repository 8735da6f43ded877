//! The parser, from outside: what it takes, what it makes of it, and what it refuses.

mod hostile;
mod random;
mod refused;
mod taken;

use narthex::encode::{self, Write};
use narthex::{Collect, parse_openmetrics};

/// What the project's encoders have written.
const GOLDEN: [&str; 3] = [
    include_str!("../golden/every_kind.om"),
    include_str!("../../../core/tests/golden/everything.om"),
    include_str!("../../../embedded-examples/app/golden/exposition.openmetrics.txt"),
];

#[test]
fn what_was_written_is_read_back() {
    for page in GOLDEN {
        assert_eq!(openmetrics(&parse_openmetrics(page).unwrap()), page);
    }
}

fn openmetrics(metrics: &dyn Collect) -> String {
    let mut page = Page::default();
    encode::openmetrics(metrics, &mut page).unwrap();
    String::from_utf8(page.0).unwrap()
}

fn text(metrics: &dyn Collect) -> String {
    let mut page = Page::default();
    encode::text(metrics, &mut page).unwrap();
    String::from_utf8(page.0).unwrap()
}

#[derive(Default)]
struct Page(Vec<u8>);

impl Write for Page {
    type Error = std::convert::Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}
