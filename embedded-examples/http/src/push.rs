use crate::Format;
use crate::body::{Body, Page, write};

/// One attempt to put a page to a Pushgateway, over a connection of its own.
pub struct Push<P> {
    /// The request's head, until it is sent.
    head: Option<[&'static str; 2]>,
    body: Body<P>,
    failed: bool,
    status: Status,
}

/// How many bytes of the answer came, and what its three digits said so far.
#[derive(Clone, Copy)]
struct Status {
    at: usize,
    code: u16,
}

impl<P: Page> Push<P> {
    /// To `path` (`/metrics/job/NAME` and more labels) of `host`, which may have a port.
    ///
    /// A Pushgateway takes text 0.0.4 only. The page replaces what this group had before.
    pub fn new(host: &'static str, path: &'static str) -> Self {
        let body = Body::new(Format::Text, true);
        Self { head: Some([path, host]), body, failed: false, status: Status { at: 0, code: 0 } }
    }

    /// As [`Exchange::send`](crate::Exchange::send).
    pub fn send(&mut self, room: &mut [u8]) -> usize {
        let mut sent = 0;
        if let Some([path, host]) = self.head {
            const REST: &str = "\r\nConnection: close\r\nContent-Type: text/plain; version=0.0.4\r\n\
                                Transfer-Encoding: chunked\r\n\r\n";
            let Some(head) = write(&["PUT ", path, " HTTP/1.1\r\nHost: ", host, REST], room) else {
                self.failed = true;
                return 0;
            };
            self.head = None;
            sent = head;
        }
        if self.body.is_over() {
            return sent;
        }
        match self.body.fill(&mut room[sent..]) {
            Ok(filled) => sent += filled,
            Err(_) if sent > 0 => {}
            Err(_) => self.failed = true,
        }
        sent
    }

    /// Whether a sample, or the head, does not fit into the whole room: abort the connection.
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// Takes what the gateway has sent.
    pub fn receive(&mut self, bytes: &[u8]) {
        const START: &[u8] = b"HTTP/1.";
        for byte in bytes {
            let expected = match self.status.at {
                at @ 0..7 => *byte == START[at],
                7 => byte.is_ascii_digit(),
                8 => *byte == b' ',
                9..12 => byte.is_ascii_digit(),
                _ => return,
            };
            if !expected {
                // not HTTP: a code that is no success
                self.status = Status { at: 12, code: 0 };
                return;
            }
            if self.status.at >= 9 {
                self.status.code = self.status.code * 10 + u16::from(*byte - b'0');
            }
            self.status.at += 1;
        }
    }

    /// The status code of the answer, when it came; zero when the answer is not HTTP. It may come before everything is
    /// sent.
    pub fn status(&self) -> Option<u16> {
        (self.status.at == 12).then_some(self.status.code)
    }
}
