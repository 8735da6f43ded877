//! Semihosting without `core::fmt`, which would put its stack and instructions into every measurement.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

const SYS_OPEN: u32 = 1;
const SYS_WRITE: u32 = 5;
const SYS_EXIT_EXTENDED: u32 = 0x20;
const APPLICATION_EXIT: u32 = 0x20026;

fn call(op: u32, args: &[u32]) -> u32 {
    let mut r = op;
    // SAFETY: `args` is the block that `op` asks for.
    unsafe { core::arch::asm!("bkpt 0xAB", inout("r0") r, in("r1") args.as_ptr(), options(nostack)) };
    r
}

pub fn out(text: &str) {
    out_bytes(text.as_bytes())
}

pub fn out_bytes(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let left = call(SYS_WRITE, &[terminal(), bytes.as_ptr() as u32, bytes.len() as u32]) as usize;
        if left == bytes.len() {
            exit(1) // nobody reads
        }
        bytes = &bytes[bytes.len() - left..];
    }
}

/// The handle of the host's terminal, opened once.
fn terminal() -> u32 {
    static HANDLE: AtomicU32 = AtomicU32::new(0);
    if HANDLE.load(Relaxed) == 0 {
        let name = b":tt\0";
        let write_mode = 4;
        HANDLE.store(call(SYS_OPEN, &[name.as_ptr() as u32, write_mode, 3]), Relaxed);
    }
    HANDLE.load(Relaxed)
}

pub fn number(mut n: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out_bytes(&digits[at..]);
}

pub fn exit(code: u32) -> ! {
    call(SYS_EXIT_EXTENDED, &[APPLICATION_EXIT, code]);
    #[allow(clippy::empty_loop, reason = "QEMU has ended by now")]
    loop {}
}
