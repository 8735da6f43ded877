//! embassy-net's view of the MAC.

use core::future::poll_fn;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use core::task::Context;
use embassy_net::Runner;
use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_sync::waitqueue::AtomicWaker;
use stellaris::Mac;

/// The longest frame, each way: 14 bytes of header, and the packet of 576 bytes that every IPv4 host takes.
///
/// Less than Ethernet has, to save 2 KiB: TCP tells the other side, and a broadcast that is longer is not for us.
const FRAME: usize = 14 + 576;

/// The task that waits for a frame: the driver leaves it here, the interrupt wakes it.
static WAITING: AtomicWaker = AtomicWaker::new();

/// Whether the next frame may be received.
static ADMITS: AtomicBool = AtomicBool::new(false);

/// Moves frames for ever, and takes one in every second turn at most. By then the tasks that it woke had their turn, too:
/// a socket that they free may serve the next frame, which would otherwise be refused.
pub async fn run(mut runner: Runner<'static, Card>) -> ! {
    let mut run = pin!(runner.run());
    let mut turn = false;
    poll_fn(|context| {
        turn = !turn;
        ADMITS.store(turn, Relaxed);
        run.as_mut().poll(context)
    })
    .await
}

/// For the MAC's interrupt.
pub fn on_interrupt() {
    Mac::acknowledge();
    WAITING.wake();
}

/// A frame each way.
pub struct Frames {
    received: [u8; FRAME],
    sent: [u8; FRAME],
}

impl Frames {
    pub const NEW: Self = Self { received: [0; FRAME], sent: [0; FRAME] };
}

/// The MAC.
pub struct Card {
    mac: Mac,
    address: [u8; 6],
    /// Not in here: a task keeps what it is given twice.
    frames: &'static mut Frames,
}

impl Card {
    /// Starts the MAC with this address, and its interrupt.
    pub fn new(address: [u8; 6], frames: &'static mut Frames) -> Self {
        let mut mac = Mac::new(address);
        mac.listen();
        Self { mac, address, frames }
    }

    /// Whether a frame can be sent. No interrupt says so: it leaves within 50 µs, and the task asks again.
    fn can_send(&self, context: &Context) -> bool {
        let can_send = self.mac.can_send();
        if !can_send {
            context.waker().wake_by_ref();
        }
        can_send
    }
}

impl Driver for Card {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Free<'a>;

    fn receive(&mut self, context: &mut Context) -> Option<(Received<'_>, Free<'_>)> {
        WAITING.register(context.waker()); // first: a frame that comes after the look wakes us
        if !self.mac.can_receive() || !self.can_send(context) {
            return None;
        }
        if !ADMITS.swap(false, Relaxed) {
            context.waker().wake_by_ref();
            return None;
        }
        let length = self.mac.receive(&mut self.frames.received)?;
        Some((
            Received(self.frames.received.get_mut(..length)?),
            Free { mac: &mut self.mac, frame: &mut self.frames.sent },
        ))
    }

    fn transmit(&mut self, context: &mut Context) -> Option<Free<'_>> {
        self.can_send(context).then_some(Free { mac: &mut self.mac, frame: &mut self.frames.sent })
    }

    fn link_state(&mut self, _: &mut Context) -> LinkState {
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = FRAME;
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.address)
    }
}

/// A frame that was received.
pub struct Received<'a>(&'a mut [u8]);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, read: F) -> R {
        read(self.0)
    }
}

/// Leave to send a frame.
pub struct Free<'a> {
    mac: &'a mut Mac,
    frame: &'a mut [u8; FRAME],
}

impl TxToken for Free<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let frame = &mut self.frame[..length]; // embassy-net keeps to `max_transmission_unit`
        let result = write(frame);
        self.mac.send(frame);
        result
    }
}
