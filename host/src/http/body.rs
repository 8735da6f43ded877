use super::activity::Answering;
use super::coding::{Coder, Coding};
use super::shared::Shared;
use crate::exposition::{Pages, append_part};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::{JoinHandle, spawn_blocking};

/// The body of an answer: a short text, or an exposition that is made while it is sent.
///
/// Polled by hyper, in a runtime of tokio.
pub struct MetricsBody {
    content: Content,
    /// Ends when this does.
    _answering: Option<Answering>,
}

enum Content {
    Text(Option<Bytes>),
    Exposition(Box<Work>),
    /// Made where it is served; its rest will be, too.
    Begun(io::Result<Part>),
    /// Others on this thread come first.
    Resting(Box<Work>),
    /// Collectors may block, on files say: not on the thread that serves.
    Working(JoinHandle<io::Result<Part>>),
    /// Somebody else may be making it.
    Shared(Pin<Box<dyn Future<Output = io::Result<Bytes>> + Send>>),
    Done,
}

impl MetricsBody {
    pub(crate) fn text(text: Bytes) -> Self {
        Content::Text(Some(text).filter(|text| !text.is_empty())).into()
    }

    /// Collects on a thread that may block.
    pub(super) fn exposition(work: Work) -> Self {
        Content::Exposition(Box::new(work)).into()
    }

    /// Of metrics that wait for nothing. What is whole already has a known length.
    pub(super) fn begun(work: Work) -> Self {
        match Box::new(work).next() {
            Ok((bytes, None)) => Self::text(bytes),
            part => Content::Begun(part).into(),
        }
    }

    pub(super) fn shared(shared: Arc<Shared>) -> Self {
        Content::Shared(Box::pin(shared.page())).into()
    }

    /// A part that was made; the rest goes on as `next` says.
    fn part(&mut self, made: io::Result<Part>, next: fn(Box<Work>) -> Content) -> Option<io::Result<Frame<Bytes>>> {
        match made {
            Ok((bytes, rest)) => {
                self.content = rest.map_or(Content::Done, next);
                (!bytes.is_empty()).then(|| Ok(Frame::data(bytes)))
            }
            Err(error) => Some(Err(error)),
        }
    }

    pub(super) fn until_sent(mut self, answering: Answering) -> Self {
        self._answering = Some(answering);
        self
    }
}

impl From<Content> for MetricsBody {
    fn from(content: Content) -> Self {
        Self { content, _answering: None }
    }
}

impl Body for MetricsBody {
    type Data = Bytes;
    type Error = io::Error;

    /// An error here makes hyper close the connection without the last chunk, so that no reader takes the body for whole.
    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        loop {
            match std::mem::replace(&mut self.content, Content::Done) {
                Content::Text(text) => return Poll::Ready(text.map(|text| Ok(Frame::data(text)))),
                Content::Begun(part) => return Poll::Ready(self.part(part, Content::Resting)),
                Content::Exposition(work) => self.content = Content::Working(spawn_blocking(|| work.next())),
                Content::Resting(work) => {
                    cx.waker().wake_by_ref();
                    self.content = Content::Begun(work.next());
                    return Poll::Pending;
                }
                Content::Working(mut job) => {
                    let Poll::Ready(outcome) = Pin::new(&mut job).poll(cx) else {
                        self.content = Content::Working(job);
                        return Poll::Pending;
                    };
                    return Poll::Ready(self.part(outcome.map_err(io::Error::other).flatten(), Content::Exposition));
                }
                Content::Shared(mut page) => {
                    let Poll::Ready(page) = page.as_mut().poll(cx) else {
                        self.content = Content::Shared(page);
                        return Poll::Pending;
                    };
                    let page = page.map(|bytes| (!bytes.is_empty()).then(|| Frame::data(bytes)));
                    return Poll::Ready(page.transpose());
                }
                Content::Done => return Poll::Ready(None),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.content, Content::Text(None) | Content::Done)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Text(text) => SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64)),
            _ => SizeHint::default(),
        }
    }
}

impl std::fmt::Debug for MetricsBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MetricsBody").finish_non_exhaustive()
    }
}

/// An exposition that is under way.
pub(crate) struct Work {
    pages: Box<dyn Pages>,
    coding: Option<&'static Coding>,
    /// When it has begun.
    coder: Option<Box<dyn Coder>>,
    buffer: Vec<u8>,
    /// Given back when the last byte has been made, or nobody wants it any more and no thread is at it.
    _scrape: Option<OwnedSemaphorePermit>,
}

/// Bytes to send, and what is left to do.
type Part = (Bytes, Option<Box<Work>>);

impl Work {
    pub(crate) fn new(pages: Box<dyn Pages>, coding: Option<&'static Coding>) -> Self {
        Self { pages, coding, coder: None, buffer: Vec::new(), _scrape: None }
    }

    pub(super) fn with(self, scrape: OwnedSemaphorePermit) -> Self {
        Self { _scrape: Some(scrape), ..self }
    }

    /// All of it.
    pub(crate) fn whole(self) -> io::Result<Bytes> {
        let (mut whole, mut rest) = (Vec::new(), Some(Box::new(self)));
        while let Some(work) = rest {
            let (bytes, more) = work.next()?;
            whole.extend_from_slice(&bytes);
            rest = more;
        }
        Ok(whole.into())
    }

    /// The next bytes to send, and what is left to do. There are none only when an exposition is empty.
    fn next(mut self: Box<Self>) -> io::Result<Part> {
        if let (Some(coding), None) = (self.coding, &self.coder) {
            self.coder = Some((coding.begin)()?);
        }
        loop {
            self.buffer.clear();
            let more = append_part(&mut *self.pages, &mut self.buffer);
            let bytes = match &mut self.coder {
                None => std::mem::take(&mut self.buffer).into(),
                Some(coder) => coder.code(&self.buffer, !more)?,
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
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use tokio::sync::Semaphore;

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
                let scrape = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
                let body = MetricsBody::exposition(Work::new(Box::new(Half(false)), None).with(scrape));
                Ok::<_, std::convert::Infallible>(Response::new(body))
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
