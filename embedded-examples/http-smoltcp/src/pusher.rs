use crate::server::receive;
use http::{Page, Push};
use narthex_core::ClosedLabels;
use smoltcp::iface::Context;
use smoltcp::socket::tcp::Socket;
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::Ipv4Address;

/// Where to push to: `PUSHGATEWAY` when the firmware is built, or the machine that emulates the board.
const GATEWAY: &str = match option_env!("PUSHGATEWAY") {
    Some(gateway) => gateway,
    None => "10.0.2.2:9091",
};
const ADDRESS: ([u8; 4], u16) = address(GATEWAY);
/// The group that is replaced.
const PATH: &str = "/metrics/job/narthex/instance/lm3s6965evb";

/// How long after a success the next attempt is due.
const PERIOD: Duration = Duration::from_secs(5);
/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// After a failure the next attempt is due in a second; in twice the time after each further one, so many times.
const DOUBLINGS: u32 = 3;

/// Ports of our own: those that nobody listens at.
const FIRST_PORT: u16 = 49_152;

/// What became of an attempt to push.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ClosedLabels)]
#[metrics(label = "outcome")]
pub enum Pushed {
    /// The gateway has it.
    Accepted,
    /// The gateway's answer is no success.
    Rejected,
    /// Nobody is there, or nobody listens.
    Unreachable,
    /// The connection ended before the answer.
    CutOff,
    /// There was no answer in time.
    TimedOut,
    /// A sample did not fit into the whole room.
    PageFailed,
}

/// One socket that pushes.
pub struct Pusher<P> {
    attempt: Option<Attempt<P>>,
    /// When the next attempt is due.
    next: Instant,
    failures: u32,
    port: u16,
}

struct Attempt<P> {
    push: Push<P>,
    connected: bool,
    until: Instant,
}

impl<P: Page> Pusher<P> {
    pub const fn new() -> Self {
        Self { attempt: None, next: Instant::ZERO, failures: 0, port: FIRST_PORT }
    }

    /// One turn; answers what became of an attempt, once for each.
    pub fn poll(&mut self, socket: &mut Socket, context: &mut Context, now: Instant) -> Option<Pushed> {
        let Some(attempt) = &mut self.attempt else {
            if now >= self.next {
                self.attempt =
                    Some(Attempt { push: Push::new(GATEWAY, PATH), connected: false, until: now + PATIENCE });
                socket.abort(); // a gateway that has answered and does not close
                self.port = self.port.wrapping_add(1).max(FIRST_PORT);
                let ([a, b, c, d], port) = ADDRESS;
                let _ = socket.connect(context, (Ipv4Address::new(a, b, c, d), port), self.port);
            }
            return None;
        };
        let outcome = attempt.poll(socket, now)?;
        self.attempt = None;
        let wait = match outcome {
            Pushed::Accepted => {
                self.failures = 0;
                PERIOD
            }
            _ => {
                let wait = Duration::from_secs(1 << self.failures);
                self.failures = DOUBLINGS.min(self.failures + 1);
                wait
            }
        };
        self.next = now + wait;
        Some(outcome)
    }
}

impl<P: Page> Attempt<P> {
    fn poll(&mut self, socket: &mut Socket, now: Instant) -> Option<Pushed> {
        receive(socket, &mut |bytes| self.push.receive(bytes));
        self.connected |= socket.may_send();
        if socket.may_send() && socket.send_queue() == 0 {
            let _ = socket.send(|room| (self.push.send(room), ()));
        }
        let outcome = match self.push.status() {
            Some(200..300) => Pushed::Accepted,
            Some(_) => Pushed::Rejected,
            None if self.push.has_failed() => Pushed::PageFailed,
            None if !socket.is_open() && !self.connected => Pushed::Unreachable,
            None if self.connected && !socket.may_recv() => Pushed::CutOff,
            None if now >= self.until && !self.connected => Pushed::Unreachable,
            None if now >= self.until => Pushed::TimedOut,
            None => return None,
        };
        match outcome {
            Pushed::Accepted | Pushed::Rejected => socket.close(),
            _ => socket.abort(),
        }
        Some(outcome)
    }
}

/// `10.0.2.2:9091` as numbers, while compiling.
const fn address(text: &str) -> ([u8; 4], u16) {
    let (mut numbers, mut at, mut byte) = ([0_u32; 5], 0, 0);
    let text = text.as_bytes();
    while byte < text.len() {
        match text[byte] {
            b'.' if at < 3 => at += 1,
            b':' if at == 3 => at += 1,
            digit @ b'0'..=b'9' => numbers[at] = numbers[at] * 10 + (digit - b'0') as u32,
            _ => panic!("PUSHGATEWAY is not an address with a port, as 10.0.2.2:9091 is"),
        }
        byte += 1;
    }
    let [a, b, c, d, port] = numbers;
    assert!(
        at == 4 && a < 256 && b < 256 && c < 256 && d < 256 && 0 < port && port < 65_536,
        "PUSHGATEWAY is not an address with a port, as 10.0.2.2:9091 is"
    );
    ([a as u8, b as u8, c as u8, d as u8], port as u16)
}
