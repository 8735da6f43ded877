use crate::Format;
use crate::body::{Body, Page, write};
use crate::head::{Head, Method, Rejected, Request};
use narthex_core::ClosedLabels;
use narthex_core::encode::{self, Format as _};

/// The least that [`Exchange::send`] needs, in bytes: the head of an answer. A sample may need more.
pub const ROOM: usize = 192;

/// What became of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ClosedLabels)]
#[metrics(label = "outcome")]
pub enum Outcome {
    /// The page, as text 0.0.4.
    Text,
    /// The page, as OpenMetrics 1.0.
    Openmetrics,
    /// Another path.
    NotFound,
    /// Another method than GET and HEAD.
    MethodNotAllowed,
    /// No HTTP.
    BadRequest,
    /// Another HTTP than 1.0 and 1.1.
    VersionNotSupported,
    /// A head that does not end.
    HeadTooLong,
    /// A sample that did not fit into the whole room.
    PageFailed,
    /// The client went before it had its answer.
    Disconnected,
    /// The client did not ask, or did not take the answer, in time.
    TimedOut,
}

/// One connection: a request, then its answer.
pub struct Exchange<P>(State<P>);

enum State<P> {
    Asking(Head),
    /// The head of the answer is due, and then the page if the client wants it.
    Answering(Outcome, Option<Request>),
    Paging(Outcome, Body<P>),
    Over(Outcome),
}

impl<P: Page> Exchange<P> {
    /// Of a connection that has just been opened.
    pub const fn new() -> Self {
        Self(State::Asking(Head::new()))
    }

    /// Whether the request is not complete.
    pub fn is_asking(&self) -> bool {
        matches!(self.0, State::Asking(_))
    }

    /// Takes what the client has sent, all of it. What comes after the request is not answered.
    pub fn receive(&mut self, bytes: &[u8]) {
        let State::Asking(head) = &mut self.0 else { return };
        if let Some(request) = bytes.iter().find_map(|byte| head.push(*byte)) {
            self.0 = State::Answering(outcome(&request), request.ok());
        }
    }

    /// Writes the next part of the answer to the start of `room`; answers how many bytes, zero when there is nothing to
    /// send. `room` is what the TCP stack has when nothing is queued, at least [`ROOM`] bytes and the longest sample.
    pub fn send(&mut self, room: &mut [u8]) -> usize {
        let mut sent = 0;
        if let State::Answering(outcome, request) = self.0 {
            let Some(head) = write_head(outcome, request.as_ref(), room) else { return 0 };
            sent = head;
            self.0 = match request {
                Some(request) if has_page(outcome) && request.method == Method::Get => {
                    State::Paging(outcome, Body::new(request.format, request.chunked))
                }
                _ => State::Over(outcome),
            };
        }
        if let State::Paging(outcome, body) = &mut self.0 {
            match body.fill(&mut room[sent..]) {
                Ok(filled) => {
                    sent += filled;
                    if body.is_over() {
                        self.0 = State::Over(*outcome);
                    }
                }
                // behind the head there was less room
                Err(_) if sent > 0 => {}
                Err(_) => self.0 = State::Over(Outcome::PageFailed),
            }
        }
        sent
    }

    /// What became of it, when everything has been sent. After [`Outcome::PageFailed`] abort the connection, or the client
    /// takes half a page for a whole one; otherwise close it.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.0 {
            State::Over(outcome) => Some(outcome),
            _ => None,
        }
    }
}

impl<P: Page> Default for Exchange<P> {
    fn default() -> Self {
        Self::new()
    }
}

fn outcome(request: &Result<Request, Rejected>) -> Outcome {
    match request {
        Ok(request) if !request.metrics => Outcome::NotFound,
        Ok(request) if request.method == Method::Other => Outcome::MethodNotAllowed,
        Ok(request) if request.format == Format::OpenMetrics => Outcome::Openmetrics,
        Ok(_) => Outcome::Text,
        Err(Rejected::Malformed) => Outcome::BadRequest,
        Err(Rejected::Version) => Outcome::VersionNotSupported,
        Err(Rejected::TooLong) => Outcome::HeadTooLong,
    }
}

fn has_page(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Text | Outcome::Openmetrics)
}

fn write_head(outcome: Outcome, request: Option<&Request>, room: &mut [u8]) -> Option<usize> {
    let content_type = match outcome {
        Outcome::Openmetrics => encode::OpenMetrics::CONTENT_TYPE,
        Outcome::Text => encode::Text::CONTENT_TYPE,
        _ => "text/plain",
    };
    let (status, field, body) = match outcome {
        Outcome::NotFound => ("404 Not Found", "Content-Length: 28", "the metrics are at /metrics\n"),
        Outcome::MethodNotAllowed => {
            ("405 Method Not Allowed", "Allow: GET, HEAD\r\nContent-Length: 23", "only GET and HEAD work\n")
        }
        Outcome::BadRequest => ("400 Bad Request", "Content-Length: 17", "this is not HTTP\n"),
        Outcome::VersionNotSupported => {
            ("505 HTTP Version Not Supported", "Content-Length: 25", "this is an HTTP/1 server\n")
        }
        Outcome::HeadTooLong => {
            ("431 Request Header Fields Too Large", "Content-Length: 30", "the head is longer than 4 KiB\n")
        }
        _ if request.is_some_and(|request| request.chunked) => ("200 OK", "Transfer-Encoding: chunked", ""),
        _ => ("200 OK", "Vary: Accept", ""), // and the body ends with the connection
    };
    let body = if request.is_some_and(|request| request.method == Method::Head) { "" } else { body };
    let connection = "\r\nConnection: close\r\nContent-Type: ";
    write(&["HTTP/1.1 ", status, connection, content_type, "\r\n", field, "\r\n\r\n", body], room)
}
