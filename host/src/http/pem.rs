//! Certificates and keys in files.

use crate::error::{Error, ErrorKind};
use rustls::RootCertStore;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt::Display;
use std::path::Path;

/// A chain of certificates, with at least one.
pub(crate) fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    certificates(path).map_err(|why| wrong("the certificate", path, &why))
}

pub(crate) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_file(path).map_err(|why| wrong("the private key", path, &why))
}

/// Those whose signatures are believed.
pub(crate) fn authorities(path: &Path) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(path).map_err(|why| wrong("the authorities", path, &why))? {
        roots.add(authority).map_err(|why| wrong("the authorities", path, &why))?;
    }
    Ok(roots)
}

pub(crate) fn wrong(what: &str, path: &Path, why: &dyn Display) -> Error {
    Error::new(ErrorKind::Tls, format!("{what} of {}: {why}", path.display()))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let all: Vec<_> = CertificateDer::pem_file_iter(path)?.collect::<Result<_, _>>()?;
    if all.is_empty() { Err(PemError::NoItemsFound) } else { Ok(all) }
}
