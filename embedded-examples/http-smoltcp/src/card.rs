use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;
use stellaris::Mac;

/// The longest frame, each way: 14 bytes of header, and the packet of 576 bytes that every IPv4 host takes.
///
/// Less than Ethernet has, to save 2 KiB: TCP tells the other side, and a broadcast that is longer is not for us.
const FRAME: usize = 14 + 576;

/// The MAC, and a frame each way.
pub struct Card {
    mac: Mac,
    received: [u8; FRAME],
    sent: [u8; FRAME],
}

impl Card {
    pub fn new(mac: Mac) -> Self {
        Self { mac, received: [0; FRAME], sent: [0; FRAME] }
    }

    pub fn can_receive(&self) -> bool {
        self.mac.can_receive()
    }
}

impl Device for Card {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Free<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Received<'_>, Free<'_>)> {
        if !self.mac.can_send() {
            return None; // there may be an answer to it
        }
        let length = self.mac.receive(&mut self.received)?;
        Some((Received(self.received.get(..length)?), Free { mac: &mut self.mac, frame: &mut self.sent }))
    }

    fn transmit(&mut self, _: Instant) -> Option<Free<'_>> {
        self.mac.can_send().then_some(Free { mac: &mut self.mac, frame: &mut self.sent })
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = FRAME;
        capabilities
    }
}

/// A frame that was received.
pub struct Received<'a>(&'a [u8]);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
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
        let frame = &mut self.frame[..length]; // smoltcp keeps to `max_transmission_unit`
        let result = write(frame);
        self.mac.send(frame);
        result
    }
}
