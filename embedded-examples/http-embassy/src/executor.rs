//! embassy's executor, which sleeps in `wfi` when no task has anything to do. The `wfe` of embassy's own for Cortex-M does
//! not sleep in QEMU.

use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use embassy_executor::Spawner;
use embassy_executor::raw::Executor;
use static_cell::StaticCell;

/// Whether a task was woken since the last look.
static WOKEN: AtomicBool = AtomicBool::new(false);

/// What embassy calls when a task was woken, in a task or in an interrupt.
// SAFETY: nobody else defines it.
#[unsafe(export_name = "__pender")]
fn pend(_: *mut ()) {
    WOKEN.store(true, Relaxed);
}

/// Runs the tasks that `start` spawns, for ever. A program has one executor; the second one panics.
pub fn run(start: impl FnOnce(Spawner)) -> ! {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();

    let executor: &'static Executor = EXECUTOR.init(Executor::new(ptr::null_mut()));
    start(executor.spawner());
    loop {
        // SAFETY: the executor is polled only here, and tasks cannot reach it.
        unsafe { executor.poll() };
        // An interrupt that comes after the look ends the sleep, and runs when the section has ended.
        critical_section::with(|_| {
            if !WOKEN.swap(false, Relaxed) {
                cortex_m::asm::wfi();
            }
        });
    }
}
