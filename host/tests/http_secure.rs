//! TLS, as a client meets it.

use narthex::{BasicAuth, ErrorKind, HttpOptions, HttpServer, MetricsService, Registry, TlsOptions};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, version};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A directory that goes with the test.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("narthex-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate and its key, in PEM.
    fn issue(&self, name: &str) -> (String, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_string()]).unwrap().signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key)
    }

    fn server(&self, directory: &Directory) -> TlsOptions {
        let (certificate, key) = self.issue("localhost");
        TlsOptions::new(directory.file("server.pem", &certificate), directory.file("server.key", &key.serialize_pem()))
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        roots.into()
    }
}

fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("requests_total", "").register().unwrap().inc_by(3);
    registry
}

fn start(options: HttpOptions) -> HttpServer {
    options.start(SocketAddr::from(([127, 0, 0, 1], 0)), registry()).unwrap()
}

struct Client {
    roots: Arc<RootCertStore>,
    identity: Option<(String, KeyPair)>,
    versions: &'static [&'static rustls::SupportedProtocolVersion],
}

impl Client {
    fn of(authority: &Authority) -> Self {
        Self { roots: authority.roots(), identity: None, versions: rustls::ALL_VERSIONS }
    }

    /// The answer to a scrape, or why there is none.
    fn get(&self, addr: SocketAddr) -> Result<String, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(self.versions).unwrap();
        let builder = builder.with_root_certificates(Arc::clone(&self.roots));
        let config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = certificates(certificate);
                builder.with_client_auth_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).unwrap()).unwrap()
            }
        };
        let connection = ClientConnection::new(config.into(), ServerName::try_from("localhost").unwrap()).unwrap();
        let socket = TcpStream::connect(addr).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut stream = StreamOwned::new(connection, socket);
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .map_err(|error| error.to_string())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(|error| error.to_string())?;
        Ok(answer)
    }
}

fn certificates(pem: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().unwrap()
}

const VALUE: &str = "requests_total 3\n";

#[test]
fn tls_and_nothing_else() {
    let (directory, authority) = (Directory::new("tls"), Authority::new());
    let server = start(HttpOptions::new().tls(authority.server(&directory)).unwrap());
    let addr = server.local_addr();
    assert!(Client::of(&authority).get(addr).unwrap().contains(VALUE));
    Client::of(&Authority::new()).get(addr).unwrap_err();

    let mut plain = TcpStream::connect(addr).unwrap();
    plain.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.windows(8).any(|bytes| bytes == b"requests"), "it serves without TLS");
}

#[test]
fn versions() {
    let (directory, authority) = (Directory::new("versions"), Authority::new());
    static OLD: &[&rustls::SupportedProtocolVersion] = &[&version::TLS12];
    let old = Client { versions: OLD, ..Client::of(&authority) };
    let both = start(HttpOptions::new().tls(authority.server(&directory)).unwrap());
    assert!(old.get(both.local_addr()).unwrap().contains(VALUE));
    let new = start(HttpOptions::new().tls(authority.server(&directory).only_tls13()).unwrap());
    assert!(old.get(new.local_addr()).unwrap_err().contains("ProtocolVersion"));
    assert!(Client::of(&authority).get(new.local_addr()).unwrap().contains(VALUE));
}

#[test]
fn clients_with_certificates() {
    let (directory, authority, clients) = (Directory::new("clients"), Authority::new(), Authority::new());
    let ca = directory.file("clients.pem", &clients.0.pem());
    let server = start(HttpOptions::new().tls(authority.server(&directory).client_ca(ca)).unwrap());
    let addr = server.local_addr();
    Client::of(&authority).get(addr).unwrap_err();
    let stranger = Client { identity: Some(authority.issue("client")), ..Client::of(&authority) };
    stranger.get(addr).unwrap_err();
    let known = Client { identity: Some(clients.issue("client")), ..Client::of(&authority) };
    assert!(known.get(addr).unwrap().contains(VALUE));
}

#[test]
fn files_that_change_are_read_again_and_bad_ones_change_nothing() {
    let (directory, first, second) = (Directory::new("reload"), Authority::new(), Authority::new());
    let server = start(HttpOptions::new().tls(first.server(&directory)).unwrap());
    let addr = server.local_addr();
    let (of_first, of_second) = (Client::of(&first), Client::of(&second));
    assert!(of_first.get(addr).unwrap().contains(VALUE));
    assert!(of_first.get(addr).unwrap().contains("\nnarthex_tls_reload_errors_total 0\n"));
    directory.file("server.key", "torn");
    for _ in 0..2 {
        let page = of_first.get(addr).unwrap();
        assert!(page.contains(VALUE) && page.contains("\nnarthex_tls_reload_errors_total 1\n"), "{page}");
    }
    drop(second.server(&directory));
    let page = of_second.get(addr).unwrap();
    assert!(page.contains(VALUE) && page.contains("\nnarthex_tls_reload_errors_total 1\n"), "{page}");
    of_first.get(addr).unwrap_err();
}

