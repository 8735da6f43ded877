//! A connection that ends itself when its client takes too long.

use super::activity::Activity;
use super::options::HttpOptions;
use std::future::Future;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// A stream with deadlines; one that passes is an error, which ends the connection.
pub(super) struct Deadline<S> {
    stream: S,
    activity: Arc<Activity>,
    times: Times,
    waiting: Waiting,
    since: Instant,
    until: Instant,
    /// How long the reader of this answer has kept it waiting, until now.
    kept: Duration,
    /// Runs out no later than any deadline, and looks then which one there is: a request sets none anew.
    timer: Pin<Box<Sleep>>,
}

struct Times {
    header: Duration,
    idle: Duration,
    write: Duration,
    total_write: Duration,
}

/// What is waited for.
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

impl Times {
    fn shortest(&self) -> Duration {
        self.header.min(self.idle).min(self.write).min(self.total_write)
    }
}

impl<S> Deadline<S> {
    pub(super) fn new(stream: S, activity: Arc<Activity>, options: &HttpOptions) -> Self {
        let times = Times {
            header: options.header_timeout,
            idle: options.idle_timeout,
            write: options.write_timeout,
            total_write: options.total_write_timeout,
        };
        let (now, timer) = (Instant::now(), Box::pin(sleep(times.shortest())));
        let (waiting, kept) = (Waiting::Nothing, Duration::ZERO);
        Self { stream, activity, times, waiting, since: now, until: now, kept, timer }
    }

    /// An error when this has been waited for too long; else the task is woken in time.
    fn wait(&mut self, waiting: Waiting, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.waiting != waiting {
            self.waiting = waiting;
            self.since = Instant::now();
            self.until = self.since
                + match waiting {
                    Waiting::Request if self.activity.has_served() => self.times.idle,
                    Waiting::Reader => self.times.write.min(self.times.total_write.saturating_sub(self.kept)),
                    _ => self.times.header,
                };
        }
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let now = Instant::now();
            if now >= self.until {
                return Poll::Ready(Err(ErrorKind::TimedOut.into()));
            }
            self.timer.as_mut().reset(self.until.min(now + self.times.shortest()));
        }
    }

    /// What came of an attempt to send something.
    fn written<T>(&mut self, outcome: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if outcome.is_pending() {
            return self.wait(Waiting::Reader, cx).map(|error| error.and(Err(ErrorKind::TimedOut.into())));
        }
        if self.waiting == Waiting::Reader {
            self.kept += self.since.elapsed();
        }
        self.waiting = Waiting::Nothing;
        outcome
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Deadline<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if self.activity.waits_since().is_none() {
            return outcome; // an answer is under way: it has deadlines of its own
        }
        if outcome.is_pending() {
            let headers = self.waiting == Waiting::Headers;
            return self.wait(if headers { Waiting::Headers } else { Waiting::Request }, cx);
        }
        if buffer.filled().len() > before {
            let _ = self.wait(Waiting::Headers, cx); // from the first byte to the end, however slowly they come
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Deadline<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(outcome, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written(outcome, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        if outcome.is_pending() {
            return self.written(outcome, cx);
        }
        if self.activity.flushed() {
            (self.waiting, self.kept) = (Waiting::Nothing, Duration::ZERO);
            let _ = self.wait(Waiting::Request, cx);
        }
        outcome
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.written(outcome, cx)
    }
}
