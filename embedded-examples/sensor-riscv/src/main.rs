//! The sensor on a RISC-V core: with atomic instructions (riscv32imac), and without (riscv32imc).
#![no_std]
#![no_main]

use app::NODE;
use riscv::interrupt::Interrupt;
use riscv::register::mie;
use riscv_rt::{core_interrupt, entry};

const MILLISECOND: u64 = machine_timer::HZ as u64 / 1000;

#[entry]
fn main() -> ! {
    app::boot();
    machine_timer::interrupt_at(machine_timer::now() + MILLISECOND);
    // SAFETY: nobody is in a critical section, and the interrupt has its handler.
    unsafe { riscv::interrupt::enable() };
    // SAFETY: likewise.
    unsafe { mie::set_mtimer() };

    (0..app::STEPS).for_each(app::step);
    while !app::is_over() {
        riscv::asm::wfi();
    }
    console::expose(&NODE)
}

/// Updates what the main loop updates: nothing has to be locked for that.
#[core_interrupt(Interrupt::MachineTimer)]
fn timer() {
    machine_timer::interrupt_at(machine_timer::now() + MILLISECOND);
    app::on_timer();
}
