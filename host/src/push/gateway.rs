use super::group::{Group, segment};
use super::page::{self, Written};
use super::secure::Secure;
use super::send::{Request, send};
use crate::error::{Error, ErrorKind};
use crate::registry::Registry;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use hyper::Method;
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName,
    HeaderValue, TRANSFER_ENCODING,
};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

/// A [Pushgateway](https://github.com/prometheus/pushgateway), the group of metrics that is pushed to it, and how.
///
/// ```no_run
/// use narthex::{Gateway, Registry};
///
/// # async fn example(registry: &Registry) -> Result<(), narthex::Error> {
/// let gateway = Gateway::new("http://127.0.0.1:9091", "backup")?.grouping_key("path", "/var/lib")?;
/// gateway.push(registry).await?;
/// # Ok(())
/// # }
/// ```
///
/// Its methods are for a runtime of tokio; [`push_to_gateway`](crate::push_to_gateway) and its like for a program without.
/// Redirects are not followed, and nothing is tried twice.
#[derive(Clone, Debug)]
#[must_use = "a gateway does nothing until something is pushed to it"]
pub struct Gateway {
    pub(super) scheme: Scheme,
    pub(super) host: String,
    pub(super) port: u16,
    /// As it is in the URL.
    pub(super) authority: String,
    prefix: String,
    group: Group,
    timeout: Duration,
    written: Written,
    gzip: bool,
    pub(super) headers: HeaderMap,
    pub(super) secure: Option<Arc<dyn Secure>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl Gateway {
    /// The gateway at `url`, `http://127.0.0.1:9091` say, for the group of `job`. Without a scheme, it is HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Address`] when the URL is none, or not of HTTP; [`ErrorKind::Label`] when the job has no name.
    pub fn new(url: &str, job: &str) -> Result<Self, Error> {
        if url.contains('@') {
            let text = "the gateway's URL has a user or a password in it; use `basic_auth` for them";
            return Err(Error::new(ErrorKind::Address, text)); // and the password out of the text
        }
        let refused = |what: &str| Error::new(ErrorKind::Address, format!("gateway {url:?}: {what}"));
        let (scheme, rest) = match url.split_once("://") {
            None => (Scheme::Http, url),
            Some(("http", rest)) => (Scheme::Http, rest),
            Some(("https", rest)) => (Scheme::Https, rest),
            Some(_) => return Err(refused("it begins with http:// or https://")),
        };
        let none = || refused("it is not a URL, as http://127.0.0.1:9091 is");
        let uri: hyper::Uri = format!("http://{rest}").parse().map_err(|_| none())?;
        let (Some(host), Some(authority)) = (uri.host(), uri.authority()) else { return Err(none()) };
        let default = if scheme == Scheme::Http { 80 } else { 443 };
        let port = if authority.as_str() == host { default } else { uri.port_u16().ok_or_else(none)? };
        if rest.contains(['?', '#']) {
            return Err(refused("it has a query or a fragment, which is not passed on; leave it out"));
        }
        let path = uri.path().trim_matches('/');
        Ok(Self {
            scheme,
            host: host.trim_matches(['[', ']']).into(),
            port,
            authority: authority.to_string(),
            prefix: if path.is_empty() { String::new() } else { format!("/{path}") },
            group: Group::new(job)?,
            timeout: Duration::from_secs(10),
            written: Written::Text,
            gzip: false,
            headers: HeaderMap::new(),
            secure: None,
        })
    }

    /// One more label that tells this group from others of the job.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Label`] when the name is not valid, or the group has it already.
    pub fn grouping_key(mut self, name: impl Into<String>, value: impl Into<String>) -> Result<Self, Error> {
        self.group.add(name.into(), value.into())?;
        Ok(self)
    }

    /// How long one push may take, with everything from collecting to the gateway's answer; ten seconds without a word.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Pushes protobuf instead of text.
    pub fn protobuf(mut self) -> Self {
        self.written = Written::Protobuf;
        self
    }

    /// Compresses what is pushed. With gzip only: a Pushgateway before 1.6 knows no snappy, and would read it as if it were the page.
    pub fn gzip(mut self) -> Self {
        self.gzip = true;
        self
    }

    /// Says who pushes. Over HTTP without TLS, everybody on the way can read it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Password`] when the user's name has a colon in it.
    pub fn basic_auth(self, user: &str, password: &str) -> Result<Self, Error> {
        if user.contains(':') {
            let text = "the user's name has a colon, which would end it; leave it out";
            return Err(Error::new(ErrorKind::Password, text));
        }
        self.header(AUTHORIZATION.as_str(), &format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))))
    }

    /// Says who pushes, with a token. Over HTTP without TLS, everybody on the way can read it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Password`] when the token has characters that a header cannot have, a line's end say.
    pub fn bearer_token(self, token: &str) -> Result<Self, Error> {
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            let text = "the token is empty, or has a character that a header cannot have; is there a line's end?";
            return Err(Error::new(ErrorKind::Password, text));
        }
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    /// One more header of each request, for a proxy say; in the place of one of that name. Its value is shown nowhere.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Header`] when a header cannot be called so or have this in it, or when it is one that says what the
    /// request is and how long.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let wrong = |what: &str| Error::new(ErrorKind::Header, format!("header {name:?}: {what}"));
        let key: HeaderName = name.parse().map_err(|_| wrong("a header is not called so; as X-Scope-OrgID is"))?;
        if [HOST, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, CONTENT_ENCODING, TRANSFER_ENCODING].contains(&key) {
            return Err(wrong("every request has it, as it has to be; leave it out"));
        }
        let value = HeaderValue::try_from(value);
        let mut value =
            value.map_err(|_| wrong("its value has a character that a header cannot have; a line's end?"))?;
        value.set_sensitive(true); // not to be seen by `Debug`
        self.headers.insert(key, value);
        Ok(self)
    }

    /// Replaces the group by what the registry exposes now.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Gateway`]: what the gateway said, or why it said nothing. [`ErrorKind::Label`] when a series has a
    /// label that the group has too, [`ErrorKind::Tls`] when it is not known who signs the certificate of a gateway at
    /// `https://`, or when a file of [`tls`](Self::tls) is none any more: nothing was sent then.
    pub async fn push(&self, registry: &Registry) -> Result<(), Error> {
        self.within(Method::PUT, Some(registry)).await
    }

    /// Replaces those families of the group that the registry exposes too, and leaves the others.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub async fn push_add(&self, registry: &Registry) -> Result<(), Error> {
        self.within(Method::POST, Some(registry)).await
    }

    /// Deletes the group. It is no error if there is none.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub async fn delete(&self) -> Result<(), Error> {
        self.within(Method::DELETE, None).await
    }

    async fn within(&self, method: Method, registry: Option<&Registry>) -> Result<(), Error> {
        if self.scheme == Scheme::Https && self.secure.is_none() {
            let text = format!("{}: say with `tls` (a feature) who signs its certificate", self.url());
            return Err(Error::new(ErrorKind::Tls, text));
        }
        match tokio::time::timeout(self.timeout, self.exchange(method, registry)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(self.refused(&format!(": no answer within {:?}", self.timeout))),
        }
    }

    async fn exchange(&self, method: Method, registry: Option<&Registry>) -> Result<(), Error> {
        let body = match registry {
            None => Bytes::new(),
            Some(registry) => {
                // collectors may block, on files say
                let (registry, group) = (registry.clone(), self.group.clone());
                let (written, gzip) = (self.written, self.gzip);
                let made = tokio::task::spawn_blocking(move || page::whole(&registry, &group, written, gzip)).await;
                made.map_err(|error| self.refused(&format!(": {error}")))??
            }
        };
        let request = Request {
            method,
            path: self.path(),
            body,
            content_type: self.written.content_type(),
            gzip: self.gzip && registry.is_some(),
        };
        send(self, request).await
    }

    /// That this gateway did not do what was asked of it.
    pub(super) fn refused(&self, what: &str) -> Error {
        Error::new(ErrorKind::Gateway, self.url() + what)
    }

    fn url(&self) -> String {
        let scheme = if self.scheme == Scheme::Http { "http" } else { "https" };
        format!("{scheme}://{}{}", self.authority, self.path())
    }

    fn path(&self) -> String {
        let group: String = self.group.iter().map(|(name, value)| format!("/{name}{}", segment(value))).collect();
        format!("{}/metrics{group}", self.prefix)
    }

    /// What the gateway sees this machine as, unless something translates addresses between them.
    pub(super) fn local_address(&self) -> io::Result<IpAddr> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in (self.host.as_str(), self.port).to_socket_addrs()? {
            let any: IpAddr =
                if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
            let socket = UdpSocket::bind((any, 0_u16)).and_then(|socket| {
                socket.connect(address)?; // which sends nothing, and finds the way
                socket.local_addr()
            });
            match socket {
                Ok(local) => return Ok(local.ip()),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}
