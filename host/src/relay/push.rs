use crate::error::{Error, ErrorKind};
use crate::exposition::generate_latest;
use crate::registry::Registry;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hyper::body::Body as _;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use narthex_core::encode::{Format, Text};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tokio::net::TcpStream;

/// A Pushgateway, and the job that is pushed to it.
#[derive(Clone, Debug)]
pub struct Gateway {
    authority: String,
    path: String,
}

/// How long one push may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of the gateway's words is repeated.
const WORDS: usize = 500;

impl Gateway {
    /// The gateway at `url`, `http://127.0.0.1:9091` say, for the group of `job`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Address`] when the URL is none, or not of HTTP; [`ErrorKind::Label`] when the job has no name.
    pub fn new(url: &str, job: &str) -> Result<Self, Error> {
        if url.contains('@') {
            let text = "the gateway has a user or a password, which cannot be used yet; leave them out";
            return Err(Error::new(ErrorKind::Address, text)); // and the password out of the text
        }
        let refused = |what: &str| Error::new(ErrorKind::Address, format!("gateway {url:?}: {what}"));
        let rest =
            url.strip_prefix("http://").ok_or_else(|| refused("it begins with http://, and TLS is not there yet"))?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let uri: hyper::Uri = url.parse().map_err(|_| refused("it is not a URL, as http://127.0.0.1:9091 is"))?;
        if uri.authority().is_none_or(|uri| uri.as_str() != authority) {
            return Err(refused("it has a host, as http://127.0.0.1:9091 has"));
        }
        if uri.query().is_some() {
            return Err(refused("it has a query, which is not passed on; leave it out"));
        }
        if job.is_empty() {
            return Err(Error::new(ErrorKind::Label, "the job is empty; give it a name"));
        }
        let path = path.trim_matches('/');
        let slash = if path.is_empty() { "" } else { "/" };
        Ok(Self { authority: authority.into(), path: format!("{slash}{path}/metrics/job{}", segment(job)) })
    }

    /// Replaces the group by what the registry exposes now.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Gateway`]: what the gateway said, or why it said nothing.
    pub async fn push(&self, registry: &Registry) -> Result<(), Error> {
        let page = generate_latest(registry, Text);
        match tokio::time::timeout(PATIENCE, self.put(page)).await {
            Ok(outcome) => outcome.map_err(|what| self.error(&what)),
            Err(_) => Err(self.error(&format!("no answer within {} s", PATIENCE.as_secs()))),
        }
    }

    fn error(&self, what: &str) -> Error {
        Error::new(ErrorKind::Gateway, format!("http://{}{}: {what}", self.authority, self.path))
    }

    async fn put(&self, page: String) -> Result<(), String> {
        let address = if self.authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
            self.authority.clone()
        } else {
            format!("{}:80", self.authority)
        };
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        let connection = tokio::spawn(connection);
        let request =
            hyper::Request::put(&self.path).header(HOST, &self.authority).header(CONTENT_TYPE, Text::CONTENT_TYPE);
        let request = request.body(page).map_err(|error| error.to_string())?;
        let outcome = async {
            let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
            let status = response.status();
            if status.is_success() {
                return Ok(());
            }
            Err(format!("{status}: {}", words(response.into_body()).await))
        };
        let outcome = outcome.await;
        connection.abort();
        outcome
    }
}

/// The start of what the gateway says.
async fn words(mut body: hyper::body::Incoming) -> String {
    let mut words = Vec::new();
    while words.len() < WORDS
        && let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        words.extend(frame.data_ref().into_iter().flatten());
    }
    words.truncate(WORDS);
    let words = String::from_utf8_lossy(&words).replace(char::is_control, " "); // it may end up on a terminal
    words.trim().to_owned()
}

/// A value in a path: as it is where that is safe, percent-encoded where not, in base64 where a path could not have it.
fn segment(value: &str) -> String {
    if value.contains('/') || value.bytes().all(|byte| byte == b'.') {
        return format!("@base64/{}", BASE64_URL_SAFE_NO_PAD.encode(value));
    }
    let mut text = String::from("/");
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => text.push(byte.into()),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (url, job, path) in [
            ("http://127.0.0.1:9091", "boards", "/metrics/job/boards"),
            ("http://gateway/", "a b%", "/metrics/job/a%20b%25"),
            ("http://[::1]:9091/prefix/", "..", "/prefix/metrics/job@base64/Li4"),
            ("http://gateway", "a/b", "/metrics/job@base64/YS9i"),
            ("http://gateway", "/", "/metrics/job@base64/Lw"),
        ] {
            assert_eq!(Gateway::new(url, job).unwrap().path, path);
        }
    }

    #[test]
    fn what_is_wrong_with_a_gateway() {
        for (url, job, error) in [
            ("https://g", "j", "gateway \"https://g\": it begins with http://, and TLS is not there yet"),
            ("http://", "j", "gateway \"http://\": it is not a URL, as http://127.0.0.1:9091 is"),
            ("http://a:b@g", "j", "the gateway has a user or a password, which cannot be used yet; leave them out"),
            ("http://g/?x", "j", "gateway \"http://g/?x\": it has a query, which is not passed on; leave it out"),
            ("http://g", "", "the job is empty; give it a name"),
        ] {
            assert_eq!(Gateway::new(url, job).unwrap_err().to_string(), error);
        }
    }
}
