use narthex::{Counter, Summary, count_errors, timed, track_inprogress};

static TIME: Summary<f64> = Summary::new();
static FAILED: Counter = Counter::new();

#[timed(TIME)]
const fn constant() {}

#[timed(TIME)]
struct Thing;

trait Abstract {
    #[track_inprogress(TIME)]
    fn later(&self);
}

#[timed]
fn without_a_metric() {}

#[timed(TIME, panics)]
fn unknown() {}

#[count_errors(FAILED, panic)]
fn misspelt() -> Result<(), ()> {
    Ok(())
}

fn main() {}
