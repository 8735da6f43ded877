//! Pages written to async sinks that are slow, full or broken.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use embassy_futures::block_on;
use embassy_futures::yield_now;
use embedded_io_async::{ErrorKind, ErrorType, Write};
use narthex_core::encode::{self, EncodeError};
use narthex_core::{
    Collect, CollectError, Counter, Desc, Flow, Gauge, MetricGroup, Sink, Stop, embedded_io_async_v0_7 as async_io,
};

#[derive(MetricGroup)]
struct Wifi {
    /// Frames transmitted.
    frames_sent: Counter,
    /// Signal strength.
    #[metrics(unit = "dbm")]
    rssi: Gauge<i32>,
}

static WIFI: Wifi = Wifi::new();

/// Takes `step` bytes at a time, after a pause; from byte `limit` on, it gives `at_limit`.
struct Socket {
    taken: Vec<u8>,
    step: usize,
    limit: usize,
    at_limit: Result<usize, ErrorKind>,
}

impl Socket {
    fn new(step: usize) -> Self {
        Self { taken: Vec::new(), step, limit: usize::MAX, at_limit: Ok(0) }
    }
}

impl ErrorType for Socket {
    type Error = ErrorKind;
}

impl Write for Socket {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        yield_now().await;
        let taken = bytes.len().min(self.step).min(self.limit - self.taken.len());
        self.taken.extend_from_slice(&bytes[..taken]);
        if taken == 0 { self.at_limit } else { Ok(taken) }
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// What the blocking encoders write.
fn page(write: impl FnOnce(&mut &mut [u8])) -> Vec<u8> {
    let mut page = vec![0; 1024];
    let mut rest = &mut page[..];
    write(&mut rest);
    let left = rest.len();
    page.truncate(1024 - left);
    page
}

fn text() -> Vec<u8> {
    page(|out| encode::text(&WIFI, out).unwrap())
}

fn openmetrics() -> Vec<u8> {
    page(|out| encode::openmetrics(&WIFI, out).unwrap())
}

#[test]
fn a_page_is_the_same_for_every_buffer_and_sink() {
    let (text, openmetrics) = (text(), openmetrics());
    assert!(openmetrics.ends_with(b"# EOF\n"));
    for size in [80, 81, 100, 1000] {
        for step in [1, 7, 1000] {
            let mut buffer = vec![0; size];
            let mut socket = Socket::new(step);
            assert_eq!(block_on(async_io::text(&WIFI, &mut buffer, &mut socket)), Ok(()));
            assert_eq!(socket.taken, text);
            let mut socket = Socket::new(step);
            assert_eq!(block_on(async_io::openmetrics(&WIFI, &mut buffer, &mut socket)), Ok(()));
            assert_eq!(socket.taken, openmetrics);
        }
    }
}

#[test]
fn a_sink_that_fails_or_takes_nothing_is_an_error_at_every_byte() {
    let text = text();
    for (at_limit, error) in
        [(Err(ErrorKind::BrokenPipe), EncodeError::Sink(ErrorKind::BrokenPipe)), (Ok(0), EncodeError::WriteZero)]
    {
        for limit in 0..text.len() {
            let mut socket = Socket { limit, at_limit, ..Socket::new(3) };
            assert_eq!(block_on(async_io::text(&WIFI, &mut [0; 100], &mut socket)), Err(error));
            assert_eq!(socket.taken, text[..limit]);
        }
    }
}

#[test]
fn a_sink_that_claims_too_much_ends_no_firmware() {
    struct Liar;

    impl ErrorType for Liar {
        type Error = ErrorKind;
    }

    impl Write for Liar {
        async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
            Ok(bytes.len() + 1)
        }

        async fn flush(&mut self) -> Result<(), ErrorKind> {
            Ok(())
        }
    }

    assert_eq!(block_on(async_io::text(&WIFI, &mut [0; 100], &mut Liar)), Ok(()));
}

#[test]
fn a_small_buffer_says_how_much_it_takes() {
    let mut socket = Socket::new(1000);
    let Err(EncodeError::BufferTooSmall { needed }) = block_on(async_io::text(&WIFI, &mut [0; 20], &mut socket)) else {
        panic!("no error")
    };
    assert!(socket.taken.is_empty());
    assert_eq!(
        block_on(async_io::text(&WIFI, &mut vec![0; needed - 1], &mut socket)),
        Err(EncodeError::BufferTooSmall { needed })
    );
    assert_eq!(
        EncodeError::<ErrorKind>::BufferTooSmall { needed: 99 }.to_string(),
        "the buffer is too small for the next sample, which needs 99 bytes"
    );
}

#[test]
fn a_failed_collector_costs_no_other() {
    struct Failing;

    impl Collect for Failing {
        fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            Ok(())
        }

        fn collect(&self, _: &mut dyn Sink) -> Flow {
            Err(Stop::Collector(CollectError::new(&"the bus does not answer")))
        }
    }

    let both: &[&dyn Collect] = &[&Failing, &WIFI];
    let mut socket = Socket::new(9);
    assert_eq!(
        block_on(async_io::openmetrics(&both, &mut [0; 100], &mut socket)),
        Err(EncodeError::Collector(CollectError::new(&"the bus does not answer")))
    );
    assert_eq!(socket.taken, openmetrics());
}

#[test]
fn a_future_may_be_dropped_at_every_pause() {
    let text = text();
    for pauses in 0.. {
        let mut socket = Socket::new(5);
        let mut buffer = [0; 100];
        let mut context = Context::from_waker(Waker::noop());
        let ended = {
            let mut writing = pin!(async_io::text(&WIFI, &mut buffer, &mut socket));
            (0..=pauses).any(|_| matches!(writing.as_mut().poll(&mut context), Poll::Ready(Ok(()))))
        };
        assert!(text.starts_with(&socket.taken));
        if ended {
            assert_eq!(socket.taken, text);
            return;
        }
    }
}
