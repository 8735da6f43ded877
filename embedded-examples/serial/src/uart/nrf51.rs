use super::Uart;
use crate::register::Register;

/// The UART of an nRF51, which keeps six bytes that have come.
pub struct Nrf51(());

const START_RECEIVER: Register = Register(0x4000_2000);
const START_TRANSMITTER: Register = Register(0x4000_2008);
const RECEIVED: Register = Register(0x4000_2108);
const SENT: Register = Register(0x4000_211C);
const ENABLE: Register = Register(0x4000_2500);
const TRANSMITTER_PIN: Register = Register(0x4000_250C);
const RECEIVER_PIN: Register = Register(0x4000_2514);
const RECEIVER_DATA: Register = Register(0x4000_2518);
const TRANSMITTER_DATA: Register = Register(0x4000_251C);
const BAUD_RATE: Register = Register(0x4000_2524);

const CRYSTAL_START: Register = Register(0x4000_0000);
const CRYSTAL_STARTED: Register = Register(0x4000_0100);
const PINS_HIGH: Register = Register(0x5000_0508);
const PINS_OUT: Register = Register(0x5000_0518);

const BAUD_115200: u32 = 0x01D7_E000;
const ON: u32 = 4;

impl Nrf51 {
    /// Starts the UART at 115,200 baud.
    ///
    /// # Safety
    ///
    /// This is an nRF51, and nobody else uses its UART and these pins.
    pub unsafe fn start(transmitter_pin: u32, receiver_pin: u32) -> Self {
        CRYSTAL_START.write(1);
        while CRYSTAL_STARTED.read() == 0 {} // without it the clock is too far off for a UART
        PINS_HIGH.write(1 << transmitter_pin); // as an idle line is
        PINS_OUT.write(1 << transmitter_pin);
        TRANSMITTER_PIN.write(transmitter_pin);
        RECEIVER_PIN.write(receiver_pin);
        BAUD_RATE.write(BAUD_115200);
        ENABLE.write(ON);
        START_RECEIVER.write(1);
        START_TRANSMITTER.write(1);
        Self(())
    }
}

impl Uart for Nrf51 {
    fn send(&mut self, byte: u8) {
        SENT.write(0);
        TRANSMITTER_DATA.write(byte.into());
        while SENT.read() == 0 {}
    }

    fn receive(&mut self) -> Option<u8> {
        (RECEIVED.read() != 0).then(|| {
            RECEIVED.write(0); // before the byte is taken: the next one sets it again
            RECEIVER_DATA.read() as u8
        })
    }
}
