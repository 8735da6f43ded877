use narthex::{Counter, Gauge, Summary, count_errors, timed, track_inprogress};

static TIME: Summary<f64> = Summary::new();
static MICROSECONDS: Summary<u32> = Summary::new();
static FAILED: Counter = Counter::new();
static RUNNING: Gauge = Gauge::new();

#[timed(MICROSECONDS)]
fn integers() {}

#[timed(FAILED)]
fn a_counter() {}

#[track_inprogress(TIME)]
fn not_a_gauge() {}

#[count_errors(RUNNING)]
fn not_a_counter() -> Result<(), ()> {
    Ok(())
}

#[count_errors(FAILED)]
fn not_a_result() -> u32 {
    1
}

#[count_errors(FAILED, panics)]
fn nothing() {}

fn main() {}
