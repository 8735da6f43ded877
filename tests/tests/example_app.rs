//! The metrics of the example firmware, compiled for the host, against the files that the boards are held to.

use app::NODE;
use narthex::encode::{Cursor, Format, OpenMetrics, Text};

const TEXT: &str = include_str!("../../embedded-examples/app/golden/exposition.txt");
const OPENMETRICS: &str = include_str!("../../embedded-examples/app/golden/exposition.openmetrics.txt");

fn page<F: Format>() -> String {
    let (mut cursor, mut page, mut buffer) = (Cursor::<F>::new(), Vec::new(), [0; 512]);
    loop {
        match cursor.fill(&NODE, &mut buffer).unwrap() {
            0 => return String::from_utf8(page).unwrap(),
            filled => page.extend_from_slice(&buffer[..filled]),
        }
    }
}

#[test]
fn the_host_exposes_what_the_boards_do() {
    app::boot();
    (0..app::STEPS).for_each(|n| {
        app::step(n);
        app::on_timer();
    });
    assert!(app::is_over());
    assert_eq!(page::<Text>(), TEXT);
    assert_eq!(page::<OpenMetrics>(), OPENMETRICS);
    assert!(narthex::collisions(&NODE, &mut |a, b| panic!("{a:?} and {b:?}")));
}
