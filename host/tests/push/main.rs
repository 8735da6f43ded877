//! What is pushed, and what a gateway can do to a program that pushes.

mod answers;

use narthex::{
    ErrorKind, Gateway, Registry, delete_from_gateway, instance_ip_grouping_key, push_to_gateway, pushadd_to_gateway,
};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

/// The lines of a request, and its body.
type Got = JoinHandle<(Vec<String>, Vec<u8>)>;

/// A gateway that answers one request with `answer`, and tells what it got.
fn gateway(answer: &[u8]) -> (SocketAddr, Got) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (addr, answer) = (listener.local_addr().unwrap(), answer.to_vec());
    let serve = move || {
        let (mut stream, _) = listener.accept().unwrap();
        let got = read(&stream);
        let _ = stream.write_all(&answer); // who pushes may have heard enough
        got
    };
    (addr, thread::spawn(serve))
}

fn read(stream: &TcpStream) -> (Vec<String>, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let lines = reader.by_ref().lines().map(Result::unwrap);
    let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    (head, body)
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

fn registry() -> Registry {
    let registry = Registry::new();
    registry.gauge("size_bytes", "").register().unwrap().set(3);
    registry
}

const PAGE: &str = "# TYPE size_bytes gauge\nsize_bytes 3\n";

fn at(addr: SocketAddr) -> Gateway {
    Gateway::new(&addr.to_string(), "backup").unwrap()
}

#[test]
fn requests() {
    type Do = fn(&Gateway) -> Result<(), narthex::Error>;
    let all: [(&str, Do, &str); 3] = [
        ("PUT", |gateway| push_to_gateway(gateway, &registry()), PAGE),
        ("POST", |gateway| pushadd_to_gateway(gateway, &registry()), PAGE),
        ("DELETE", delete_from_gateway, ""),
    ];
    for (method, act, page) in all {
        let (addr, got) = gateway(OK);
        act(&at(addr).grouping_key("path", "/var").unwrap()).unwrap();
        let (head, body) = got.join().unwrap();
        assert_eq!(head[0], format!("{method} /metrics/job/backup/path@base64/L3Zhcg HTTP/1.1"));
        assert!(head.contains(&format!("host: {addr}")), "{head:?}");
        assert!(!head.iter().any(|line| line.starts_with("authorization") || line.starts_with("content-encoding")));
        let text = "content-type: text/plain; version=0.0.4; charset=utf-8";
        assert_eq!(head.iter().any(|line| line == text), !page.is_empty());
        assert_eq!(String::from_utf8(body).unwrap(), page);
    }
}

#[test]
fn who_pushes() {
    let seen = |with: fn(Gateway) -> Gateway| {
        let (addr, got) = gateway(OK);
        let gateway = with(at(addr));
        push_to_gateway(&gateway, &registry()).unwrap();
        let shown = format!("{gateway:?}");
        assert!(!shown.contains("c2VjcmV0") && !shown.contains("tok"), "{shown}");
        got.join().unwrap().0.into_iter().find(|line| line.starts_with("authorization: ")).unwrap()
    };
    assert_eq!(seen(|g| g.basic_auth("u", "secret:ü").unwrap()), "authorization: Basic dTpzZWNyZXQ6w7w=");
    assert_eq!(seen(|g| g.bearer_token("tok.en=").unwrap()), "authorization: Bearer tok.en=");
    let gateway = Gateway::new("g", "j").unwrap();
    for error in
        [gateway.clone().basic_auth("a:b", "c"), gateway.clone().bearer_token("tok\n"), gateway.bearer_token("")]
    {
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Password);
        assert!(!error.to_string().contains("tok\n"));
    }
}

#[test]
fn paths() {
    for (url, job, group, path) in [
        ("http://GW", "boards", &[][..], "/metrics/job/boards"),
        ("http://GW/", "a b%", &[], "/metrics/job/a%20b%25"),
        ("GW/prefix/", "..", &[("env", "")], "/prefix/metrics/job@base64/Li4/env@base64/="),
        ("GW", "a/b", &[("é", "")][..0], "/metrics/job@base64/YS9i"),
        ("http://GW", "/", &[("x", "ü"), ("y", "\n"), ("z", ".")], "/metrics/job@base64/Lw/x/%C3%BC/y/%0A/z@base64/Lg"),
    ] {
        let (addr, got) = gateway(OK);
        let mut gateway = Gateway::new(&url.replace("GW", &addr.to_string()), job).unwrap();
        for (name, value) in group {
            gateway = gateway.grouping_key(*name, *value).unwrap();
        }
        push_to_gateway(&gateway, &registry()).unwrap();
        assert_eq!(got.join().unwrap().0[0], format!("PUT {path} HTTP/1.1"));
    }
}

