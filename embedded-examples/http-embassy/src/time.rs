//! embassy's time, in milliseconds, from SysTick.

use core::cell::RefCell;
use core::task::Waker;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use critical_section::{CriticalSection, Mutex};
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;
use narthex_core::Counter;

/// Ticks of the core clock in a millisecond.
const MILLISECOND: u32 = 12_500;

/// Starts SysTick; its handler has to call [`on_tick`].
pub fn start(systick: &mut SYST) {
    systick.set_clock_source(SystClkSource::Core);
    systick.set_reload(MILLISECOND - 1);
    systick.clear_current();
    systick.enable_interrupt();
    systick.enable_counter();
}

/// For SysTick: a millisecond has passed.
pub fn on_tick() {
    SYSTICK.now.inc();
    critical_section::with(|section| SYSTICK.wake_due(section));
}

struct SysTick {
    /// A cell of 64 bits that an interrupt updates is a clock, too.
    now: Counter,
    timers: Mutex<RefCell<Timers>>,
}

struct Timers {
    queue: Queue,
    /// When the first of them is due.
    next: u64,
}

embassy_time_driver::time_driver_impl!(static SYSTICK: SysTick = SysTick {
    now: Counter::new(),
    timers: Mutex::new(RefCell::new(Timers { queue: Queue::new(), next: u64::MAX })),
});

impl SysTick {
    fn wake_due(&self, section: CriticalSection) {
        let Timers { queue, next } = &mut *self.timers.borrow_ref_mut(section);
        let now = self.now.value();
        if now >= *next {
            *next = queue.next_expiration(now);
        }
    }
}

impl Driver for SysTick {
    fn now(&self) -> u64 {
        self.now.value()
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|section| {
            let Timers { queue, next } = &mut *self.timers.borrow_ref_mut(section);
            if queue.schedule_wake(at, waker) {
                *next = queue.next_expiration(self.now.value());
            }
        });
    }
}
