//! The Ethernet MAC of an LM3S6965: one frame at a time, in and out of its two FIFOs.
//!
//! The MAC keeps up to 31 received frames, so a main loop that polls is enough; [`Mac::listen`] is for those who sleep.
#![no_std]

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;

/// The longest frame, without its check sequence: 14 bytes of header and 1500 of payload.
pub const MAX_FRAME: usize = 1514;

/// The number of the MAC's interrupt, as `DefaultHandler` is told it.
pub const IRQ: i16 = 42;

/// The MAC, receiving and sending.
pub struct Mac(());

impl Mac {
    /// Starts the MAC with this address. A program needs one; two would take each other's frames.
    pub fn new(address: [u8; 6]) -> Self {
        CLOCKS.write(CLOCKS.read() | EMAC0 | EPHY0);
        CLOCKS.read(); // by now the clock runs
        INTERRUPT_MASK.write(0);
        RECEIVE_CONTROL.write(RESET_FIFO);
        STATUS.write(ALL_INTERRUPTS);
        let [a, b, c, d, e, f] = address;
        ADDRESS_LOW.write(u32::from_le_bytes([a, b, c, d]));
        ADDRESS_HIGH.write(u32::from_le_bytes([e, f, 0, 0]));
        THRESHOLD.write(WHOLE_FRAME);
        TRANSMIT_CONTROL.write(TRANSMIT_ENABLE | PAD_SHORT | APPEND_CRC | FULL_DUPLEX);
        RECEIVE_CONTROL.write(RECEIVE_ENABLE | REJECT_BAD_CRC);
        Self(())
    }

    /// Whether [`receive`](Self::receive) has a frame to look at.
    pub fn can_receive(&self) -> bool {
        PACKETS.read() > 0
    }

    /// Moves the next received frame to the start of `frame`, without its check sequence; answers its length. A frame
    /// that is longer than `frame` is dropped, and the next one is taken.
    pub fn receive(&mut self, frame: &mut [u8]) -> Option<usize> {
        // A bound, whatever the register says.
        (0..MOST_PACKETS).take_while(|_| PACKETS.read() > 0).find_map(|_| next(frame))
    }

    /// Whether the frame before has left.
    pub fn can_send(&self) -> bool {
        TRANSMIT_REQUEST.read() & NEW_FRAME == 0
    }

    /// Sends a frame, header included, and appends the check sequence. One that is shorter than its header or longer than
    /// [`MAX_FRAME`] is dropped, as is one when [`can_send`](Self::can_send) says no.
    pub fn send(&mut self, frame: &[u8]) {
        if !(HEADER..=MAX_FRAME).contains(&frame.len()) || !self.can_send() {
            return;
        }
        // The first word has the length of the payload, then the frame's first two bytes.
        let (start, rest) = frame.split_at(2);
        DATA.write((frame.len() - HEADER) as u32 | u32::from(start[0]) << 16 | u32::from(start[1]) << 24);
        for chunk in rest.chunks(4) {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            DATA.write(u32::from_le_bytes(word));
        }
        TRANSMIT_REQUEST.write(NEW_FRAME);
    }

    /// Enables the interrupt that says that a frame was received, in the MAC and in the core.
    pub fn listen(&mut self) {
        INTERRUPT_MASK.write(RECEIVED);
        // SAFETY: no critical section is built on the mask of this interrupt.
        unsafe { NVIC::unmask(Irq) };
    }

    /// Ends the interrupt; for the handler, which owns no [`Mac`]. It comes again with the next frame.
    pub fn acknowledge() {
        STATUS.write(RECEIVED);
    }
}

/// Takes one frame out of the FIFO. What does not fit into `frame` is read all the same: the next frame is behind it.
fn next(frame: &mut [u8]) -> Option<usize> {
    // The first word has the length of everything: itself (2 bytes), the frame and the check sequence (4 bytes).
    let [low, high, first, second] = DATA.read().to_le_bytes();
    let total = usize::from(u16::from_le_bytes([low, high]));
    let Some(length) = total.checked_sub(6).filter(|length| (HEADER..=FIFO - 6).contains(length)) else {
        // We have lost track of where frames start.
        RECEIVE_CONTROL.write(RECEIVE_ENABLE | REJECT_BAD_CRC | RESET_FIFO);
        return None;
    };
    let fits = length <= frame.len();
    let mut place = if fits { &mut frame[..length] } else { &mut [] };
    put(&mut place, &[first, second]);
    for _ in 1..total.div_ceil(4) {
        put(&mut place, &DATA.read().to_le_bytes());
    }
    fits.then_some(length)
}

/// Writes as many of `bytes` as fit, and moves the start of `place` behind them.
fn put(place: &mut &mut [u8], bytes: &[u8]) {
    let count = bytes.len().min(place.len());
    let (now, later) = core::mem::take(place).split_at_mut(count);
    now.copy_from_slice(&bytes[..count]);
    *place = later;
}

#[derive(Clone, Copy)]
struct Irq;

// SAFETY: the LM3S6965 has an interrupt of this number, and it is the same each time.
unsafe impl InterruptNumber for Irq {
    fn number(self) -> u16 {
        IRQ as u16
    }
}

/// Destination, source and type.
const HEADER: usize = 14;
/// Bytes that each FIFO holds.
const FIFO: usize = 2048;
/// Frames that the receiving one holds.
const MOST_PACKETS: u32 = 31;

/// `RCGC2`, of the system control: which peripherals have a clock.
const CLOCKS: Register = Register(0x400F_E108);
const EMAC0: u32 = 1 << 28;
const EPHY0: u32 = 1 << 30;

/// `RIS` when read, `IACK` when written.
const STATUS: Register = Register(0x4004_8000);
const INTERRUPT_MASK: Register = Register(0x4004_8004);
const RECEIVED: u32 = 1;
const ALL_INTERRUPTS: u32 = 0x7F;

const RECEIVE_CONTROL: Register = Register(0x4004_8008);
const RECEIVE_ENABLE: u32 = 1;
const REJECT_BAD_CRC: u32 = 1 << 3;
const RESET_FIFO: u32 = 1 << 4;

const TRANSMIT_CONTROL: Register = Register(0x4004_800C);
const TRANSMIT_ENABLE: u32 = 1;
const PAD_SHORT: u32 = 1 << 1;
const APPEND_CRC: u32 = 1 << 2;
const FULL_DUPLEX: u32 = 1 << 4;

/// The receiving FIFO when read, the transmitting one when written.
const DATA: Register = Register(0x4004_8010);
const ADDRESS_LOW: Register = Register(0x4004_8014);
const ADDRESS_HIGH: Register = Register(0x4004_8018);

/// How much of a frame is sent before the rest is there.
const THRESHOLD: Register = Register(0x4004_801C);
const WHOLE_FRAME: u32 = 0x3F;

const PACKETS: Register = Register(0x4004_8034);
const TRANSMIT_REQUEST: Register = Register(0x4004_8038);
const NEW_FRAME: u32 = 1;

/// The address of a register of the chip; private, so that there are no others than those above.
#[derive(Clone, Copy)]
struct Register(usize);

impl Register {
    fn read(self) -> u32 {
        // SAFETY: the chip has a readable 32-bit register at this address, and reading it touches no memory.
        unsafe { (self.0 as *const u32).read_volatile() }
    }

    fn write(self, value: u32) {
        // SAFETY: the chip has a writable 32-bit register at this address, and writing it touches no memory.
        unsafe { (self.0 as *mut u32).write_volatile(value) }
    }
}
