//! A real Pushgateway takes what we push, and says what it does not take.

mod authority;
mod server;

use authority::Authority;
use narthex::{
    Collect, Desc, Details, ErrorKind, Flow, Gateway, GatewayTls, Kind, Labels, Point, Registry, Sample, Sink,
    Timestamp, delete_from_gateway, name, push_to_gateway, pushadd_to_gateway,
};
use server::{Server, directory, free, get, pushgateway, pushgateway_with};
use std::fs;

fn gauge(name: &str, value: i64) -> Registry {
    let registry = Registry::new();
    registry.gauge(name, "").register().unwrap().set(value);
    registry
}

/// The samples of a job, without those that the gateway adds.
fn samples_of(server: &Server, job: &str) -> Vec<String> {
    let page = get(server.addr, "/metrics", "").unwrap();
    let job = format!("job=\"{job}\"");
    page.lines().filter(|line| line.contains(&job) && !line.starts_with("push_")).map(String::from).collect()
}

/// The samples of these names.
fn samples(server: &Server, names: &[&str]) -> Vec<String> {
    let page = get(server.addr, "/metrics", "").unwrap();
    let of = |line: &&str| names.iter().any(|name| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('{')));
    page.lines().filter(of).map(String::from).collect()
}

#[test]
fn replaced_added_and_deleted() {
    let server = pushgateway(free());
    let gateway = Gateway::new(&server.addr.to_string(), "backup").unwrap().grouping_key("path", "/var/lib").unwrap();
    for gateway in [gateway.clone(), gateway.protobuf()] {
        is_replaced_added_and_deleted(&server, gateway);
    }
}

fn is_replaced_added_and_deleted(server: &Server, gateway: Gateway) {
    let seen = || samples(server, &["a", "b", "c"]);
    let line = |name, value| format!("{name}{{instance=\"\",job=\"backup\",path=\"/var/lib\"}} {value}");

    push_to_gateway(&gateway, &gauge("a", 1)).unwrap();
    assert_eq!(seen(), [line("a", 1)]);
    pushadd_to_gateway(&gateway, &gauge("b", 2)).unwrap();
    assert_eq!(seen(), [line("a", 1), line("b", 2)]);
    let both = gauge("b", 4);
    both.gauge("c", "").register().unwrap().set(5);
    pushadd_to_gateway(&gateway.clone().gzip(), &both).unwrap();
    assert_eq!(seen(), [line("a", 1), line("b", 4), line("c", 5)]);
    push_to_gateway(&gateway.clone().gzip(), &gauge("b", 3)).unwrap();
    assert_eq!(seen(), [line("b", 3)]);

    let other = Gateway::new(&server.addr.to_string(), "backup").unwrap();
    delete_from_gateway(&other).unwrap();
    assert_eq!(seen(), [line("b", 3)]);
    delete_from_gateway(&gateway.gzip()).unwrap();
    assert!(seen().is_empty());
}

#[test]
fn groups_of_all_of_unicode() {
    let server = pushgateway(free());
    let values = ["", ".", "..", "/", "a/b", " ", "%2F", "+", "?#&=;", "a\"b\\c\nd", "é\u{1F525}", "@base64", "\u{1}"];
    for (n, value) in values.iter().enumerate() {
        let gateway = Gateway::new(&format!("http://{}/", server.addr), &format!("j{value}")).unwrap();
        let gateway = gateway.grouping_key("n", n.to_string()).unwrap().grouping_key("value", *value).unwrap();
        push_to_gateway(&gateway, &gauge("a", n as i64)).unwrap_or_else(|error| panic!("{value:?}: {error}"));
    }
    let seen = samples(&server, &["a"]);
    for (n, value) in values.iter().enumerate() {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let value_label = if value.is_empty() { String::new() } else { format!(",value=\"{value}\"") };
        let line = format!("a{{instance=\"\",job=\"j{value}\",n=\"{n}\"{value_label}}} {n}");
        let empty = format!("a{{instance=\"\",job=\"j{value}\",n=\"{n}\",value=\"\"}} {n}");
        assert!(seen.contains(&line) || seen.contains(&empty), "no {line} in {seen:#?}");
    }
}

#[test]
fn every_kind_in_both_formats() {
    let server = pushgateway(free());
    let gateway = |job: &str| Gateway::new(&server.addr.to_string(), job).unwrap();
    let registry = Registry::new();
    registry.histogram("wait_seconds", "Wait.").register().unwrap().observe(0.3);
    registry.summary("sizes", "").register().unwrap().observe(10.0);
    registry.info("build", "").register().unwrap().set([("version", "\u{1F525}")]).unwrap();
    registry.state_set("task", "", ["down", "up"]).register().unwrap().set("up").unwrap();
    let many = registry.counter("jobs_total", "Jobs.").labels(["n"]).register().unwrap();
    (0..8000).for_each(|n| many.get([&*n.to_string()]).inc_by(n)); // more than one part of a page
    push_to_gateway(&gateway("x"), &registry).unwrap();
    let text = samples_of(&server, "x");
    delete_from_gateway(&gateway("x")).unwrap();
    push_to_gateway(&gateway("x").protobuf().gzip(), &registry).unwrap();
    assert_eq!(text.len(), 8000 + 12 + 2 + 2 + 1 + 2);
    assert!(samples_of(&server, "x") == text, "{:#?}", samples_of(&server, "x"));
}

