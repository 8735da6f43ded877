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
