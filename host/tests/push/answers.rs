//! What gateways answer, and for how long.

use super::{at, gateway, read, registry};
use narthex::{ErrorKind, delete_from_gateway, push_to_gateway};
use std::io::{ErrorKind as Io, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

#[test]
fn what_a_gateway_can_say() {
    let long = [b"HTTP/1.1 500 No\r\n\r\n", &b"x\x1b\n"[..].repeat(100_000)[..]].concat();
    let said = format!("500 Internal Server Error: {}", "x  ".repeat(200));
    for (answer, error) in [
        (&b"HTTP/1.1 400 Bad Request\r\nContent-Length: 8\r\n\r\nno: why\n"[..], "400 Bad Request: no: why"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "404 Not Found: "),
        (&long, &said[..500]),
        (b"SSH-2.0-OpenSSH\r\n", "invalid HTTP version parsed"),
        (b"", "connection closed before message completed"),
    ] {
        let (addr, got) = gateway(answer);
        let refused = push_to_gateway(&at(addr), &registry()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Gateway);
        let text = refused.to_string();
        assert!(text.starts_with(&format!("http://{addr}/metrics/job/backup: ")) && text.contains(error), "{text}");
        assert!(text.len() < 700 && !text.contains(char::is_control), "{text}");
        got.join().unwrap();
    }
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = push_to_gateway(&at(nobody), &registry()).unwrap_err();
    assert_eq!(refused.io().unwrap().kind(), Io::ConnectionRefused, "{refused}");
}

/// Whatever the method: who is sent somewhere else would be sent there with a password.
#[test]
fn no_redirect_is_followed() {
    for status in
        ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
        elsewhere.set_nonblocking(true).unwrap();
        let to = format!("http://{}/", elsewhere.local_addr().unwrap());
        let answer = format!("HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
        let (push, delete) = (gateway(answer.as_bytes()), gateway(answer.as_bytes()));
        for error in [push_to_gateway(&at(push.0), &registry()), delete_from_gateway(&at(delete.0))] {
            let error = error.unwrap_err().to_string();
            assert!(error.contains(&format!(": {status} to {to}, which is not followed: ")), "{error}");
        }
        assert_eq!(elsewhere.accept().unwrap_err().kind(), Io::WouldBlock);
    }
}

/// A gateway that begins an answer with `start`, and then says `rest` again and again.
fn endless(start: &'static [u8], rest: &'static [u8]) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let serve = move || {
        let (mut stream, _) = listener.accept().unwrap();
        read(&stream);
        let _ = stream.write_all(start);
        let rest = rest.repeat(1000);
        while stream.write_all(&rest).is_ok() {}
    };
    (addr, thread::spawn(serve))
}

/// What never ends is read to where it matters, or as long as there is time.
#[test]
fn an_answer_that_never_ends() {
    for (start, rest, error) in [
        (&b"HTTP/1.1 500 No\r\n\r\n"[..], &b"why "[..], "500 Internal Server Error: why why why "),
        (b"HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\n", b"4\r\nwhy \r\n", "400 Bad Request: why why why "),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"xxxxxxxx", "message head is too large"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Many: x\r\n", "message head is too large"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", "no answer within 2s"),
    ] {
        let (addr, ended) = endless(start, rest);
        let refused = push_to_gateway(&at(addr).timeout(Duration::from_secs(2)), &registry()).unwrap_err().to_string();
        assert!(refused.contains(error) && refused.len() < 700, "{error} is not in {refused}");
        ended.join().unwrap(); // nobody listens any more
    }
    let (addr, ended) = endless(b"HTTP/1.1 200 OK\r\n\r\n", b"fine ");
    push_to_gateway(&at(addr), &registry()).unwrap();
    ended.join().unwrap();
}

#[test]
fn a_gateway_that_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let slow = at(listener.local_addr().unwrap()).timeout(Duration::from_millis(50));
    let start = Instant::now();
    let error = push_to_gateway(&slow, &registry()).unwrap_err();
    assert!(error.to_string().ends_with(": no answer within 50ms"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(30));
}
