//! Basic authentication, as a client meets it.

mod client;
mod endpoint;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use endpoint::{gated, registry};
use narthex::{BasicAuth, ErrorKind, HttpOptions, HttpServer};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

fn start(options: HttpOptions) -> HttpServer {
    endpoint::start(options, registry()).0
}

fn scrape(addr: SocketAddr, authorization: Option<&str>) -> client::Reply {
    let header = authorization.map(|value| format!("Authorization: {value}\r\n")).unwrap_or_default();
    client::get(addr, "/metrics", &header)
}

fn basic(login: &str) -> String {
    format!("Basic {}", STANDARD.encode(login))
}

fn guarded(users: &[(&str, &str)]) -> HttpServer {
    let auth = users
        .iter()
        .fold(BasicAuth::new(), |auth, (name, password)| auth.user(name, &bcrypt::hash(password, 4).unwrap()).unwrap());
    start(HttpOptions::new().basic_auth(auth).unwrap())
}

#[test]
fn only_users_with_their_own_passwords() {
    let long = "p".repeat(72);
    let server = guarded(&[("ann", "secret"), ("bob", "pass:word"), ("émile", "é"), ("long", &long)]);
    let addr = server.local_addr();
    for login in ["ann:secret", "bob:pass:word", "émile:é", &format!("long:{long}")] {
        assert_eq!(scrape(addr, Some(&basic(login))).status, 200, "{login}");
        assert_eq!(scrape(addr, Some(&basic(login))).status, 200, "{login}, known");
    }
    let longer = format!("long:{long}and more");
    for login in ["ann:", "ann", ":", "", "ann:Secret", "bob:secret", "eve:secret", "ann:pass:word", &longer] {
        let reply = scrape(addr, Some(&basic(login)));
        assert_eq!(reply.status, 401, "{login}");
        assert_eq!(reply.header("www-authenticate"), Some("Basic realm=\"metrics\", charset=\"UTF-8\""));
        assert!(!reply.text().contains("requests_total"));
    }
    for header in ["Basic", "Basic !!!", "Bearer YW5uOnNlY3JldA==", "Basic /w==", "YW5uOnNlY3JldA=="] {
        assert_eq!(scrape(addr, Some(header)).status, 401, "{header}");
    }
    assert_eq!(scrape(addr, None).status, 401);
    assert_eq!(client::get(addr, "/-/healthy", "").status, 401);
}

/// CVE-2022-46146: a cache whose key was name and password in one, and held what was wrong as well as what was right.
#[test]
fn what_is_known_of_one_login_opens_nothing_to_another() {
    let hash = bcrypt::hash("secret", 4).unwrap();
    let server = start(HttpOptions::new().basic_auth(BasicAuth::new().user("ann", &hash).unwrap()).unwrap());
    let addr = server.local_addr();
    assert_eq!(scrape(addr, Some(&basic("ann:secret"))).status, 200);
    for login in [format!("ann:{hash}"), format!("ann:{hash}secret"), "an:nsecret".into(), "annsecret:".into()] {
        assert_eq!(scrape(addr, Some(&basic(&login))).status, 401, "{login}");
        assert_eq!(scrape(addr, Some(&basic(&login))).status, 401, "{login}, again");
    }
    assert_eq!(scrape(addr, Some(&basic("nobody:secret"))).status, 401);
    assert_eq!(scrape(addr, Some(&basic("nobody:secret"))).status, 401, "the fixed hash opened a door");
}

#[test]
fn a_flood_of_wrong_passwords_does_not_keep_out_who_was_let_in() {
    let hash = bcrypt::hash("secret", 9).unwrap();
    let server = start(HttpOptions::new().basic_auth(BasicAuth::new().user("ann", &hash).unwrap()).unwrap());
    let addr = server.local_addr();
    assert_eq!(scrape(addr, Some(&basic("ann:secret"))).status, 200);
    let flood: Vec<_> =
        (0..30).map(|n| thread::spawn(move || scrape(addr, Some(&basic(&format!("ann:{n}")))))).collect();
    let begin = Instant::now();
    assert_eq!(scrape(addr, Some(&basic("ann:secret"))).status, 200);
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    let replies: Vec<_> = flood.into_iter().map(|one| one.join().unwrap()).collect();
    let statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    assert!(statuses.iter().all(|status| [401, 429].contains(status)), "{statuses:?}");
    let refused = replies.iter().find(|reply| reply.status == 429).expect("everything was hashed");
    assert_eq!(refused.header("retry-after"), Some("1"));
}

#[test]
fn hashes_and_names_are_checked_before_anything_listens() {
    let hash = bcrypt::hash("secret", 4).unwrap();
    let of_cost = |cost: &str| hash.replacen("$04$", cost, 1);
    let [slow, slower, impossible] = ["$17$", "$31$", "$99$"].map(of_cost);
    for (name, hash) in [
        ("ann", "secret"),
        ("ann", ""),
        ("ann", "$2b$04$é"),
        ("an:n", &hash),
        ("ann", &slow),
        ("ann", &slower),
        ("ann", &impossible),
    ] {
        let error = BasicAuth::new().user(name, hash).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Password);
        assert!(error.to_string().contains(name), "{error}");
        assert!(hash.is_empty() || !error.to_string().contains(hash), "{error} tells the hash");
    }
}

#[test]
fn hashes_are_of_one_cost() {
    let [five, four] = [5, 4].map(|cost| bcrypt::hash("secret", cost).unwrap());
    let error = BasicAuth::new().user("ann", &five).unwrap().user("bob", &four).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Password);
    let text = error.to_string();
    assert!(
        text.contains("\"bob\": the hash has cost 4, others 5") && text.contains("`htpasswd -nBC 5 bob`"),
        "{text}"
    );
}

/// The fastest of a few, which is what the work takes.
fn time_of(addr: SocketAddr, name: &str) -> Duration {
    let one = |n| {
        let begin = Instant::now();
        assert_eq!(scrape(addr, Some(&basic(&format!("{name}:{n}")))).status, 401);
        begin.elapsed()
    };
    (0..5).map(one).min().unwrap()
}

#[test]
fn a_stranger_takes_as_long_as_a_user() {
    for cost in [5, 9] {
        let auth = BasicAuth::new().user("ann", &bcrypt::hash("secret", cost).unwrap()).unwrap();
        let server = start(HttpOptions::new().basic_auth(auth).unwrap());
        let [user, stranger] = ["ann", "eve"].map(|name| time_of(server.local_addr(), name));
        let ratio = stranger.as_secs_f64() / user.as_secs_f64();
        assert!((0.4..2.5).contains(&ratio), "cost {cost}: {stranger:?} for a stranger, {user:?} for a user");
    }
}

#[test]
fn a_login_does_not_wait_for_collectors() {
    let (gate, registry) = gated();
    let hash = bcrypt::hash("secret", 4).unwrap();
    let options = HttpOptions::new().scrapes(1).basic_auth(BasicAuth::new().user("ann", &hash).unwrap()).unwrap();
    let (_server, addr) = endpoint::start(options, registry);
    let slow = thread::spawn(move || scrape(addr, Some(&basic("ann:secret"))).status);
    gate.asked(1);
    assert_eq!(scrape(addr, Some(&basic("ann:wrong"))).status, 401);
    gate.open();
    assert_eq!(slow.join().unwrap(), 200);
}
