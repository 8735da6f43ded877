use crate::exposition::{Pages, append};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body::{Body, Frame, SizeHint};
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::task::{JoinHandle, spawn_blocking};

/// The body of an answer: a short text, or an exposition that is made while it is sent.
pub(super) enum Content {
    Text(Option<Bytes>),
    Exposition(Box<Work>),
    /// Collectors may block, on files say: not on the thread that serves.
    Working(JoinHandle<io::Result<(Bytes, Option<Box<Work>>)>>),
    Done,
}

impl Content {
    pub(super) fn text(text: &'static str) -> Self {
        Content::Text(Some(Bytes::from_static(text.as_bytes())))
    }

    pub(super) fn exposition(pages: Box<dyn Pages>, gzip: bool) -> Self {
        let gzip = gzip.then(|| GzEncoder::new(Vec::new(), Compression::fast()));
        Content::Exposition(Box::new(Work { pages, gzip, buffer: Vec::new() }))
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    /// An error here makes hyper close the connection without the last chunk, so that no reader takes the body for whole.
    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        loop {
            match std::mem::replace(&mut *self, Content::Done) {
                Content::Text(text) => return Poll::Ready(text.map(|text| Ok(Frame::data(text)))),
                Content::Exposition(work) => *self = Content::Working(spawn_blocking(|| work.next())),
                Content::Working(mut job) => {
                    let Poll::Ready(outcome) = Pin::new(&mut job).poll(cx) else {
                        *self = Content::Working(job);
                        return Poll::Pending;
                    };
                    return Poll::Ready(match outcome.map_err(io::Error::other).flatten() {
                        Ok((bytes, rest)) => {
                            *self = rest.map_or(Content::Done, Content::Exposition);
                            (!bytes.is_empty()).then(|| Ok(Frame::data(bytes)))
                        }
                        Err(error) => Some(Err(error)),
                    });
                }
                Content::Done => return Poll::Ready(None),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Content::Text(None) | Content::Done)
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Content::Text(text) => SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64)),
            _ => SizeHint::default(),
        }
    }
}

/// An exposition that is under way.
pub(super) struct Work {
    pages: Box<dyn Pages>,
    gzip: Option<GzEncoder<Vec<u8>>>,
    buffer: Vec<u8>,
}

impl Work {
    /// The next bytes to send, and what is left to do. There are none only when an exposition is empty.
    fn next(mut self: Box<Self>) -> io::Result<(Bytes, Option<Box<Self>>)> {
        loop {
            self.buffer.clear();
            let more = append(&mut *self.pages, &mut self.buffer);
            let bytes: Bytes = match &mut self.gzip {
                None => std::mem::take(&mut self.buffer).into(),
                Some(gzip) => {
                    gzip.write_all(&self.buffer)?;
                    if !more {
                        gzip.try_finish()?;
                    }
                    std::mem::take(gzip.get_mut()).into()
                }
            };
            if !more {
                return Ok((bytes, None));
            }
            if !bytes.is_empty() {
                return Ok((bytes, Some(self)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
    use hyper_util::rt::TokioIo;
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};

    /// Half a page, and then a bug.
    struct Half(bool);

    impl Pages for Half {
        fn append(&mut self, to: &mut Vec<u8>, _: usize) -> bool {
            assert!(!std::mem::replace(&mut self.0, true), "on purpose");
            to.extend_from_slice(b"up 1\n");
            true
        }
    }

    #[test]
    fn half_a_page_does_not_look_like_a_whole_one() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut reader = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        reader.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();

        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outcome = runtime.block_on(async {
            let stream = TokioIo::new(tokio::net::TcpStream::from_std(stream).unwrap());
            let half = |_: Request<Incoming>| async {
                Ok::<_, std::convert::Infallible>(Response::new(Content::exposition(Box::new(Half(false)), false)))
            };
            http1::Builder::new().serve_connection(stream, service_fn(half)).await
        });
        assert!(outcome.is_err());
        let mut answer = String::new();
        reader.read_to_string(&mut answer).unwrap();
        // the first part may have been sent before the second one failed, or not
        assert!("HTTP/1.1 200 OK".starts_with(answer.get(..15).unwrap_or_default()), "{answer:?}");
        assert!(!answer.ends_with("0\r\n\r\n") && !answer.to_lowercase().contains("content-length"), "{answer:?}");
    }
}
