//! Pushing to gateways that refuse, hang up, and take it after all.

use crate::process::{Relay, Socket, directory, send};
use crate::{Small, command};
use narthex::frame::Framer;
use std::io::{Read, Write};
use std::net::TcpListener;

/// Reads a request to the end of its body.
fn request(stream: &mut impl Read) -> String {
    let (mut text, mut chunk) = (String::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut chunk).unwrap();
        assert!(read > 0, "it ended early: {text}");
        text += str::from_utf8(&chunk[..read]).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            return text;
        }
    }
}

#[test]
fn a_gateway_that_refuses_is_asked_again() {
    let (gateway, device) = (TcpListener::bind("127.0.0.1:0").unwrap(), Socket::new(&directory("push"), "board"));
    let addr = gateway.local_addr().unwrap();
    let (url, job) = (format!("http://{addr}/prefix/"), "a b");
    let relay = Relay::start(&["--push", &url, "--push-every", "50ms", "--job", job, &device.address]);
    let mut line = device.accept();
    send(&mut line, &mut Framer::new(), &Small::new());
    relay.wait_until("the board", |relay| relay.about("up", "board") == 1.0);

    let words = "pushed metrics\x1b[2J\nare no";
    let answer = format!("HTTP/1.1 400 Bad Request\r\nContent-Length: {}\r\n\r\n{words}", words.len());
    let mut refused = gateway.accept().unwrap().0;
    request(&mut refused);
    refused.write_all(answer.as_bytes()).unwrap();
    let expected = format!("push: http://{addr}/prefix/metrics/job/a%20b: 400 Bad Request: pushed metrics [2J are no");
    assert_eq!(relay.says("push: "), expected);

    drop(gateway.accept().unwrap());
    let mut taken = gateway.accept().unwrap().0;
    let request = request(&mut taken);
    assert!(request.starts_with("PUT /prefix/metrics/job/a%20b HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("\r\ncontent-type: text/plain; version=0.0.4"), "{request}");
    assert!(request.contains("\nsmall{device=\"board\"} 0\n"), "{request}");
    assert!(request.contains("\nnarthex_relay_pushes_total{outcome=\"failed\"} "), "{request}");
    taken.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").unwrap();
    let pushes = |outcome| relay.value("narthex_relay_pushes_total", &[("outcome", outcome)]).unwrap();
    relay.wait_until("a push", |_| pushes("accepted") == 1.0);
    assert!(pushes("failed") >= 2.0);
}

#[test]
fn a_password_is_not_repeated() {
    let output = command().args(["x", "--push", "http://me:secret@gateway"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("a user or a password") && !said.contains("secret"), "{said}");
}
