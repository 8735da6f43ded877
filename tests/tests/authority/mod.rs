//! Who signs certificates for tests.

#![allow(dead_code, reason = "each test uses a part")]

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::path::{Path, PathBuf};

pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: PathBuf,
    /// The file with its own certificate.
    pub ca: PathBuf,
}

impl Authority {
    /// With files in a directory.
    pub fn new(directory: &Path, name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let ca = directory.join(format!("{name}.pem"));
        std::fs::write(&ca, issuer.pem()).unwrap();
        Self { issuer, directory: directory.into(), ca }
    }

    /// The files of a certificate and of its key.
    pub fn issue(&self, name: &str) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_string()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let file = |ending: &str, content: String| {
            let path = self.directory.join(format!("{name}.{ending}"));
            std::fs::write(&path, content).unwrap();
            path
        };
        (file("pem", certificate.pem()), file("key", key.serialize_pem()))
    }

    /// The configuration of a server that shows the certificate of `localhost`, and wants one of this authority and the
    /// password `secret` of `jane`.
    pub fn demanding(&self) -> PathBuf {
        self.issue("localhost");
        let hash = bcrypt::hash("secret", 5).unwrap();
        let config = format!(
            "tls_server_config:\n  cert_file: localhost.pem\n  key_file: localhost.key\n  client_auth_type: \
             RequireAndVerifyClientCert\n  client_ca_file: {}\nbasic_auth_users:\n  jane: {hash}\n",
            self.ca.display()
        );
        let path = self.directory.join("web.yml");
        std::fs::write(&path, config).unwrap();
        path
    }
}
