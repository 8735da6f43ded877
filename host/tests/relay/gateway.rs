//! Pushing to gateways that refuse, hang up, and take it after all.

use crate::process::{Relay, Socket, directory, send, wait_for};
use crate::{Small, command};
use narthex::frame::Framer;
use std::fs;
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
fn a_token_is_read_for_each_push() {
    let (gateway, directory) = (TcpListener::bind("127.0.0.1:0").unwrap(), directory("token"));
    let (url, token) = (format!("http://{}", gateway.local_addr().unwrap()), directory.join("token"));
    fs::write(&token, "first\nsecond line\n").unwrap();
    let _relay =
        Relay::start(&["--push", &url, "--push-every", "50ms", "--push-token-file", token.to_str().unwrap(), "x"]);
    let pushed = || {
        let mut stream = gateway.accept().unwrap().0;
        let request = request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        request
    };
    let first = pushed();
    assert!(first.contains("\r\nauthorization: Bearer first\r\n"), "{first}");
    fs::write(&token, "renewed").unwrap();
    wait_for("the new token", || pushed().contains("\r\nauthorization: Bearer renewed\r\n").then_some(()));
}

#[test]
fn what_is_wrong_is_said_at_the_start() {
    let directory = directory("push-wrong");
    let (empty, missing) = (directory.join("empty"), directory.join("missing"));
    fs::write(&empty, "\n").unwrap();
    let (empty, missing) = (empty.to_str().unwrap(), missing.to_str().unwrap());
    let refused = |args: &[&str]| {
        let output = command().arg("x").args(args).output().unwrap();
        assert!(!output.status.success(), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let https = ["--push", "https://gateway"];
    for (args, said) in [
        (
            &["--push-token-file", empty][..],
            format!("error: {empty:?}, for a password or token: its first line is empty\n"),
        ),
        (
            &["--push-user", "me", "--push-password-file", missing],
            format!("error: {missing:?}, for a password or token: No such"),
        ),
        (&["--push-ca", missing], format!("error: the authorities of {missing}: ")),
        (&["--push-ca", empty], format!("error: the authorities of {empty}: ")),
        (&["--push-cert", empty], "--push-key".into()),
        (&["--push-key", empty], "--push-cert".into()),
        (&["--push-user", "me"], "--push-password-file".into()),
        (
            &["--push-user", "me", "--push-password-file", empty, "--push-token-file", empty],
            "cannot be used with".into(),
        ),
    ] {
        let answer = refused(&[&https[..], args].concat());
        assert!(answer.contains(&said), "{said} is not in {answer}");
    }
    let plain = refused(&["--push", "http://gateway", "--push-ca", empty]);
    assert!(plain.contains("its URL does not begin with https://"), "{plain}");
}

#[test]
fn a_password_is_not_repeated() {
    let output = command().args(["x", "--push", "http://me:secret@gateway"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("a user or a password") && !said.contains("secret"), "{said}");
}
