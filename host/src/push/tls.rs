use super::gateway::{Gateway, Scheme};
use super::secure::{Connection, Handshake, Later, Secure};
use crate::error::{Error, ErrorKind};
use crate::http::pem::{self, wrong};
use rustls::pki_types::ServerName;
use rustls::{ALL_VERSIONS, ClientConfig, RootCertStore};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// Whose word is taken for a [`Gateway`] at `https://`, and who pushes to it. In PEM files, which are read anew for each
/// push.
///
/// The gateway's certificate is always checked: who could stand in for it would read what is pushed, and the password. For
/// a gateway of your own, be your own authority, and name it to [`new`](Self::new).
///
/// ```no_run
/// use narthex::{Gateway, GatewayTls};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let tls = GatewayTls::system().client_certificate("backup.pem", "backup.key");
/// let gateway = Gateway::new("https://gateway.example", "backup")?.tls(tls)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `Gateway::tls`"]
pub struct GatewayTls {
    /// None: those of the system.
    authorities: Option<PathBuf>,
    client: Option<(PathBuf, PathBuf)>,
}

impl GatewayTls {
    /// With the authorities that sign the gateway's certificate, and no others.
    pub fn new(authorities: impl Into<PathBuf>) -> Self {
        Self { authorities: Some(authorities.into()), client: None }
    }

    /// With the authorities that the system believes, or those in the file that the variable `SSL_CERT_FILE` names.
    pub fn system() -> Self {
        Self { authorities: None, client: None }
    }

    /// Shows the gateway a certificate: the chain, the own one first, and its private key.
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.client = Some((certificate.into(), key.into()));
        self
    }

    fn load(&self) -> Result<Arc<ClientConfig>, Error> {
        let (roots, place) = match &self.authorities {
            Some(path) => (pem::authorities(path)?, path.as_path()),
            None => (system_authorities()?, Path::new("the system")),
        };
        let builder = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_protocol_versions(ALL_VERSIONS)
            .map_err(|why| wrong("the protocol versions", place, &why))?
            .with_root_certificates(roots);
        let Some((certificate, key)) = &self.client else { return Ok(builder.with_no_client_auth().into()) };
        let config = builder.with_client_auth_cert(pem::chain(certificate)?, pem::private_key(key)?);
        config.map(Arc::new).map_err(|why| wrong("the certificate", certificate, &why))
    }
}

/// Without those that no certificate can be checked against, of which systems have some.
fn system_authorities() -> Result<RootCertStore, Error> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable > 0 {
        return Ok(roots);
    }
    let why: String = found.errors.iter().map(|error| format!(": {error}")).collect();
    let text = format!("the system has no authorities{why}; name a file with them to `GatewayTls::new`");
    Err(Error::new(ErrorKind::Tls, text))
}

impl Gateway {
    /// Pushes over TLS. The files are read now, to see that they are some, and for each push.
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
        options.load()?;
        self.secure = Some(Arc::new(Tls { options, name }));
        Ok(self)
    }
}

#[derive(Debug)]
struct Tls {
    options: GatewayTls,
    name: ServerName<'static>,
}

impl Secure for Tls {
    fn handshake(&self) -> Later<Result<Handshake, Error>> {
        let (options, name) = (self.options.clone(), self.name.clone());
        Box::pin(async move {
            let loaded = tokio::task::spawn_blocking(move || options.load()).await;
            let config = loaded.map_err(|error| Error::new(ErrorKind::System, error.to_string()))??;
            let handshake: Handshake = Box::new(|stream| {
                let connected = TlsConnector::from(config).connect(name, stream);
                Box::pin(async move { Ok(Box::new(connected.await?) as Box<dyn Connection>) })
            });
            Ok(handshake)
        })
    }
}
