//! Readers who ask for something else.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Passes requests on to `target` without what they say they accept, so that they are answered in the default format.
pub fn accepting_anything(target: SocketAddr) -> SocketAddr {
    accepting(target, "*/*")
}

/// The same, for a reader who accepts just this.
pub fn accepting(target: SocketAddr, accept: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let head: Vec<_> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
            let kept = |line: &&String| {
                !["accept:", "accept-encoding:", "connection:"]
                    .iter()
                    .any(|name| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
            };
            let request: String = head.iter().filter(kept).map(|line| format!("{line}\r\n")).collect();
            let mut server = TcpStream::connect(target).unwrap();
            write!(server, "{request}Accept: {accept}\r\nConnection: close\r\n\r\n").unwrap();
            let _ = std::io::copy(&mut server, &mut stream);
        }
    });
    addr
}
