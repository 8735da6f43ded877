//! What is served of several devices, at moments that the tests choose.

use super::fleet::Fleet;
use super::view::View;
use crate::encode::{self, OpenMetrics};
use crate::{Registry, generate_latest, parse_openmetrics};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const STALE_AFTER: Duration = Duration::from_secs(30);

/// Devices `a`, `b`, … and the time.
struct Devices {
    fleet: Fleet,
    now: Instant,
}

impl Devices {
    fn new(count: usize) -> Self {
        let fleet = Fleet::new(["a", "b", "c"].into_iter().take(count), STALE_AFTER);
        Self { fleet, now: Instant::now() }
    }

    /// A device sends a page; what is said about it.
    fn send(&mut self, device: usize, page: &str) -> Vec<String> {
        let exposition = parse_openmetrics(&format!("{page}# EOF\n")).unwrap();
        self.fleet.accept(device, exposition, self.now).into_iter().map(|conflict| conflict.0).collect()
    }

    fn view(&mut self) -> View {
        View::new(self.fleet.shown(self.now))
    }

    /// The lines that are served, without metadata.
    fn page(&mut self) -> Vec<String> {
        let view = self.view();
        let mut text = vec![0; 100_000];
        let mut rest = &mut text[..];
        encode::openmetrics(&view, &mut rest).unwrap();
        let left = rest.len();
        text.truncate(100_000 - left);
        let text = String::from_utf8(text).unwrap();
        parse_openmetrics(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        text.lines().filter(|line| !line.starts_with('#')).map(String::from).collect()
    }

    /// The same, without what the relay says about devices.
    fn series(&mut self) -> Vec<String> {
        self.page().into_iter().filter(|line| !line.starts_with("narthex_relay_")).collect()
    }

    fn says(&mut self, line: &str) {
        let page = self.page();
        assert!(page.iter().any(|other| other == line), "{line} is not in {page:#?}");
    }
}

#[test]
fn a_family_of_several_devices_is_one() {
    let mut devices = Devices::new(3);
    assert_eq!(devices.send(0, "# TYPE z gauge\nz 1\n# TYPE x counter\nx_total{port=\"1\"} 2\n"), [""; 0]);
    assert_eq!(devices.send(2, "# TYPE x counter\nx_total{port=\"1\"} 3\nx_total 4\n# TYPE y gauge\ny 5\n"), [""; 0]);
    assert_eq!(
        devices.page(),
        [
            "narthex_relay_up{device=\"a\"} 1",
            "narthex_relay_up{device=\"b\"} 0",
            "narthex_relay_up{device=\"c\"} 1",
            "narthex_relay_snapshot_age_seconds{device=\"a\"} 0",
            "narthex_relay_snapshot_age_seconds{device=\"c\"} 0",
            "narthex_relay_series{device=\"a\"} 2",
            "narthex_relay_series{device=\"b\"} 0",
            "narthex_relay_series{device=\"c\"} 3",
            "narthex_relay_withheld_series{device=\"a\"} 0",
            "narthex_relay_withheld_series{device=\"b\"} 0",
            "narthex_relay_withheld_series{device=\"c\"} 0",
            "x_total{device=\"a\",port=\"1\"} 2",
            "x_total{device=\"c\",port=\"1\"} 3",
            "x_total{device=\"c\"} 4",
            "y{device=\"c\"} 5",
            "z{device=\"a\"} 1",
        ]
    );
}

#[test]
fn each_device_has_its_own_decimals() {
    let mut devices = Devices::new(3);
    devices.send(0, "# TYPE x gauge\nx 1234567.000001\n");
    devices.send(1, "# TYPE x gauge\nx 5\n");
    devices.send(2, "# TYPE x gauge\nx 0.25\n");
    assert_eq!(devices.series(), ["x{device=\"a\"} 1234567.000001", "x{device=\"b\"} 5", "x{device=\"c\"} 0.25"]);
}

#[test]
fn no_two_series_become_one_by_the_name_of_a_label() {
    let mut devices = Devices::new(1);
    devices.send(0, "# TYPE x gauge\nx{device=\"1\"} 1\nx{exported_device=\"1\"} 2\nx{of=\"z\"} 3\n");
    assert_eq!(
        devices.series(),
        [
            "x{device=\"a\",exported_exported_device=\"1\"} 1",
            "x{device=\"a\",exported_device=\"1\"} 2",
            "x{device=\"a\",of=\"z\"} 3",
        ]
    );
    devices.send(0, "# TYPE exported_device stateset\nexported_device{device=\"x\",exported_device=\"on\"} 1\n");
    assert_eq!(
        devices.series(),
        ["exported_device{device=\"a\",exported_exported_device=\"x\",exported_device=\"on\"} 1"]
    );
}

#[test]
fn a_state_set_cannot_be_called_as_the_label() {
    let mut devices = Devices::new(1);
    let said = devices.send(0, "# TYPE device stateset\ndevice{device=\"on\"} 1\n# TYPE x gauge\nx 1\n");
    assert!(said[0].starts_with("device is a state set, whose label") && said.len() == 1, "{said:?}");
    assert_eq!(devices.series(), ["x{device=\"a\"} 1"]);
    devices.says("narthex_relay_withheld_series{device=\"a\"} 1");
    devices.send(0, "# TYPE device gauge\ndevice 1\n");
    assert_eq!(devices.series(), ["device{device=\"a\"} 1"]);
}

#[test]
fn who_came_first_keeps_a_name_until_it_is_stale() {
    let mut devices = Devices::new(2);
    let (gauge, counter) = ("# TYPE x gauge\nx 1\n", "# TYPE x counter\nx_total 2\n# TYPE y gauge\ny 3\n");
    devices.send(0, gauge);
    for _ in 0..2 {
        let said = devices.send(1, counter);
        assert!(said[0].starts_with("x is a Counter of unit \"\", and exposes x, which x, a Gauge"), "{said:?}");
        assert_eq!(devices.series(), ["x{device=\"a\"} 1", "y{device=\"b\"} 3"]);
        devices.says("narthex_relay_withheld_series{device=\"b\"} 1");
    }
    devices.now += STALE_AFTER + Duration::from_millis(1);
    assert_eq!(devices.send(1, counter), [""; 0]);
    assert_eq!(devices.series(), ["x_total{device=\"b\"} 2", "y{device=\"b\"} 3"]);
    devices.says("narthex_relay_up{device=\"a\"} 0");
    devices.says("narthex_relay_snapshot_age_seconds{device=\"a\"} 30.001");
    assert_eq!(devices.send(0, gauge).len(), 1, "the other has it now");
}

#[test]
fn a_snapshot_is_served_until_it_is_stale() {
    let mut devices = Devices::new(1);
    devices.send(0, "# TYPE x counter\nx_total 100\n");
    devices.now += STALE_AFTER;
    assert_eq!(devices.series(), ["x_total{device=\"a\"} 100"]);
    devices.now += Duration::from_millis(1);
    assert_eq!(devices.series(), [""; 0]);
    devices.send(0, "# TYPE x counter\nx_total 1\n"); // it started anew
    assert_eq!(devices.series(), ["x_total{device=\"a\"} 1"]);
}

#[test]
fn a_family_that_becomes_another_thing() {
    let mut devices = Devices::new(1);
    devices.send(0, "# TYPE x_seconds gauge\n# UNIT x_seconds seconds\nx_seconds 1\n");
    let changed = devices.send(0, "# TYPE x_seconds counter\nx_seconds_total 1\n");
    assert_eq!(changed, ["x_seconds was a Gauge in seconds and is a Counter now"]);
    let changed = devices.send(0, "# TYPE x_seconds counter\n# UNIT x_seconds seconds\nx_seconds_total 1\n");
    assert_eq!(changed, ["x_seconds was a Counter and is a Counter in seconds now"]);
    assert_eq!(devices.series(), ["x_seconds_total{device=\"a\"} 1"]);
}

#[test]
fn what_has_no_shape_here_is_told() {
    let mut devices = Devices::new(1);
    devices.send(0, "# TYPE x summary\nx_count 1\nx_sum 2\nx_sum{q=\"1\"} 3\n");
    assert_eq!(devices.series(), ["x_sum{device=\"a\"} 2", "x_count{device=\"a\"} 1"]);
    devices.says("narthex_relay_series{device=\"a\"} 1");
    devices.says("narthex_relay_withheld_series{device=\"a\"} 1");
}

#[test]
fn a_page_is_of_one_moment() {
    let devices = Arc::new(Mutex::new(Devices::new(2)));
    let help = "long ".repeat(20_000); // a page of several buffers
    let snapshot = move |n: u64| {
        let family = |n: u64| format!("# TYPE f{n} gauge\n# HELP f{n} {help}\nf{n} {n}\n");
        (n..n + 3).map(family).collect::<String>()
    };
    devices.lock().unwrap().send(0, &snapshot(0));
    let (source, latest) = (Arc::clone(&devices), Mutex::new(0..));
    let registry = Registry::new();
    registry.register_source(move || {
        let mut devices = source.lock().unwrap();
        devices.send(0, &snapshot(latest.lock().unwrap().next().unwrap()));
        Ok(devices.view())
    });
    for n in 0..5 {
        let page = generate_latest(&registry, OpenMetrics);
        let page = parse_openmetrics(&page).unwrap();
        let names: Vec<_> = page.families().iter().map(|f| f.name()).filter(|name| name.starts_with('f')).collect();
        assert_eq!(names, (n..n + 3).map(|n| format!("f{n}")).collect::<Vec<_>>());
    }
}
