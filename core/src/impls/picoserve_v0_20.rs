//! `/metrics` for servers that are built with [`picoserve`] 0.20, with the feature `picoserve-v0.20`.

use crate::cell::Counter;
use crate::collect::Collect;
use crate::encode::{Cursor, CursorError, Format, OpenMetrics, Text, accept};
use core::cell::Cell;
use core::fmt;
use picoserve::ResponseSent;
use picoserve::io::{Read, Write};
use picoserve::request::Request;
use picoserve::response::chunked::{ChunkWriter, ChunkedResponse, Chunks, ChunksWritten};
use picoserve::response::{Connection, IntoResponse, Response, ResponseWriter, StatusCode};
use picoserve::routing::MethodHandlerService;

/// A service that answers GET and HEAD with metrics: in OpenMetrics 1.0 when the request's `Accept` likes it better,
/// otherwise in text 0.0.4. Other methods are refused, and HTTP/1.0, which has no chunks.
///
/// Returned from a handler, which sees no `Accept`, it answers in text 0.0.4.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use narthex_core::{Counter, MetricGroup, picoserve_v0_20::Metrics};
/// use picoserve::Router;
///
/// #[derive(MetricGroup)]
/// struct Wifi {
///     /// Frames transmitted.
///     frames_sent: Counter,
/// }
/// static WIFI: Wifi = Wifi::new();
///
/// let app = Router::new().route_service("/metrics", Metrics::new(&WIFI));
/// # let _: Router<_> = app;
/// # }
/// ```
///
/// The page is sent in chunks, from a buffer of `BUFFER` bytes that lives in the task while it answers; the longest sample
/// has to fit into it. When one does not, the page ends before it, and its chunks end in a way that every client takes for
/// an error. A collector that fails costs only what it did not give. Both are counted: see
/// [`count_incomplete`](Self::count_incomplete).
#[derive(Clone, Copy)]
pub struct Metrics<const BUFFER: usize = 512> {
    metrics: &'static dyn Collect,
    incomplete: Option<&'static Counter<u32>>,
}

impl Metrics {
    /// Answers with these, from a buffer of 512 bytes.
    pub const fn new(metrics: &'static dyn Collect) -> Self {
        Self { metrics, incomplete: None }
    }
}

impl<const BUFFER: usize> Metrics<BUFFER> {
    /// The same, from a buffer of another size.
    pub const fn with_buffer<const BYTES: usize>(self) -> Metrics<BYTES> {
        Metrics { metrics: self.metrics, incomplete: self.incomplete }
    }

    /// Counts the pages that lack something, because a sample is longer than the buffer or because a collector failed.
    pub const fn count_incomplete(self, pages: &'static Counter<u32>) -> Self {
        Self { incomplete: Some(pages), ..self }
    }
}

impl<State, PathParameters, const BUFFER: usize> MethodHandlerService<State, PathParameters> for Metrics<BUFFER> {
    // Not an `async fn`, which would keep the whole request while it waits.
    fn call_method_handler_service<R: Read, W: ResponseWriter<Error = R::Error>>(
        &self,
        _: &State,
        _: PathParameters,
        method: &str,
        request: Request<'_, R>,
        response_writer: W,
    ) -> impl Future<Output = Result<ResponseSent, W::Error>> {
        let Request { parts, body_connection } = request;
        let accepted = parts.headers().into_iter().filter(|(name, _)| name == "accept");
        let openmetrics = accept::openmetrics(accepted.map(|(_, value)| value.as_raw()));
        let page = Page { metrics: self, openmetrics };
        let answer = match method {
            _ if parts.http_version() == "HTTP/1.0" => Answer::Refusal(
                StatusCode::HTTP_VERSION_NOT_SUPPORTED,
                ("Connection", "close"),
                "pages come in chunks, which HTTP/1.1 has\n",
            ),
            "GET" => Answer::Page(page),
            "HEAD" => Answer::Head([("Content-Type", page.content_type()), ("Transfer-Encoding", "chunked")]),
            _ => Answer::Refusal(
                StatusCode::METHOD_NOT_ALLOWED,
                ("Allow", "GET, HEAD"),
                "only GET and HEAD are allowed\n",
            ),
        };
        async move {
            let connection = body_connection.finalize().await?;
            match answer {
                Answer::Page(page) => {
                    response_writer.write_response(connection, ChunkedResponse::new(page).into_response()).await
                }
                Answer::Head(headers) => {
                    let response = Response::empty(StatusCode::OK).with_headers(headers);
                    response_writer.write_response(connection, response).await
                }
                Answer::Refusal(status, header, text) => {
                    let response = Response::new(status, text).with_headers(header);
                    response_writer.write_response(connection, response).await
                }
            }
        }
    }
}

impl<const BUFFER: usize> IntoResponse for Metrics<BUFFER> {
    async fn write_to<R: Read, W: ResponseWriter<Error = R::Error>>(
        self,
        connection: Connection<'_, R>,
        response_writer: W,
    ) -> Result<ResponseSent, W::Error> {
        ChunkedResponse::new(Page { metrics: &self, openmetrics: false }).write_to(connection, response_writer).await
    }
}

type Header = (&'static str, &'static str);

enum Answer<'a, const BUFFER: usize> {
    Page(Page<'a, BUFFER>),
    Head([Header; 2]),
    Refusal(StatusCode, Header, &'static str),
}

/// Small: each of picoserve's layers keeps a copy while it waits.
struct Page<'a, const BUFFER: usize> {
    metrics: &'a Metrics<BUFFER>,
    openmetrics: bool,
}

impl<const BUFFER: usize> Chunks for Page<'_, BUFFER> {
    fn content_type(&self) -> &'static str {
        if self.openmetrics { OpenMetrics::CONTENT_TYPE } else { Text::CONTENT_TYPE }
    }

    async fn write_chunks<W: Write>(self, mut writer: ChunkWriter<W>) -> Result<ChunksWritten, W::Error> {
        let Metrics { metrics, incomplete } = *self.metrics;
        let mut cursor = match self.openmetrics {
            true => AnyCursor::OpenMetrics(Cursor::new()),
            false => AnyCursor::Text(Cursor::new()),
        };
        let mut buffer = [0; BUFFER];
        loop {
            let filled = cursor.fill(metrics, &mut buffer);
            if let (Err(_), Some(pages)) = (filled, incomplete) {
                pages.inc();
            }
            match filled {
                Ok(0) | Err(CursorError::Collector(_)) => return writer.finalize().await,
                Ok(filled) => writer.write_chunk(buffer.get(..filled).unwrap_or_default()).await?,
                Err(CursorError::BufferTooSmall { .. }) => {
                    write!(writer, "{}", Shorter(Cell::new(true))).await?;
                    return writer.finalize().await;
                }
            }
        }
    }
}

enum AnyCursor {
    Text(Cursor<Text>),
    OpenMetrics(Cursor<OpenMetrics>),
}

impl AnyCursor {
    fn fill(&mut self, metrics: &dyn Collect, buffer: &mut [u8]) -> Result<usize, CursorError> {
        match self {
            AnyCursor::Text(cursor) => cursor.fill(metrics, buffer),
            AnyCursor::OpenMetrics(cursor) => cursor.fill(metrics, buffer),
        }
    }
}

/// Has one byte when a chunk is measured for it, and none when it is written.
///
/// A response can neither fail here nor end without its last chunk. A chunk that is shorter than it says tells the client
/// that the page is not whole, whatever follows.
struct Shorter(Cell<bool>);

impl fmt::Display for Shorter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.replace(false) { f.write_str("-") } else { Ok(()) }
    }
}
