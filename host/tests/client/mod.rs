//! An HTTP client that shows what came over the wire.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub struct Reply {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    #[allow(dead_code, reason = "not every test looks at chunks")]
    pub chunks: usize,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| &**value)
    }

    /// The body as text, unpacked if it is packed.
    pub fn text(&self) -> String {
        let mut text = String::new();
        match self.header("content-encoding") {
            Some("gzip") => flate2::read::GzDecoder::new(&*self.body).read_to_string(&mut text).unwrap(),
            _ => (&*self.body).read_to_string(&mut text).unwrap(),
        };
        text
    }
}

/// Asks for `path` on a connection of its own; `headers` are whole lines.
pub fn get(addr: SocketAddr, path: &str, headers: &str) -> Reply {
    request(addr, format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n"))
}

/// Sends a request, and reads the reply to the end of the connection, which the server has to close.
pub fn request(addr: SocketAddr, request: impl AsRef<[u8]>) -> Reply {
    let request = request.as_ref();
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let _ = stream.write_all(request); // a server that refuses early need not read it all
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map_err(|error| error.kind()); // nor close the connection in order
    assert!(!matches!(end, Err(ErrorKind::WouldBlock)), "it stays open after {:?}", String::from_utf8_lossy(&bytes));
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("no end of the headers");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let (status, headers) = head.split_once("\r\n").unwrap();
    let headers: Vec<_> = headers
        .split("\r\n")
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.to_string()))
        .collect();
    let status = status.split(' ').nth(1).unwrap().parse().unwrap();
    let (mut body, mut chunks) = (bytes[end + 4..].to_vec(), 0);
    if headers.contains(&("transfer-encoding".into(), "chunked".into())) && !request.starts_with(b"HEAD") {
        (body, chunks) = unchunked(&body);
    }
    Reply { status, headers, body, chunks }
}

fn unchunked(mut rest: &[u8]) -> (Vec<u8>, usize) {
    let (mut body, mut chunks) = (Vec::new(), 0);
    loop {
        let line = rest.windows(2).position(|w| w == b"\r\n").expect("the body ends without its last chunk");
        let len = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        rest = &rest[line + 2..];
        if len == 0 {
            return (body, chunks);
        }
        body.extend_from_slice(&rest[..len]);
        rest = &rest[len + 2..];
        chunks += 1;
    }
}
