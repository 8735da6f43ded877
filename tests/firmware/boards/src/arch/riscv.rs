//! RISC-V, where the timer is the core's machine timer.

pub use machine_timer::stop as stop_timer;
pub use riscv_rt::entry;

use riscv::interrupt::Interrupt;
use riscv::register::{mcause, mepc, mie};
use riscv_rt::{TrapFrame, core_interrupt};

pub fn enable_timer() {
    stop_timer();
    // SAFETY: nobody is in a critical section yet, and the interrupt has its handler.
    unsafe { riscv::interrupt::enable() };
    // SAFETY: likewise.
    unsafe { mie::set_mtimer() };
}

pub fn interrupt_in(ticks: u32) {
    machine_timer::interrupt_at(machine_timer::now() + u64::from(ticks));
}

#[core_interrupt(Interrupt::MachineTimer)]
fn machine_timer_interrupt() {
    crate::storm::on_timer();
}

// SAFETY: the name under which riscv-rt looks for what handles exceptions.
#[unsafe(export_name = "ExceptionHandler")]
fn on_exception(_: &TrapFrame) -> ! {
    panic!("exception {} at {:#x}", mcause::read().code(), mepc::read())
}
