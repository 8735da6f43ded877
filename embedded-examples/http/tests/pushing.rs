//! What a Pushgateway gets to see, and what is made of its answer.

mod page;

use http::Push;
use page::{HugePage, NumberedPage, unchunked, whole};

const PATH: &str = "/metrics/job/narthex/instance/board";

fn push() -> Push<NumberedPage> {
    Push::new("10.0.2.2:9091", PATH)
}

#[test]
fn a_page_is_put() {
    for room in 256..600 {
        let (mut push, mut room, mut sent) = (push(), vec![0; room], String::new());
        loop {
            let count = push.send(&mut room);
            if count == 0 {
                break;
            }
            sent += core::str::from_utf8(&room[..count]).unwrap();
        }
        let (head, body) = sent.split_once("\r\n\r\n").unwrap();
        assert_eq!(
            head,
            "PUT /metrics/job/narthex/instance/board HTTP/1.1\r\nHost: 10.0.2.2:9091\r\nConnection: close\r\n\
             Content-Type: text/plain; version=0.0.4\r\nTransfer-Encoding: chunked"
        );
        assert_eq!(unchunked(body), whole("text"));
        assert!(!push.has_failed());
    }
}

#[test]
fn what_does_not_fit_is_a_failure() {
    let mut push = Push::<HugePage>::new("10.0.2.2:9091", PATH);
    let mut room = [0; 512];
    while push.send(&mut room) > 0 {}
    assert!(push.has_failed());

    let mut push = self::push();
    assert_eq!(push.send(&mut [0; 64]), 0);
    assert!(push.has_failed());
}

#[test]
fn the_status_of_an_answer() {
    for (answer, status) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Some(200)),
        ("HTTP/1.0 202 Accepted\r\n", Some(202)),
        ("HTTP/1.1 400 Bad Request\r\n\r\npushed metrics are invalid", Some(400)),
        ("HTTP/1.1 500", Some(500)),
        ("HTTP/1.1 50", None),
        ("", None),
        ("HTTP/2 200", Some(0)),
        ("SSH-2.0-OpenSSH_9.2", Some(0)),
        ("HTTP/1.1 2x0 OK", Some(0)),
        ("\0", Some(0)),
    ] {
        for split in 0..=answer.len() {
            let mut push = push();
            push.receive(&answer.as_bytes()[..split]);
            push.receive(&answer.as_bytes()[split..]);
            assert_eq!(push.status(), status, "{answer:?} at {split}");
        }
    }
}
