//! Boards that run, and how to ask them.

#![allow(dead_code, reason = "each test uses a part")]

use crate::server::{get, wait_for};
use narthex_tests::network::{FIRMWARE, Firmware, Running};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than a board lets a connection stall.
pub const STALLED: Duration = Duration::from_secs(20);

/// An emulated board that serves; it ends with the test.
pub struct Board {
    pub name: &'static str,
    pub addr: SocketAddr,
    /// How many pages it served before anybody knew that it serves.
    pub pages_before: f64,
    pub running: Running,
}

/// One for each firmware.
pub fn boards() -> Vec<Board> {
    FIRMWARE.iter().map(|firmware| board(firmware, None)).collect()
}

/// A board with this firmware, which pushes to a port of this machine.
pub fn board(firmware: &Firmware, gateway: Option<u16>) -> Board {
    let running = firmware.start(gateway).unwrap();
    let addr = running.address.into();
    let page = wait_for(firmware.name, || get(addr, "/metrics", ""));
    Board { name: firmware.name, addr, pages_before: pages(&page) + 1.0, running }
}

impl Board {
    /// How many connections the board has counted that did not end with a page.
    pub fn complaints(&self) -> f64 {
        let page = wait_for(self.name, || get(self.addr, "/metrics", ""));
        outcomes(&page).filter(|(outcome, _)| !SERVED.contains(outcome)).map(|(_, count)| count).sum()
    }

    /// Waits until the board has counted so many, and still serves.
    pub fn wait_for_complaints(&self, expected: f64) {
        wait_for(self.name, || match self.complaints() {
            counted if counted >= expected => Ok(()),
            counted => Err(format!("{counted} of {expected} bad connections are counted")),
        });
    }
}

/// The connections that ended with a page; a board that cannot tell the formats apart counts answers.
const SERVED: [&str; 3] = ["text", "openmetrics", "answered"];

/// How many pages a board has served, by the last of them.
pub fn pages(page: &str) -> f64 {
    outcomes(page).filter(|(outcome, _)| SERVED.contains(outcome)).map(|(_, count)| count).sum()
}

fn outcomes(page: &str) -> impl Iterator<Item = (&str, f64)> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("http_requests_total{outcome=\""));
    lines.map(|line| line.split_once("\"} ").unwrap()).map(|(outcome, count)| (outcome, count.parse().unwrap()))
}

/// The value of a series on a page.
pub fn value(page: &str, series: &str) -> f64 {
    let value = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {series} in {page}")).parse().unwrap()
}

/// Everything that is answered to a request.
pub fn exchange(addr: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(STALLED)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
