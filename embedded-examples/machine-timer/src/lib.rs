//! The machine timer of the first RISC-V core, where QEMU's `virt` has it.
//!
//! It counts [`HZ`] ticks a second, and its interrupt is pending from the moment it was set to.
#![no_std]

/// Ticks in a second.
pub const HZ: u32 = 10_000_000;

/// Ticks since the start.
pub fn now() -> u64 {
    let [low, high] = TIME;
    loop {
        let before = read(high);
        let time = u64::from(before) << 32 | u64::from(read(low));
        if read(high) == before {
            return time;
        }
    }
}

/// Interrupts at `time`, and not before: what is pending from an earlier one is gone.
pub fn interrupt_at(time: u64) {
    let [low, high] = DUE;
    write(high, u32::MAX); // not due while the halves do not belong together
    write(low, time as u32);
    write(high, (time >> 32) as u32);
}

/// Interrupts no more.
pub fn stop() {
    interrupt_at(u64::MAX);
}

/// The addresses of the halves of a 64-bit register, the lower one first.
type Halves = [usize; 2];

/// `mtime`
const TIME: Halves = [0x0200_BFF8, 0x0200_BFFC];
/// `mtimecmp`
const DUE: Halves = [0x0200_4000, 0x0200_4004];

fn read(address: usize) -> u32 {
    // SAFETY: one of the timer's registers, which reading does not change.
    unsafe { (address as *const u32).read_volatile() }
}

fn write(address: usize, value: u32) {
    // SAFETY: one of the timer's registers; it decides when an interrupt is pending, and nothing else.
    unsafe { (address as *mut u32).write_volatile(value) }
}
