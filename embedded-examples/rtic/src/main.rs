//! The sensor on an LM3S6965 as RTIC tasks.
//!
//! | task | priority | interrupted by |
//! | --- | --- | --- |
//! | `idle` | 0 | all others |
//! | `measure`, a software task | 1 | `radio`, `timer` |
//! | `radio`, an interrupt | 2 | `timer` |
//! | `timer`, an exception | 3 | none |
//!
//! All of them update the same cells. RTIC's own locks raise BASEPRI as far as a resource needs; the cells need none of
//! that. Where an update is more than one instruction it is in a critical section, and the implementation linked here
//! (`critical-section-single-core` of `cortex-m`) sets PRIMASK, which holds back every priority for that moment.
#![no_std]
#![no_main]

mod tasks;

#[rtic::app(device = lm3s6965, dispatchers = [SSI0])]
mod node {
    use crate::tasks::{self, TASKS, Task};
    use app::NODE;
    use cortex_m::peripheral::{SYST, syst::SystClkSource};
    use lm3s6965::Interrupt;
    use narthex_core::{Collect, Counter, Series};

    /// Ticks of the core clock from one interrupt of the timer to the next. `radio` has run by then: an interrupt that is
    /// pended twice runs once.
    const PERIOD: u32 = 25_000;

    #[shared]
    struct Shared {} // no metric is in here

    #[local]
    struct Local {
        systick: SYST,
        /// A series that was looked up once; each of two tasks keeps a handle to it.
        sent: Series<'static, Counter>,
        sent_again: Series<'static, Counter>,
    }

    #[init]
    fn init(cx: init::Context) -> (Shared, Local) {
        app::boot();
        let mut systick = cx.core.SYST;
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(PERIOD - 1);
        systick.clear_current();
        systick.enable_interrupt();
        systick.enable_counter();

        let sent = TASKS.events.get(["sent"]);
        let sent_again = sent.clone();
        let Ok(()) = measure::spawn() else { panic!("spawned twice") };
        (Shared {}, Local { systick, sent, sent_again })
    }

    #[idle]
    fn idle(_: idle::Context) -> ! {
        while !app::is_over() {
            cortex_m::asm::wfi();
        }
        console::expose(&[&NODE as &dyn Collect, &TASKS])
    }

    #[task(priority = 1)]
    async fn measure(_: measure::Context) {
        for n in 0..app::STEPS {
            let _active = TASKS.active.track_inprogress();
            tasks::begin(Task::Measure, 1);
            app::step(n);
        }
    }

    #[task(binds = GPIOA, priority = 2, local = [sent])]
    fn radio(cx: radio::Context) {
        let _active = TASKS.active.track_inprogress();
        tasks::begin(Task::Radio, 2);
        cx.local.sent.inc();
    }

    #[task(binds = SysTick, priority = 3, local = [systick, sent_again])]
    fn timer(cx: timer::Context) {
        let _active = TASKS.active.track_inprogress();
        tasks::begin(Task::Timer, 3);
        app::on_timer();
        cx.local.sent_again.inc();
        TASKS.events.get(["tick"]).inc(); // a look-up, and the first time an insertion, at the highest priority
        rtic::pend(Interrupt::GPIOA);
        if app::is_over() {
            cx.local.systick.disable_counter();
        }
    }
}
