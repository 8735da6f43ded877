//! The stack's high-water mark, by painting.

const PAINT: u32 = 0xA5A5_5A5A;
const DEPTH: u32 = 6 * 1024;
/// Left unpainted for this frame; the least that `high_water` can answer.
const MARGIN: u32 = 64;

/// How many bytes of stack `f` takes below this frame, `MARGIN` at least.
#[inline(never)]
pub fn high_water(f: &mut dyn FnMut()) -> u32 {
    let top: u32;
    // SAFETY: reads a register.
    unsafe { core::arch::asm!("mov {0}, sp", out(reg) top) };
    let top = top & !3;
    let painted = || (top - DEPTH..top - MARGIN).step_by(4).map(|word| word as *mut u32);
    for word in painted() {
        // SAFETY: the stack below this frame, which both boards have and nothing uses yet.
        unsafe { word.write_volatile(PAINT) };
    }
    f();
    // SAFETY: as above.
    let untouched = painted().take_while(|word| unsafe { word.read_volatile() } == PAINT).count() as u32;
    DEPTH - 4 * untouched
}