/// As when there was no file left to open them with: nothing about the files changes after it.
#[test]
fn files_that_could_not_be_read_are_tried_again() {
    let (directory, first, second) = (Directory::new("again"), Authority::new(), Authority::new());
    let server = start(HttpOptions::new().tls(first.server(&directory)).unwrap());
    let addr = server.local_addr();
    drop(second.server(&directory));
    let path = directory.0.join("server.key");
    let right = fs::read_to_string(&path).unwrap();
    let changed = fs::metadata(&path).unwrap().modified().unwrap();
    let put = |text: &str| {
        fs::write(&path, text).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(changed).unwrap();
    };
    put(&"x".repeat(right.len()));
    assert!(Client::of(&first).get(addr).unwrap().contains(VALUE));
    put(&right);
    assert!(Client::of(&second).get(addr).unwrap().contains(VALUE));
}

/// What a client says first.
fn hello() -> Vec<u8> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    let mut client = ClientConnection::new(config.into(), ServerName::try_from("localhost").unwrap()).unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    hello
}

#[test]
fn handshakes_that_end_or_go_wrong_at_any_byte() {
    let (directory, authority, hello) = (Directory::new("torn"), Authority::new(), hello());
    let server = start(HttpOptions::new().tls(authority.server(&directory)).unwrap());
    let addr = server.local_addr();
    for at in 0..hello.len() {
        let mut wrong = hello.clone();
        wrong[at] ^= 0xff;
        for bytes in [&hello[..at], &wrong] {
            let mut stream = TcpStream::connect(addr).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.write_all(bytes).unwrap();
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let mut answer = Vec::new();
            let end = stream.read_to_end(&mut answer);
            assert!(!matches!(end, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock), "open after {at}");
            assert!(!answer.windows(8).any(|bytes| bytes == b"requests"));
        }
    }
    assert!(Client::of(&authority).get(addr).unwrap().contains(VALUE));
}

#[test]
fn half_open_handshakes_make_room() {
    let (directory, authority, hello) = (Directory::new("flood"), Authority::new(), hello());
    let server = start(HttpOptions::new().connections(4).tls(authority.server(&directory)).unwrap());
    let begin = Instant::now();
    let _half_open: Vec<_> = (0..100)
        .map(|n| {
            let mut stream = TcpStream::connect(server.local_addr()).unwrap();
            let _ = stream.write_all(&hello[..n]);
            stream
        })
        .collect();
    assert!(Client::of(&authority).get(server.local_addr()).unwrap().contains(VALUE));
    assert!(begin.elapsed() < Duration::from_secs(5), "it waited for deadlines: {:?}", begin.elapsed());
}

#[test]
fn a_service_of_a_router_does_not_serve_without_what_was_asked_for() {
    let (directory, authority) = (Directory::new("router"), Authority::new());
    let tls = HttpOptions::new().tls(authority.server(&directory)).unwrap();
    let users = HttpOptions::new().basic_auth(BasicAuth::new()).unwrap();
    for (options, kind, text) in [(tls, ErrorKind::Tls, "TLS"), (users, ErrorKind::Password, "basic authentication")] {
        let error = MetricsService::with_options(Registry::new(), &options).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn two_endpoints_with_tls_serve_one_registry() {
    let (directory, authority, registry) = (Directory::new("two"), Authority::new(), registry());
    for _ in 0..2 {
        let options = HttpOptions::new().tls(authority.server(&directory)).unwrap();
        let server = options.start(SocketAddr::from(([127, 0, 0, 1], 0)), registry.clone()).unwrap();
        let page = Client::of(&authority).get(server.local_addr()).unwrap();
        assert_eq!(page.matches("\nnarthex_tls_reload_errors_total ").count(), 1, "{page}");
    }
}

#[test]
fn what_is_wrong_with_files_is_said_before_anything_listens() {
    let (directory, authority) = (Directory::new("files"), Authority::new());
    let missing = Path::new("/nonexistent.pem");
    let empty = directory.file("empty.pem", "");
    let (certificate, key) = authority.issue("localhost");
    let certificate = directory.file("server.pem", &certificate);
    let key = directory.file("server.key", &key.serialize_pem());
    let other = directory.file("other.key", &KeyPair::generate().unwrap().serialize_pem());
    for (options, file) in [
        (TlsOptions::new(missing, &key), "/nonexistent.pem"),
        (TlsOptions::new(&certificate, missing), "/nonexistent.pem"),
        (TlsOptions::new(&empty, &key), "empty.pem"),
        (TlsOptions::new(&certificate, &certificate), "server.pem"),
        (TlsOptions::new(&certificate, &other), "other.key"),
        (TlsOptions::new(&certificate, &key).client_ca(missing), "/nonexistent.pem"),
        (TlsOptions::new(&certificate, &key).client_ca(&key), "server.key"),
    ] {
        let error = HttpOptions::new().tls(options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls);
        assert!(error.to_string().contains(file), "{error} does not name {file}");
    }
}

#[test]
fn a_handshake_has_a_deadline() {
    let (directory, authority) = (Directory::new("handshake"), Authority::new());
    let tls = authority.server(&directory).handshake_timeout(Duration::from_millis(200));
    let server = start(HttpOptions::new().tls(tls).unwrap());
    let mut silent = TcpStream::connect(server.local_addr()).unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    silent.write_all(&[0x16, 3, 1]).unwrap();
    assert!(!matches!(silent.read(&mut [0; 64]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock));
    assert!(Client::of(&authority).get(server.local_addr()).unwrap().contains(VALUE));
}
