//! The sensor on the serial line of a RISC-V core: with atomic instructions (riscv32imac), and without (riscv32imc).
#![no_std]
#![no_main]

use core::panic::PanicInfo;
use riscv::interrupt::Interrupt;
use riscv::register::mie;
use riscv_rt::{core_interrupt, entry};
use serial::{Ns16550, TICKS_PER_MILLISECOND};

/// Ticks of the machine timer between two of ours.
const PERIOD: u64 = (machine_timer::HZ / 1000 / TICKS_PER_MILLISECOND) as u64;
/// What the UART is clocked with.
const UART_HZ: u32 = 3_686_400;

#[entry]
fn main() -> ! {
    app::boot();
    // SAFETY: the board has one there, and this is all that uses it.
    let uart = unsafe { Ns16550::start(0x1000_0000, UART_HZ, 115_200) };
    machine_timer::interrupt_at(machine_timer::now() + PERIOD);
    // SAFETY: nobody is in a critical section, and the interrupt has its handler.
    unsafe { riscv::interrupt::enable() };
    // SAFETY: likewise.
    unsafe { mie::set_mtimer() };
    serial::run(uart, riscv::asm::wfi)
}

#[core_interrupt(Interrupt::MachineTimer)]
fn timer() {
    machine_timer::interrupt_at(machine_timer::now() + PERIOD);
    serial::tick();
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    riscv::interrupt::disable();
    loop {
        riscv::asm::wfi();
    }
}
