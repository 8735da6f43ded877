//! SysTick as an instruction counter; see the README. It counts down and wraps at 24 bits.

const CSR: *mut u32 = 0xE000_E010 as *mut u32;
const RVR: *mut u32 = 0xE000_E014 as *mut u32;
const CVR: *mut u32 = 0xE000_E018 as *mut u32;
const MAX: u32 = 0x00FF_FFFF;
const WRAPPED: u32 = 1 << 16;

/// From the top.
pub fn start() {
    // SAFETY: the core's own timer, which nothing else in this firmware uses.
    unsafe {
        CSR.write_volatile(0);
        RVR.write_volatile(MAX);
        CVR.write_volatile(0);
        CSR.write_volatile(0b101); // processor clock, no interrupt
        CSR.read_volatile(); // clears WRAPPED
    }
}

#[inline(always)]
pub fn now() -> u32 {
    // SAFETY: as in `start`.
    unsafe { CVR.read_volatile() }
}

/// The ticks that one call of `f` takes.
#[inline(never)]
pub fn ticks(f: &mut dyn FnMut()) -> u32 {
    start();
    let before = now();
    f();
    let taken = between(before, now());
    // SAFETY: as in `start`.
    if unsafe { CSR.read_volatile() } & WRAPPED != 0 {
        crate::semihosting::out("the counter wrapped\n");
        crate::exit(1)
    }
    taken
}

/// The ticks from one `now` to another.
pub fn between(before: u32, after: u32) -> u32 {
    before.wrapping_sub(after) & MAX
}

/// How many ticks `INSTRUCTIONS` instructions take.
pub fn calibrate() -> u32 {
    let [a, b, c] = [1_000, 11_000, 21_000].map(|n| ticks(&mut || known_loop(n)));
    if (c - b).abs_diff(b - a) > 1 {
        crate::semihosting::out("the calibration is not linear\n");
        crate::exit(1)
    }
    b - a
}

pub const INSTRUCTIONS: u32 = 20_000;

/// Two instructions an iteration.
#[inline(never)]
fn known_loop(n: u32) {
    // SAFETY: registers only.
    unsafe {
        core::arch::asm!(".p2align 2", "2:", "subs {0}, #1", "bne 2b", inout(reg) n => _, options(nomem, nostack))
    };
}