#[test]
fn what_is_wrong_with_a_gateway() {
    let none = |url: &str| format!("gateway {url:?}: it is not a URL, as http://127.0.0.1:9091 is");
    for (url, job, error) in [
        ("ftp://g", "j", "gateway \"ftp://g\": it begins with http:// or https://".into()),
        ("http://", "j", none("http://")),
        ("", "j", none("")),
        ("g h", "j", none("g h")),
        ("g:99999", "j", none("g:99999")),
        ("http://g:", "j", none("http://g:")),
        ("http://a:b@g", "j", "the gateway's URL has a user or a password in it; use `basic_auth` for them".into()),
        ("g/?x", "j", "gateway \"g/?x\": it has a query or a fragment, which is not passed on; leave it out".into()),
        ("http://g", "", "the job is empty; give it a name".into()),
    ] {
        assert_eq!(Gateway::new(url, job).unwrap_err().to_string(), error);
    }
    for name in ["", "a/b", "__x", "job", "path", "le", "quantile", "é"] {
        let gateway = Gateway::new("g", "j").unwrap().grouping_key("path", "").unwrap();
        let error = gateway.grouping_key(name, "x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Label, "{error}");
        assert!(error.to_string().starts_with(&format!("label of the group {name:?}: ")), "{error}");
    }
    let unsigned = push_to_gateway(&Gateway::new("https://g", "j").unwrap(), &registry()).unwrap_err();
    assert_eq!(unsigned.kind(), ErrorKind::Tls, "{unsigned}");
}

#[test]
fn a_label_that_the_group_has_is_not_pushed() {
    let gateway = at(SocketAddr::from(([127, 0, 0, 1], 1))).grouping_key("path", "/").unwrap();
    let labelled = |label: &str| {
        let registry = registry();
        registry.counter("files_total", "").labels([label]).register().unwrap().get(["x"]).inc();
        push_to_gateway(&gateway, &registry).unwrap_err()
    };
    for label in ["job", "path"] {
        let error = labelled(label);
        assert_eq!(error.kind(), ErrorKind::Label);
        let text = format!("files has a label {label:?}, which the group that is pushed has too; nothing was pushed");
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(labelled("state").kind(), ErrorKind::Gateway, "nothing listens");
    let registry = registry();
    registry.state_set("path", "", ["a"]).register().unwrap();
    assert_eq!(push_to_gateway(&gateway, &registry).unwrap_err().kind(), ErrorKind::Label);
}

#[test]
fn headers_of_ones_own() {
    let (addr, got) = gateway(OK);
    let gateway = at(addr).header("X-Scope-OrgID", "old").unwrap().header("x-scope-orgid", "tenant").unwrap();
    let gateway = gateway.header("Authorization", "Negotiate secret").unwrap();
    assert!(!format!("{gateway:?}").contains("tenant") && !format!("{gateway:?}").contains("secret"));
    push_to_gateway(&gateway, &registry()).unwrap();
    let (head, _) = got.join().unwrap();
    let own: Vec<_> = head.iter().filter(|line| line.starts_with("x-") || line.starts_with("auth")).collect();
    assert_eq!(own, ["x-scope-orgid: tenant", "authorization: Negotiate secret"]);
    for (name, value, why) in [
        ("Host", "x", "every request has it, as it has to be; leave it out"),
        ("content-length", "1", "every request has it, as it has to be; leave it out"),
        ("a b", "x", "a header is not called so; as X-Scope-OrgID is"),
        ("", "x", "a header is not called so; as X-Scope-OrgID is"),
        ("x", "secret\r\ny: z", "its value has a character that a header cannot have; a line's end?"),
    ] {
        let error = at(addr).header(name, value).unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Header, format!("header {name:?}: {why}")));
    }
}

#[test]
fn inside_a_runtime_and_in_its_tasks() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (addr, got) = gateway(OK);
    runtime.block_on(async { push_to_gateway(&at(addr), &registry()) }).unwrap();
    assert_eq!(got.join().unwrap().1, PAGE.as_bytes());
    let (addr, got) = gateway(OK);
    runtime
        .block_on(async { tokio::spawn(async move { at(addr).push_add(&registry()).await }).await })
        .unwrap()
        .unwrap();
    assert!(got.join().unwrap().0[0].starts_with("POST "));
}

#[test]
fn the_address_that_a_gateway_would_see() {
    let key = |url| instance_ip_grouping_key(&Gateway::new(url, "j").unwrap());
    assert_eq!(key("http://127.0.0.1:9091").unwrap(), ("instance", "127.0.0.1".into()));
    assert_eq!(key("localhost").unwrap().0, "instance");
    let error = key("http://nowhere.invalid").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gateway, "{error}");
}