/// A sample with a timestamp, which no Pushgateway takes.
struct Dated;

impl Collect for Dated {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        each(&Desc::new(Kind::Gauge, name!("dated"), ""))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        let desc = Desc::new(Kind::Gauge, name!("dated"), "");
        if sink.family(&desc)? > 0 {
            return Ok(());
        }
        let details = Details::new().with_timestamp(Timestamp::new(1_700_000_000, 0).unwrap());
        let point = Point::Number(1_u64.into());
        sink.sample(&desc, &Sample::new(0, &Labels::NONE, &point).with_details(Some(&details)))
    }
}

#[test]
fn the_gateway_says_why() {
    let server = pushgateway(free());
    let registry = Registry::new();
    registry.register(Dated).unwrap();
    let error = push_to_gateway(&Gateway::new(&server.addr.to_string(), "j").unwrap(), &registry).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gateway);
    assert!(error.to_string().contains(": 400 Bad Request: ") && error.to_string().contains("timestamp"), "{error}");

    let url = format!("http://{}/not/there", server.addr);
    let error = push_to_gateway(&Gateway::new(&url, "j").unwrap(), &gauge("a", 1)).unwrap_err();
    assert_eq!(error.to_string(), format!("{url}/metrics/job/j: 404 Not Found: 404 page not found"));
    assert!(samples(&server, &["a", "dated"]).is_empty());
}

#[test]
fn over_tls_with_a_certificate_and_a_password() {
    let directory = directory("e2e_push");
    let (ours, others) = (Authority::new(&directory, "ca"), Authority::new(&directory, "others"));
    let (client, client_key) = ours.issue("backup");
    let (ca, other_ca) = (&ours.ca, &others.ca);
    let config = ours.demanding();
    let server = pushgateway_with(free(), &[&format!("--web.config.file={}", config.display())]);

    let at = |host: &str| Gateway::new(&format!("https://{host}:{}", server.addr.port()), "j").unwrap();
    let known = GatewayTls::new(ca).client_certificate(&client, &client_key);
    let push = |gateway: Gateway| push_to_gateway(&gateway, &gauge("a", 1)).map_err(|error| error.to_string());

    let welcome = at("localhost").tls(known.clone()).unwrap();
    push(welcome.clone().basic_auth("jane", "secret").unwrap()).unwrap();
    delete_from_gateway(&welcome.clone().basic_auth("jane", "secret").unwrap()).unwrap();
    for (gateway, why) in [
        (welcome.clone(), "401 Unauthorized"),
        (welcome.basic_auth("jane", "wrong").unwrap(), "401 Unauthorized"),
        (at("localhost").tls(GatewayTls::new(ca)).unwrap(), "ertificate"),
        (at("localhost").tls(GatewayTls::new(other_ca)).unwrap(), "invalid peer certificate: UnknownIssuer"),
        (at("127.0.0.1").tls(known.clone()).unwrap(), "certificate not valid for name \"127.0.0.1\""),
        (Gateway::new(&server.addr.to_string(), "j").unwrap(), "400 Bad Request"),
    ] {
        let refused = push(gateway).unwrap_err();
        assert!(refused.contains(why), "{why} is not in {refused}");
    }

    let plain = Gateway::new("http://localhost", "j").unwrap().tls(known).unwrap_err();
    assert_eq!(plain.kind(), ErrorKind::Address);
    for wrong in [
        GatewayTls::new(&client_key),
        GatewayTls::new(directory.join("missing")),
        GatewayTls::new(ca).client_certificate(&client_key, &client),
        GatewayTls::new(ca).client_certificate(other_ca, &client_key),
    ] {
        let error = at("localhost").tls(wrong).unwrap_err();
        assert!(error.kind() == ErrorKind::Tls && error.to_string().contains("e2e_push"), "{error}");
    }
}

#[test]
fn a_certificate_that_is_renewed_is_the_one_that_is_shown() {
    let directory = directory("e2e_push_renewed");
    let (ours, others) = (Authority::new(&directory, "ca"), Authority::new(&directory, "others"));
    let (certificate, key) = others.issue("backup");
    let config = ours.demanding();
    let server = pushgateway_with(free(), &[&format!("--web.config.file={}", config.display())]);
    let tls = GatewayTls::new(&ours.ca).client_certificate(&certificate, &key);
    let gateway = Gateway::new(&format!("https://localhost:{}", server.addr.port()), "j").unwrap().tls(tls).unwrap();
    let gateway = gateway.basic_auth("jane", "secret").unwrap();
    let push = || push_to_gateway(&gateway, &gauge("a", 1)).map_err(|error| (error.kind(), error.to_string()));

    assert_eq!(push().unwrap_err().0, ErrorKind::Gateway, "of an authority that the gateway does not know");
    ours.issue("backup");
    push().unwrap();
    fs::write(&key, "").unwrap();
    let (kind, text) = push().unwrap_err();
    assert!(kind == ErrorKind::Tls && text.contains("backup.key"), "{text}");
    ours.issue("backup");
    push().unwrap();
}
