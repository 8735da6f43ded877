/// A 32-bit register, at this address.
#[derive(Clone, Copy)]
pub struct Register(pub usize);

impl Register {
    pub fn read(self) -> u32 {
        // SAFETY: an unsafe function has made what leads here, and its caller has said which registers there are.
        unsafe { (self.0 as *const u32).read_volatile() }
    }

    pub fn write(self, value: u32) {
        // SAFETY: likewise.
        unsafe { (self.0 as *mut u32).write_volatile(value) }
    }

    /// Whether any of these bits is set.
    pub fn has(self, bits: u32) -> bool {
        self.read() & bits != 0
    }
}
