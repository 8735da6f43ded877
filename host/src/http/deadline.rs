//! A connection that ends itself when its client takes too long.

use super::options::HttpOptions;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// What a connection is doing, for those who may have to end it.
#[derive(Default)]
pub(super) struct Activity {
    /// Answers that are under way.
    answers: AtomicUsize,
    /// Whether there ever was one.
    served: AtomicBool,
}

impl Activity {
    /// An answer is under way until what is answered is dropped.
    pub(super) fn answer(self: &Arc<Self>) -> Answering {
        self.served.store(true, Ordering::Relaxed);
        self.answers.fetch_add(1, Ordering::Relaxed);
        Answering(Arc::clone(self))
    }

    /// Whether it waits for a request.
    pub(super) fn is_idle(&self) -> bool {
        self.answers.load(Ordering::Relaxed) == 0
    }
}

/// See [`Activity::answer`].
pub(super) struct Answering(Arc<Activity>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A stream with deadlines; one that passes is an error, which ends the connection.
pub(super) struct Deadline<S> {
    stream: S,
    activity: Arc<Activity>,
    header: Duration,
    idle: Duration,
    write: Duration,
    timer: Pin<Box<Sleep>>,
    waiting: Waiting,
}

/// Instead of a time so long that its end is no moment.
const FOREVER: Duration = Duration::from_secs(1 << 30);

/// What the timer runs for.
#[derive(Clone, Copy, PartialEq)]
enum Waiting {
    Nothing,
    /// The first byte of a request.
    Request,
    /// The rest of its headers.
    Headers,
    /// A reader that takes more of its answer.
    Reader,
}

impl<S> Deadline<S> {
    pub(super) fn new(stream: S, activity: Arc<Activity>, options: &HttpOptions) -> Self {
        let &HttpOptions { header_timeout: header, idle_timeout: idle, write_timeout: write, .. } = options;
        Self { stream, activity, header, idle, write, timer: Box::pin(sleep(header)), waiting: Waiting::Nothing }
    }

    /// Starts the timer, unless it runs for that already; an error when it has run out.
    fn wait(&mut self, waiting: Waiting, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.waiting != waiting {
            self.waiting = waiting;
            let time = match waiting {
                Waiting::Request if self.activity.served.load(Ordering::Relaxed) => self.idle,
                Waiting::Reader => self.write,
                _ => self.header,
            };
            let now = Instant::now();
            self.timer.as_mut().reset(now.checked_add(time).unwrap_or(now + FOREVER));
        }
        ready!(self.timer.as_mut().poll(cx));
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Deadline<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if let Poll::Ready(outcome) = Pin::new(&mut self.stream).poll_read(cx, buffer) {
            if buffer.filled().len() > before && self.waiting != Waiting::Headers && self.activity.is_idle() {
                let _ = self.wait(Waiting::Headers, cx); // from the first byte to the end, however slowly they come
            }
            return Poll::Ready(outcome);
        }
        match self.waiting {
            _ if !self.activity.is_idle() => {
                if self.waiting != Waiting::Reader {
                    self.waiting = Waiting::Nothing;
                }
                Poll::Pending
            }
            Waiting::Headers => self.wait(Waiting::Headers, cx),
            _ => self.wait(Waiting::Request, cx),
        }
    }
}

impl<S: AsyncWrite + Unpin> Deadline<S> {
    fn written<T>(&mut self, outcome: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        match outcome {
            Poll::Pending => self.wait(Waiting::Reader, cx).map(|error| error.and(Err(ErrorKind::TimedOut.into()))),
            done => {
                self.waiting = Waiting::Nothing;
                done
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Deadline<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(outcome, cx)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Pending => self.written(Poll::Pending, cx),
            done => done,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.written(outcome, cx)
    }
}
