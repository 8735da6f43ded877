use http::{Exchange, Outcome, Page};
use smoltcp::socket::tcp::{Socket, State};
use smoltcp::time::{Duration, Instant};

pub const PORT: u16 = 80;

/// How long a client may take to ask, and to take the answer; and then again to close.
const PATIENCE: Duration = Duration::from_secs(5);

/// One socket that serves.
pub enum Server<P> {
    Listening,
    Talking(Exchange<P>, Instant),
    /// Everything is sent, and we have closed; the client has until then to do the same.
    Closing(Instant),
}

impl<P: Page> Server<P> {
    /// One turn; answers what became of a connection, once for each.
    pub fn poll(&mut self, socket: &mut Socket, now: Instant) -> Option<Outcome> {
        match self {
            Self::Listening if socket.is_active() => *self = Self::Talking(Exchange::new(), now + PATIENCE),
            Self::Listening | Self::Closing(_) if !socket.is_active() => {
                *self = Self::Listening;
                // what `abort` had to send has been sent since the last turn
                let _ = socket.listen(PORT);
            }
            Self::Closing(until) => {
                receive(socket, &mut |_| {});
                if now >= *until {
                    socket.abort();
                }
            }
            _ => {}
        }
        let Self::Talking(exchange, until) = self else { return None };
        let outcome = if !socket.is_active() {
            Outcome::Disconnected
        } else if now >= *until {
            socket.abort();
            Outcome::TimedOut
        } else {
            talk(exchange, socket)?
        };
        // A socket whose client resets it before it is connected listens again on its own.
        *self = if socket.is_active() { Self::Closing(now + PATIENCE) } else { Self::Listening };
        Some(outcome)
    }

    /// Takes back a socket whose client has everything and has only to close: it meets a reset when it does, and that
    /// tells it nothing new.
    pub fn reclaim(&mut self, socket: &mut Socket) -> bool {
        let reclaimed = matches!(self, Self::Closing(_)) && socket.state() == State::FinWait2;
        if reclaimed {
            socket.abort();
            let _ = socket.listen(PORT);
            *self = Self::Listening;
        }
        reclaimed
    }
}

/// Both ways, as far as it goes; answers what became of it when it is over.
fn talk<P: Page>(exchange: &mut Exchange<P>, socket: &mut Socket) -> Option<Outcome> {
    receive(socket, &mut |bytes| exchange.receive(bytes));
    // An empty queue is in one piece. What is written into it is written whole.
    if socket.may_send() && socket.send_queue() == 0 {
        let _ = socket.send(|room| (exchange.send(room), ()));
    }
    let outcome = match exchange.outcome() {
        // a client that sends no more without having asked
        None if exchange.is_asking() && !socket.may_recv() && socket.state() != State::SynReceived => {
            Outcome::Disconnected
        }
        outcome => outcome?,
    };
    match outcome {
        Outcome::PageFailed => socket.abort(),
        _ => socket.close(),
    }
    Some(outcome)
}

/// Takes everything that has come.
pub fn receive(socket: &mut Socket, take: &mut dyn FnMut(&[u8])) {
    while socket.can_recv() {
        let _ = socket.recv(|bytes| {
            take(bytes);
            (bytes.len(), ())
        });
    }
}
