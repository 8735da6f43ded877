use super::address::Stream;
use super::options::HttpOptions;
use super::pem::{self, wrong};
use super::secure::{Connection, Later, Secure};
use crate::error::{Error, ErrorKind};
use crate::registry::Registry;
use narthex_core::{Collect, Counter, Desc, Flow, Kind, Sink, callback, name};
use rustls::server::WebPkiClientVerifier;
use rustls::{ALL_VERSIONS, ServerConfig, SupportedProtocolVersion, version};
use std::fs;
use std::io::{self, ErrorKind as Io};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex as Async;
use tokio::task::spawn_blocking;
use tokio_rustls::TlsAcceptor;

/// TLS for a metrics endpoint: a certificate and its key, in PEM files that are read again when they change.
///
/// TLS 1.2 and 1.3; [`only_tls13`](Self::only_tls13) leaves out the former. There is always both a certificate and a key:
/// an endpoint that was to have TLS never serves without. Whoever speaks no TLS is disconnected.
///
/// There are no lists of ciphers or curves (those of rustls are used), no maximum version, no optional client certificates, no
/// list of the clients' names and no revocation lists: a proxy in front has them.
///
/// ```no_run
/// use narthex::{HttpOptions, Registry, TlsOptions};
/// use std::net::SocketAddr;
///
/// # fn main() -> Result<(), narthex::Error> {
/// let tls = TlsOptions::new("server.pem", "server.key").client_ca("prometheus-ca.pem");
/// let everywhere = SocketAddr::from(([0, 0, 0, 0], 9464));
/// HttpOptions::new().tls(tls)?.start(everywhere, Registry::new())?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `HttpOptions::tls`"]
pub struct TlsOptions {
    certificate: PathBuf,
    key: PathBuf,
    client_ca: Option<PathBuf>,
    only_tls13: bool,
    handshake_timeout: Duration,
}

static ONLY_TLS13: &[&SupportedProtocolVersion] = &[&version::TLS13];

impl TlsOptions {
    /// With the chain of certificates in one file, the server's own first, and its private key in another.
    pub fn new(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self {
            certificate: certificate.into(),
            key: key.into(),
            client_ca: None,
            only_tls13: false,
            handshake_timeout: Duration::from_secs(5),
        }
    }

    /// Answers only clients with a certificate that one of the authorities in this file has signed.
    pub fn client_ca(mut self, authorities: impl Into<PathBuf>) -> Self {
        self.client_ca = Some(authorities.into());
        self
    }

    /// Refuses TLS 1.2.
    pub fn only_tls13(mut self) -> Self {
        self.only_tls13 = true;
        self
    }

    /// How long a client may take to agree on keys; five seconds without a word.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.certificate, &self.key].into_iter().chain(&self.client_ca).map(PathBuf::as_path)
    }

    fn load(&self) -> Result<Arc<ServerConfig>, Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (chain, key) = (pem::chain(&self.certificate)?, pem::private_key(&self.key)?);
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(if self.only_tls13 { ONLY_TLS13 } else { ALL_VERSIONS })
            .map_err(|why| wrong("the protocol versions", &self.certificate, &why))?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let roots = pem::authorities(path)?;
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|why| wrong("the authorities", path, &why))?)
            }
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|why| {
            let text =
                format!("key of {} and certificate of {}: {why}", self.key.display(), self.certificate.display());
            Error::new(ErrorKind::Tls, text)
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// What changes when a file does.
    fn state(&self) -> State {
        let of = |path| fs::metadata(path).ok().map(|m| (m.ino(), m.mtime(), m.mtime_nsec(), m.len()));
        self.files().map(of).collect()
    }
}

impl HttpOptions {
    /// Serves over TLS, and in no other way.
    ///
    /// The files are read now, and again before a handshake when they have changed, on a thread that may block. When what they
    /// have become is of no use, the connections go on with what was there before, each handshake tries again, and
    /// `narthex_tls_reload_errors_total` goes up once for each change: one counter of the process, which every registry has
    /// that is served over TLS. A handshake between the change of a certificate and that of its key counts, too; the next one
    /// has both.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Tls`] for a file that cannot be read or has not in it what it should, and for a key of another
    /// certificate.
    pub fn tls(mut self, options: TlsOptions) -> Result<Self, Error> {
        let state = options.state();
        let config = options.load()?;
        let read = Arc::new(Async::new(Read { state, failed: None }));
        self.secure = Some(Arc::new(Tls(Arc::new(Inner { options, read, current: Mutex::new(config) }))));
        Ok(self)
    }
}

/// Of each file: its number, when it changed, and its length.
type State = Vec<Option<(u64, i64, i64, u64)>>;

/// Of the process: endpoints share registries.
static RELOAD_ERRORS: Counter = Counter::new();

struct ReloadErrors;

impl ReloadErrors {
    const DESC: Desc<'static> = Desc::new(
        Kind::Counter,
        name!("narthex_tls_reload_errors"),
        "Changes to the files of an endpoint's TLS that were of no use; it goes on with what they had before.",
    );
}

impl Collect for ReloadErrors {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&Self::DESC)
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        callback(&Self::DESC, sink, RELOAD_ERRORS.value())
    }
}

struct Tls(Arc<Inner>);

struct Inner {
    options: TlsOptions,
    /// Locked by who looks at the files; others go on meanwhile.
    read: Arc<Async<Read>>,
    current: Mutex<Arc<ServerConfig>>,
}

/// What the files were when they were read.
struct Read {
    state: State,
    failed: Option<State>,
}

impl Inner {
    async fn config(self: Arc<Self>) -> Arc<ServerConfig> {
        if let Ok(mut read) = Arc::clone(&self.read).try_lock_owned() {
            let inner = Arc::clone(&self);
            let _ = spawn_blocking(move || inner.look(&mut read)).await;
        }
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Blocks. A failure may be one of this moment, no file left or half a rename, so that only success is remembered for good.
    fn look(&self, read: &mut Read) {
        let state = self.options.state();
        if read.state == state {
            return;
        }
        match self.options.load() {
            Ok(config) => {
                *self.current.lock().unwrap_or_else(PoisonError::into_inner) = config;
                *read = Read { state, failed: None };
            }
            Err(_) if read.failed.as_ref() == Some(&state) => {}
            Err(_) => {
                RELOAD_ERRORS.inc();
                read.failed = Some(state);
            }
        }
    }
}

impl Secure for Tls {
    fn expose(&self, registry: &Registry) {
        // refused by one that has it already, for another address
        let _ = registry.add_metric(Arc::new(ReloadErrors), Arc::new(ReloadErrors));
    }

    fn handshake(&self, stream: Stream) -> Later<io::Result<Box<dyn Connection>>> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let within = inner.options.handshake_timeout;
            let stream: Box<dyn Connection> = match stream {
                Stream::Tcp(stream) => Box::new(stream),
                Stream::Unix(stream) => Box::new(stream),
            };
            let handshake = async { TlsAcceptor::from(inner.config().await).accept(stream).await };
            let stream = tokio::time::timeout(within, handshake).await.map_err(|_| io::Error::from(Io::TimedOut))??;
            Ok(Box::new(stream) as Box<dyn Connection>)
        })
    }
}
