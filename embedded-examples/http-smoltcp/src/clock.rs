//! Time, from SysTick.

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use narthex_core::Counter;
use smoltcp::time::Instant;

/// How often SysTick fires in a millisecond.
pub const TICKS_PER_MILLISECOND: u32 = 8;

/// Ticks of the core clock in a millisecond.
const MILLISECOND: u32 = 12_500;

/// A cell of 64 bits that an interrupt updates is a clock, too.
static TICKS: Counter = Counter::new();

/// Starts SysTick; its handler has to call [`tick`].
pub fn start(systick: &mut SYST) {
    systick.set_clock_source(SystClkSource::Core);
    systick.set_reload(MILLISECOND / TICKS_PER_MILLISECOND - 1);
    systick.clear_current();
    systick.enable_interrupt();
    systick.enable_counter();
}

/// Counts a tick; answers how many there are, which begins again at zero after six days.
pub fn tick() -> u32 {
    TICKS.inc();
    TICKS.value() as u32
}

/// Now.
pub fn now() -> Instant {
    Instant::from_millis((TICKS.value() / u64::from(TICKS_PER_MILLISECOND)) as i64)
}
