use super::gateway::Gateway;
use super::secure::Connection;
use crate::error::Error;
use crate::http::MetricsBody;
use bytes::Bytes;
use hyper::Method;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, LOCATION};
use hyper_util::rt::TokioIo;
use std::error::Error as _;
use std::future::poll_fn;
use std::iter::successors;
use std::pin::Pin;
use tokio::net::TcpStream;

pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Bytes,
    pub(super) content_type: &'static str,
    pub(super) gzip: bool,
}

/// How much of the gateway's words is repeated.
const WORDS: usize = 500;

pub(super) async fn send(gateway: &Gateway, request: Request) -> Result<(), Error> {
    let stream = connect(gateway).await?;
    let broken = |error: hyper::Error| {
        let why = successors(error.source(), |&why| why.source()).map(|why| format!(": {why}")).collect::<String>();
        gateway.refused(&format!(": {error}{why}"))
    };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let exchange = async {
        let mut head =
            hyper::Request::builder().method(request.method).uri(request.path).header(HOST, &gateway.authority);
        if !request.body.is_empty() {
            head = head.header(CONTENT_TYPE, request.content_type);
        }
        if request.gzip {
            head = head.header(CONTENT_ENCODING, "gzip");
        }
        if let Some(headers) = head.headers_mut() {
            headers.extend(gateway.headers.clone());
        }
        let request =
            head.body(MetricsBody::text(request.body)).map_err(|error| gateway.refused(&format!(": {error}")))?;
        let response = sender.send_request(request).await.map_err(broken)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let to = response.headers().get(LOCATION).map(|to| shown(to.as_bytes()));
        let to = to.map(|to| format!(" to {to}, which is not followed")).unwrap_or_default();
        Err(gateway.refused(&format!(": {status}{to}: {}", words(response.into_body()).await)))
    };
    // the connection lives as long as the exchange, and in the same task
    let mut connection = std::pin::pin!(connection);
    let mut exchange = std::pin::pin!(exchange);
    let mut open = true;
    poll_fn(|context| {
        if open {
            open = connection.as_mut().poll(context).is_pending(); // what went wrong, the exchange says too
        }
        exchange.as_mut().poll(context)
    })
    .await
}

async fn connect(gateway: &Gateway) -> Result<Box<dyn Connection>, Error> {
    let unreachable = |error| gateway.refused("").with_source(error);
    let handshake = match &gateway.secure {
        None => None,
        Some(secure) => Some(secure.handshake().await?),
    };
    let stream = TcpStream::connect((gateway.host.as_str(), gateway.port)).await.map_err(unreachable)?;
    match handshake {
        None => Ok(Box::new(stream)),
        Some(handshake) => handshake(stream).await.map_err(unreachable),
    }
}

/// The start of what the gateway says.
async fn words(mut body: Incoming) -> String {
    let mut words = Vec::new();
    while words.len() < WORDS
        && let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        words.extend(frame.data_ref().into_iter().flatten());
    }
    shown(&words)
}

/// Some of it, as it can be on a terminal.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(WORDS)]).replace(char::is_control, " ");
    text.trim().to_owned()
}
