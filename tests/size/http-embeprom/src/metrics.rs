//! What `embedded-examples/app` declares and does, in embeprom: no scales, no infos and no state sets.

embeprom::metrics! {
    /// Messages sent, by topic.
    #[labels("topic", "retry")]
    radio_sent_total: CounterVec<3>,
    /// Signal strength of the last frame.
    radio_rssi_dbm: Gauge,
    /// Disconnects by reason.
    #[labels("reason")]
    radio_disconnects_total: CounterVec<3>,
    /// Time from a frame to its acknowledgement.
    #[buckets(200, 500, 1000, 2000, 5000)]
    radio_ack_latency_microseconds: IntHistogram,
    /// State of the link.
    #[labels("radio_link")]
    radio_link: GaugeVec<3>,
    /// Temperature of the air.
    sensor_temperature_millicelsius: Gauge,
    /// Readings by outcome.
    #[labels("outcome")]
    sensor_readings_total: CounterVec<2>,
    /// Time since the node booted.
    system_uptime_milliseconds_total: Counter,
    /// What the node runs.
    #[labels("version", "board")]
    system_firmware_info: GaugeVec<1>,
    /// What went wrong while booting.
    system_boot_errors_total: Counter,
    /// Jobs under way.
    system_jobs: Gauge,
    /// Memory that the metrics take.
    system_metrics_bytes: Gauge,
}

const LINKS: [&str; 3] = ["down", "joining", "up"];

pub fn boot() {
    get().system_firmware_info.set(&["1.4.2", "rev-b"], 1);
    link("joining");
    let _ = get().radio_sent_total.with(&["heartbeat", "false"]);
    for reason in ["beacon_timeout", "auth_failed", "requested"] {
        let _ = get().radio_disconnects_total.with(&[reason]);
    }
    for outcome in ["good", "timeout"] {
        let _ = get().sensor_readings_total.with(&[outcome]);
    }
    get().system_metrics_bytes.set(size_of_val(get()).next_multiple_of(1024) as i64);
}

pub fn step(n: u32) {
    get().system_jobs.inc();
    if n % 25 == 24 {
        get().sensor_readings_total.inc(&["timeout"]);
    } else {
        get().sensor_temperature_millicelsius.set(21_500 - 10 * i64::from(n));
        get().sensor_readings_total.inc(&["good"]);
        send(n);
    }
    get().system_jobs.dec();
}

pub fn on_acknowledge(microseconds: u32) {
    get().radio_ack_latency_microseconds.observe(u64::from(microseconds));
    get().radio_sent_total.inc(&["heartbeat", "false"]);
}

fn send(n: u32) {
    get().radio_rssi_dbm.set(-60 - i64::from(n % 17));
    get().radio_sent_total.inc(&["air/temperature", if n.is_multiple_of(10) { "true" } else { "false" }]);
    match n {
        20 => link("up"),
        90 => get().radio_disconnects_total.inc(&["beacon_timeout"]),
        91 => get().radio_sent_total.inc(&["air/pressure", "false"]),
        _ => {}
    }
}

fn link(now: &str) {
    for state in LINKS {
        get().radio_link.set(&[state], i64::from(state == now));
    }
}
