use super::gateway::{Gateway, Scheme};
use super::secure::{Connection, Later, Secure};
use crate::error::{Error, ErrorKind};
use crate::http::pem::{self, wrong};
use rustls::pki_types::ServerName;
use rustls::{ALL_VERSIONS, ClientConfig};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Whose word is taken for a [`Gateway`] at `https://`, and who pushes to it. In PEM files.
///
/// ```no_run
/// use narthex::{Gateway, GatewayTls};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let tls = GatewayTls::new("/etc/ssl/certs/ca-certificates.crt").client_certificate("backup.pem", "backup.key");
/// let gateway = Gateway::new("https://gateway.example", "backup")?.tls(tls)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `Gateway::tls`"]
pub struct GatewayTls {
    authorities: PathBuf,
    client: Option<(PathBuf, PathBuf)>,
}

impl GatewayTls {
    /// With the authorities that sign the gateway's certificate: your own, or those of the system, which Debian has in
    /// `/etc/ssl/certs/ca-certificates.crt`.
    pub fn new(authorities: impl Into<PathBuf>) -> Self {
        Self { authorities: authorities.into(), client: None }
    }

    /// Shows the gateway a certificate: the chain, the own one first, and its private key.
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.client = Some((certificate.into(), key.into()));
        self
    }

    fn load(&self) -> Result<ClientConfig, Error> {
        let builder = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_protocol_versions(ALL_VERSIONS)
            .map_err(|why| wrong("the protocol versions", &self.authorities, &why))?
            .with_root_certificates(pem::authorities(&self.authorities)?);
        let Some((certificate, key)) = &self.client else { return Ok(builder.with_no_client_auth()) };
        let config = builder.with_client_auth_cert(pem::chain(certificate)?, pem::private_key(key)?);
        config.map_err(|why| wrong("the certificate", certificate, &why))
    }
}

impl Gateway {
    /// Pushes over TLS. The files are read now.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Tls`] for a file that cannot be read or has not in it what it should; [`ErrorKind::Address`] when the
    /// gateway's URL does not begin with `https://`, or its host is none that a certificate can name.
    pub fn tls(mut self, options: GatewayTls) -> Result<Self, Error> {
        let refused = |why: &str| Error::new(ErrorKind::Address, format!("gateway {:?}: {why}", self.authority));
        if self.scheme != Scheme::Https {
            return Err(refused("its URL does not begin with https://, as it does with TLS"));
        }
        let name = ServerName::try_from(self.host.clone()).map_err(|why| refused(&why.to_string()))?;
        self.secure = Some(Arc::new(Tls { config: Arc::new(options.load()?), name }));
        Ok(self)
    }
}

struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Secure for Tls {
    fn handshake(&self, stream: TcpStream) -> Later<io::Result<Box<dyn Connection>>> {
        let connected = TlsConnector::from(Arc::clone(&self.config)).connect(self.name.clone(), stream);
        Box::pin(async move { Ok(Box::new(connected.await?) as Box<dyn Connection>) })
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("name", &self.name).finish_non_exhaustive()
    }
}
