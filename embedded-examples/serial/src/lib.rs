//! The sensor on a serial line: its metrics on request and on a period, for a person and for a machine.
//!
//! | the line that comes | what is answered |
//! | --- | --- |
//! | `m` | the page, as text |
//! | `f` | the page, in frames (see [`narthex_core::frame`]) |
//! | one that begins with `#` | nothing: a comment, such as our own that an echo sends back |
//! | any other | a comment that says what could be asked for |
//!
//! Unasked, frames go out at the start and every five seconds; after somebody asked for text, who may be reading it, not before a minute.
//!
//! A board has a [`Uart`], updates the metrics in a timer interrupt that calls [`tick`], and then [`run`]s this program.
#![no_std]

pub mod lm3s6965;
pub mod microbit;
mod port;
mod register;
mod uart;

pub use uart::{Cmsdk, Nrf51, Ns16550, Pl011, Uart};

use app::NODE;
use core::convert::Infallible;
use narthex_core::frame::Framer;
use narthex_core::{ClosedLabels, Collect, Counter, MetricGroup, Table, encode};
use port::Port;
use requests::{HELP, Lines, Request};

/// How often the board has to call [`tick`] in a millisecond: often enough that a byte has not passed in between, even
/// for a UART that keeps only one, at 38,400 baud.
pub const TICKS_PER_MILLISECOND: u32 = 8;

/// After frames, the next ones come unasked in so many milliseconds.
const PERIOD: u32 = 5_000;
/// After text.
const QUIET: u32 = 60_000;

/// What happens on the line; [`app::NODE`] has the rest.
#[derive(MetricGroup)]
#[metrics(namespace = "line")]
struct Line {
    /// Pages sent, by form.
    pages: Table<Form, Counter<u32>>,
    /// Lines received that asked for nothing that there is.
    refused: Counter<u32>,
}

#[derive(Clone, Copy, ClosedLabels)]
#[metrics(label = "form")]
enum Form {
    Text,
    Frames,
}

static LINE: Line = Line::new();

/// The timer interrupt. It comes between any two instructions of the main loop, while a page is written, too; and it
/// updates the same metrics.
#[inline(never)] // two handlers may call it
pub fn tick() {
    static TICKS: Counter<u32> = Counter::new();
    TICKS.inc();
    let ticks = TICKS.value();
    app::on_acknowledge(150 + 37 * (ticks % 128));
    if ticks.is_multiple_of(TICKS_PER_MILLISECOND) {
        NODE.system.uptime.inc();
    }
}

/// The main loop; `sleep` waits for an interrupt.
pub fn run(uart: impl Uart, sleep: fn()) -> ! {
    let (mut port, mut framer, mut lines) = (Port(uart), Framer::new(), Lines::new());
    let (mut turn, mut turned) = (0, now());
    let (mut sent, mut pause) = (now(), 0);
    loop {
        let byte = port.0.receive();
        let asked = byte.and_then(|byte| lines.take(byte));
        let now = now();
        let form = match asked {
            Some(Request::Text) => Some(Form::Text),
            Some(Request::Frames) => Some(Form::Frames),
            Some(Request::Unknown) => {
                LINE.refused.inc();
                port.write(HELP);
                None
            }
            None => (now.wrapping_sub(sent) >= pause).then_some(Form::Frames),
        };
        if let Some(form) = form {
            sent = now;
            pause = send(form, &mut framer, &mut port);
        }
        if turned != now {
            turned = now;
            app::step(turn);
            turn = if turn + 1 < app::STEPS { turn + 1 } else { 0 };
        }
        if byte.is_none() {
            sleep();
        }
    }
}

/// Answers how many milliseconds the next page that nobody asks for should wait.
fn send(form: Form, framer: &mut Framer, port: &mut Port<impl Uart>) -> u32 {
    LINE.pages.get(form).inc();
    let all: &[&dyn Collect] = &[&NODE, &LINE];
    // The same type for both, and they share the code of the encoder.
    let port: &mut dyn encode::Write<Error = Infallible> = port;
    // neither the line nor one of these collectors can fail
    match form {
        Form::Text => {
            let _ = encode::openmetrics(&all, port);
            QUIET
        }
        Form::Frames => {
            let _ = framer.snapshot(&all, port);
            PERIOD
        }
    }
}

/// Milliseconds since the start, which begin again at zero after 49 days.
fn now() -> u32 {
    NODE.system.uptime.value()
}
