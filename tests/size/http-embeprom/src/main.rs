//! `http-smoltcp`, but for its metrics, which are embeprom's: the same page as text 0.0.4, the same server, the same card.
//!
//! On a Cortex-M3 an interrupt that updates what the main loop updates waits for a lock that the main loop holds, for
//! ever. So the main loop masks interrupts here, while it updates and while it fills a buffer.
#![no_std]
#![no_main]

mod connections;
mod metrics;

use core::panic::PanicInfo;
use cortex_m::Peripherals;
use cortex_m_rt::{entry, exception};
use http::{Format, Outcome, Page, TooSmall};
use http_smoltcp::{Memory, Node, Pushed, clock};

/// The longest line of the page has fewer bytes.
const LINE: usize = 128;

struct TextPage(embeprom::Renderer<{ embeprom::MAX_GROUPS }, LINE>);

impl Page for TextPage {
    fn start(_: Format) -> Self {
        Self(embeprom::Renderer::from_global())
    }

    fn fill(&mut self, room: &mut [u8]) -> Result<usize, TooSmall> {
        if room.len() < LINE {
            return Err(TooSmall);
        }
        critical_section::with(|_| {
            let mut filled = 0;
            while room.len() - filled >= LINE {
                let Ok(Some(line)) = self.0.next_line() else { break };
                room[filled..][..line.len()].copy_from_slice(line.as_bytes());
                filled += line.len();
            }
            Ok(filled)
        })
    }
}

struct Sensor;

impl Node for Sensor {
    type Page = TextPage;

    fn turn(n: u32) {
        critical_section::with(|_| metrics::step(n % 200));
    }

    fn count_request(outcome: Outcome) {
        let outcome = match outcome {
            Outcome::Text => "text",
            Outcome::Openmetrics => "openmetrics",
            Outcome::NotFound => "not_found",
            Outcome::MethodNotAllowed => "method_not_allowed",
            Outcome::BadRequest => "bad_request",
            Outcome::VersionNotSupported => "version_not_supported",
            Outcome::HeadTooLong => "head_too_long",
            Outcome::PageFailed => "page_failed",
            Outcome::Disconnected => "disconnected",
            Outcome::TimedOut => "timed_out",
        };
        critical_section::with(|_| connections::get().http_requests_total.inc(&[outcome]));
    }

    fn count_push(outcome: Pushed) {
        let outcome = match outcome {
            Pushed::Accepted => "accepted",
            Pushed::Rejected => "rejected",
            Pushed::Unreachable => "unreachable",
            Pushed::CutOff => "cut_off",
            Pushed::TimedOut => "timed_out",
            Pushed::PageFailed => "page_failed",
        };
        critical_section::with(|_| connections::get().pushes_total.inc(&[outcome]));
    }
}

#[entry]
fn main() -> ! {
    static mut MEMORY: Memory = Memory::NEW;

    metrics::boot();
    if let Some(mut peripherals) = Peripherals::take() {
        clock::start(&mut peripherals.SYST);
    }
    http_smoltcp::run::<Sensor>(MEMORY)
}

#[exception]
fn SysTick() {
    let ticks = clock::tick();
    metrics::on_acknowledge(150 + 37 * (ticks % 100));
    if ticks.is_multiple_of(clock::TICKS_PER_MILLISECOND) {
        metrics::get().system_uptime_milliseconds_total.inc();
    }
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    cortex_m::peripheral::SCB::sys_reset()
}
