//! A sensor that measures the air and sends what it finds by radio: what it counts, and a run of it.
//!
//! [`NODE`] is all that a firmware needs to declare. The main loop calls [`step`], a timer interrupt calls [`on_timer`];
//! both update the same metrics.
#![no_std]

mod radio;
mod sensor;
mod system;

use narthex_core::MetricGroup;
use radio::{Disconnect, Link, Radio, Sent};
use sensor::{Reading, Sensor};
use system::System;

/// Everything that the node exposes.
#[derive(MetricGroup)]
pub struct Node {
    #[metrics(flatten)]
    pub radio: Radio,
    #[metrics(flatten)]
    pub sensor: Sensor,
    #[metrics(flatten)]
    pub system: System,
}

/// In `.bss`: names, help texts and labels stay in flash.
pub static NODE: Node = Node::new();

/// How often the main loop runs in the scenario.
pub const STEPS: u32 = 200;
/// How often the timer fires in it.
pub const TICKS: u32 = 100;

/// Once, before interrupts are on.
pub fn boot() {
    if NODE.system.firmware.set(["1.4.2", "rev-b"]).is_err() {
        NODE.system.boot_errors.inc(); // longer than the 16 bytes that the info has
    }
    NODE.radio.link.set(Link::Joining);
    NODE.radio.sent.get(Sent { topic: "heartbeat", retry: false }); // exposed from the start, at zero
}

/// One turn of the main loop: measure, and send what was measured.
pub fn step(n: u32) {
    let _busy = NODE.system.jobs.track_inprogress();
    match measure(n) {
        Some(millidegrees) => {
            NODE.sensor.temperature.set(millidegrees);
            NODE.sensor.readings.get(Reading::Good).inc();
            send(n);
        }
        None => NODE.sensor.readings.get(Reading::Timeout).inc(),
    }
}

/// The timer interrupt. It may come at any moment, between any two instructions of [`step`].
pub fn on_timer() {
    let tick = NODE.system.uptime.value();
    if tick >= TICKS {
        return; // the scenario is over; a real node counts on
    }
    NODE.system.uptime.inc();
    on_acknowledge(150 + 37 * tick); // what a capture register would say
}

/// The radio's interrupt: a heartbeat was acknowledged, after so many microseconds.
pub fn on_acknowledge(microseconds: u32) {
    NODE.radio.ack_latency.observe(microseconds);
    NODE.radio.sent.get(Sent { topic: "heartbeat", retry: false }).inc();
}

/// Whether the timer has fired as often as the scenario wants.
pub fn is_over() -> bool {
    NODE.system.uptime.value() >= TICKS
}

fn measure(n: u32) -> Option<i32> {
    (n % 25 != 24).then(|| 21_500 - 10 * n as i32)
}

fn send(n: u32) {
    NODE.radio.rssi.set(-60 - (n % 17) as i32);
    NODE.radio.sent.get(Sent { topic: "air/temperature", retry: n.is_multiple_of(10) }).inc();
    match n {
        20 => NODE.radio.link.set(Link::Up),
        90 => NODE.radio.disconnects.get(Disconnect::BeaconTimeout).inc(),
        // the family has three series; this topic is refused, and counted
        91 => NODE.radio.sent.get(Sent { topic: "air/pressure", retry: false }).inc(),
        _ => {}
    }
}
